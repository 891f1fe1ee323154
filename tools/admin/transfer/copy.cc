#include "tools/admin/transfer/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "admin/report.h"
#include "admin/work.h"
#include "base/log.h"
#include "record/statistics.h"
#include "tools/admin/transfer/transfer.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/signals.h"

namespace pdns::tools {
namespace {

// Nothing is there, or what an earlier run of this copy brought.
Status CheckEmpty(Target& target, const std::vector<admin::Origin>& origins) {
  if (origins.front().taken.has_value()) return {};
  record::Statistics numbers;
  if (Status told = target.snapshot().Totals(numbers); !told.ok()) return told;
  const auto other = admin::ReadOrigin(target.destination().name, target.snapshot());
  if (!other.ok()) return other.status();
  const bool empty = numbers.tuples == 0 && numbers.quarantined.empty() &&
                     numbers.counters.frames == 0 && other->ledger.empty();
  if (empty) return {};
  return Status::Usage(
      fmt::format("{}: it has other rows; copy to a new database, or add the rows "
                  "to it by pdns-admin merge",
                  target.destination().name));
}

// Has the copy as many rows of each kind as what was copied? Anything that came to it meanwhile, or
// rows that a server lost, would show.
Status CheckWhole(store::Snapshot& from, Target& target) {
  record::Statistics wanted;
  record::Statistics made;
  if (Status told = from.Totals(wanted); !told.ok()) return told;
  if (Status told = target.snapshot().Totals(made); !told.ok()) return told;
  const bool same = wanted.types == made.types && wanted.quarantined == made.quarantined &&
                    wanted.rrnames == made.rrnames && wanted.counters == made.counters;
  if (same) return {};
  return Status::Usage(
      fmt::format("{}: it has {} rows of {}: something else was written to it, or rows are missing",
                  target.destination().name, made.tuples, wanted.tuples));
}

Result<TransferSum> Copy(OpenedOrigins& from, Target& target) {
  const auto shared = admin::JoinLedgers(target.destination(), from.origins);
  if (!shared.ok()) return shared.status();
  if (Status empty = CheckEmpty(target, from.origins); !empty.ok()) return empty;
  Stop stop;
  StopOnSignals(stop);
  auto sum = TransferAll(from.origins, admin::WholeDatabase(), target.writer(), stop);
  if (!sum.ok() || !sum->whole) return sum;
  if (Status read = target.Read(); !read.ok()) return read;
  if (Status whole = CheckWhole(*from.snapshots.front(), target); !whole.ok()) return whole;
  return sum;
}

Result<int> Print(const CommandInput& input, const TransferSum& sum, std::uint64_t expired) {
  admin::Report report;
  report.Flag("complete", sum.whole);
  report.Number("rows copied", sum.rows);
  report.Number("rows copied before", sum.rows_before);
  report.Number("captures", sum.captures);
  if (expired > 0) report.Number("expired rows not told by the copy", expired);
  const std::string text = input.Has("json") ? report.json(input.command) + "\n" : report.text();
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) return Status::Io("the report cannot be written to standard output");
  if (!sum.whole) LogWarning("interrupted: run it again to go on");
  return sum.whole ? 0 : admin::kIncomplete;
}

// Rows that had expired and are counted no longer: a cluster may keep no such counts.
Result<std::uint64_t> LostExpired(store::Snapshot& from, store::Snapshot& made) {
  record::Statistics wanted;
  record::Statistics told;
  if (Status read = from.Totals(wanted); !read.ok()) return read;
  if (Status read = made.Totals(told); !read.ok()) return read;
  return wanted.AllExpired() - std::min(wanted.AllExpired(), told.AllExpired());
}

Result<int> RunCopy(const CommandInput& input) {
  if (input.words.size() != 2 || input.Has("database"))
    return Status::Usage("copy: give what is to be copied, and where to; and no --database");
  auto from = OpenOrigins({input.words.front()}, false);
  if (!from.ok()) return from.status();
  Target target;
  if (Status opened = target.Open(input.words.back()); !opened.ok()) return opened;
  const auto sum = Copy(*from, target);
  Result<std::uint64_t> expired = std::uint64_t{0};
  if (sum.ok() && sum->whole) expired = LostExpired(*from->snapshots.front(), target.snapshot());
  const Status closed = target.Close();
  if (!sum.ok()) return sum.status();
  if (!closed.ok()) return closed;
  if (!expired.ok()) return expired.status();
  return Print(input, *sum, *expired);
}

}  // namespace

Command CopyCommand() {
  return {"copy",
          "FROM TO",
          "Copy a database row by row: to another place, to a cluster or from one",
          2,
          {"copy", {}},
          &RunCopy};
}

}  // namespace pdns::tools
