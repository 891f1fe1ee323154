#include "query_stats.h"

#include <csignal>
#include <cstdio>
#include <string>

#include "base/log.h"
#include "base/stop.h"
#include "database_path.h"
#include "render/stats.h"
#include "scan_line.h"
#include "signals.h"
#include "store/rocks.h"

namespace pdns::tools {
namespace {

constexpr int kIncomplete = 2;

Result<std::unique_ptr<store::Reader>> OpenDatabase(const QueryOptions& options) {
  const auto path = DatabasePath(options.database, Access::kRead);
  if (!path.ok()) return path.status();
  auto reader = store::OpenRocksReader(*path, store::Index::kForward);
  if (!reader.ok() && reader.status().code() == Code::kNoInput) {
    return Status::NoInput(reader.status().message() +
                           "; name another with --database or PDNS_DATABASE");
  }
  return reader;
}

}  // namespace

Result<int> RunQueryStats(const QueryOptions& options) {
  Stop stop;
  StopOnSignals(stop);
  std::signal(SIGPIPE, SIG_DFL);
  auto reader = OpenDatabase(options);
  if (!reader.ok()) return reader.status();
  record::Statistics statistics;
  ScanLine scan_line;
  const Status counted = (*reader)->Count(
      [&](std::uint64_t keys, std::uint64_t tuples) {
        scan_line.Show(keys, tuples);
        return !stop.requested();
      },
      statistics);
  scan_line.Wipe();
  const bool whole = counted.ok() && !stop.requested();
  const std::string text = options.format == render::FormatKind::kJson
                               ? render::StatsJson(statistics, whole) + "\n"
                               : render::StatsText(statistics, options.local);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return Status::Io("the answer cannot be written to standard output");
  if (!counted.ok()) LogError("the numbers are incomplete: " + counted.message());
  if (stop.requested())
    LogWarning("interrupted: the numbers are incomplete, this is what was counted until then");
  return whole ? 0 : kIncomplete;
}

}  // namespace pdns::tools
