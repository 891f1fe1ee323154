#include "tools/query/stats.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <string>

#include "base/log.h"
#include "base/stop.h"
#include "dns/text.h"
#include "render/text.h"
#include "tools/common/signals.h"
#include "tools/query/answer_printer.h"
#include "tools/query/database.h"
#include "tools/query/scan_line.h"

namespace pdns::tools {
namespace {

using record::Statistics;

Status Show(const QueryOptions& options, const Statistics& statistics, bool whole) {
  ScanLine scan_line;
  const auto writer = options.format->make(
      LookOf(options, {}), [&scan_line](std::string_view text) { Print(scan_line, text); });
  writer->Statistics(statistics, whole);
  return FinishOutput();
}

// Numbers as the writer keeps them against those of a count. What it keeps as an estimate is not
// compared.
class Comparison {
 public:
  void Compare(const std::string& what, std::uint64_t counted, std::uint64_t kept) {
    if (counted == kept) return;
    same_ = false;
    LogWarning(fmt::format("{}: {} counted, {} kept by the writer", what, counted, kept));
  }

  template <class Key, class Name>
  void Compare(const std::map<Key, std::uint64_t>& counted,
               const std::map<Key, std::uint64_t>& kept, const Name& name) {
    const auto of = [](const std::map<Key, std::uint64_t>& all, const Key& key) {
      const auto found = all.find(key);
      return found == all.end() ? std::uint64_t{0} : found->second;
    };
    for (const auto& [key, count] : counted) Compare(name(key), count, of(kept, key));
    for (const auto& [key, count] : kept)
      if (counted.count(key) == 0) Compare(name(key), 0, count);
  }

  bool same() const { return same_; }

 private:
  bool same_ = true;
};

bool Agree(const Statistics& counted, const Statistics& kept) {
  Comparison comparison;
  comparison.Compare("rows", counted.tuples, kept.tuples);
  comparison.Compare(counted.types, kept.types,
                     [](record::RrType type) { return dns::TypeToText(type) + " rows"; });
  comparison.Compare(counted.quarantined, kept.quarantined, [](std::uint8_t reasons) {
    return "quarantined rows (" + render::ReasonText(reasons) + ")";
  });
  comparison.Compare("rrnames", counted.rrnames, kept.rrnames);
  if (!kept.estimated) comparison.Compare("addresses", counted.addresses, kept.addresses);
  return comparison.same();
}

Result<int> ShowTotals(const QueryOptions& options, store::Snapshot& snapshot) {
  Statistics kept;
  if (Status status = snapshot.Totals(kept); !status.ok()) return status;
  if (Status printed = Show(options, kept, true); !printed.ok()) return printed;
  return 0;
}

Result<int> ShowRecount(const QueryOptions& options, store::Snapshot& snapshot, const Stop& stop) {
  Statistics counted;
  ScanLine scan_line;
  const Status status = snapshot.Count(
      [&](std::uint64_t keys, std::uint64_t tuples) {
        scan_line.Show(keys, tuples);
        return !stop.requested();
      },
      counted);
  scan_line.Wipe();
  if (!status.ok() && counted.tuples == 0) return status;
  const bool whole = status.ok() && !stop.requested();
  if (Status printed = Show(options, counted, whole); !printed.ok()) return printed;
  if (!status.ok()) LogError("the numbers are incomplete: " + status.message());
  if (stop.requested())
    LogWarning("interrupted: the numbers are incomplete, this is what was counted until then");
  if (!whole) return kIncomplete;
  Statistics kept;
  if (Status totals = snapshot.Totals(kept); !totals.ok()) {
    LogError("what the writer keeps cannot be read: " + totals.message());
    return kIncomplete;
  }
  return Agree(counted, kept) ? 0 : kIncomplete;
}

}  // namespace

Result<int> RunQueryStats(const QueryOptions& options) {
  Stop stop;
  // From before the database is opened: a signal that comes while it is ends the count.
  if (options.recount) StopOnSignals(stop);
  std::signal(SIGPIPE, SIG_DFL);
  const auto opened = OpenForQuery(options.database);
  if (!opened.ok()) return opened.status();
  return options.recount ? ShowRecount(options, **opened, stop) : ShowTotals(options, **opened);
}

}  // namespace pdns::tools
