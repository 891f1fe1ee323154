#include "query_stats.h"

#include <csignal>
#include <cstdio>
#include <string>

#include "base/log.h"
#include "base/stop.h"
#include "query_database.h"
#include "render/stats.h"
#include "scan_line.h"
#include "signals.h"

namespace pdns::tools {

Result<int> RunQueryStats(const QueryOptions& options) {
  Stop stop;
  StopOnSignals(stop);
  std::signal(SIGPIPE, SIG_DFL);
  auto reader = OpenForQuery(options.database, store::Index::kForward);
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
