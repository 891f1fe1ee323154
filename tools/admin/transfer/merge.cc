#include "tools/admin/transfer/merge.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "admin/report.h"
#include "admin/work.h"
#include "base/log.h"
#include "tools/admin/transfer/transfer.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/signals.h"

namespace pdns::tools {
namespace {

// Captures that the message of a refusal names.
constexpr std::size_t kMostNamed = 10;

Status RefuseShared(const admin::Shared& shared) {
  std::string what;
  for (std::size_t i = 0; i < shared.captures.size() && i < kMostNamed; ++i)
    what += (what.empty() ? "" : ", ") + shared.captures[i];
  if (shared.captures.size() > kMostNamed)
    what += fmt::format(" and {} more", shared.captures.size() - kMostNamed);
  what = what.empty() ? "one is among those that another one was made of"
                      : "several took the same captures: " + what;
  return Status::Usage("merge: " + what +
                       "; the rows of both would count twice, so nothing was merged; if they "
                       "share no rows, give --allow-shared");
}

// What is in several of them? kUsage, unless that is allowed.
Result<admin::Shared> CheckShared(const admin::Destination& destination,
                                  std::vector<admin::Origin>& origins, bool allowed) {
  auto shared = admin::JoinLedgers(destination, origins);
  if (!shared.ok()) return shared.status();
  const bool any = shared->databases || !shared->captures.empty();
  if (any && !allowed) return RefuseShared(*shared);
  return shared;
}

struct Plan {
  admin::Shared shared;
  std::vector<std::string> other_sensors;
};

Result<int> Print(const CommandInput& input, const Plan& plan, const TransferSum& sum) {
  const bool dry_run = input.Has("dry-run");
  admin::Report report;
  report.Flag("complete", sum.whole);
  report.Flag("dry run", dry_run);
  report.Number("databases", input.words.size());
  report.Number("rows merged", sum.rows);
  report.Number("rows merged before", sum.rows_before);
  report.Number("captures joined", sum.captures);
  report.Number("captures in both", plan.shared.captures.size());
  if (!plan.other_sensors.empty()) report.Texts("sensors counted as other", plan.other_sensors);
  const std::string text = input.Has("json") ? report.json("merge") + "\n" : report.text();
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) return Status::Io("the report cannot be written to standard output");
  if (!sum.whole) LogWarning("interrupted: run it again to go on");
  return sum.whole ? 0 : admin::kIncomplete;
}

Result<Plan> MakePlan(const admin::Destination& destination, std::vector<admin::Origin>& origins,
                      bool allowed) {
  auto shared = CheckShared(destination, origins, allowed);
  if (!shared.ok()) return shared.status();
  auto other = admin::SensorsWithoutNumber(destination, origins);
  if (!other.ok()) return other.status();
  return Plan{std::move(*shared), std::move(*other)};
}

Result<int> Run(const CommandInput& input) {
  if (input.words.empty()) return Status::Usage("merge: give the databases that are to be merged");
  const auto into = DatabasePath(input.Text("database"), Access::kWrite);
  if (!into.ok()) return into.status();
  auto from = OpenOrigins(input.words, true);
  if (!from.ok()) return from.status();
  // Among themselves first: a database that would be new is not made for a refusal.
  const bool allowed = input.Has("allow-shared");
  auto plan = MakePlan({*into, nullptr}, from->origins, allowed);
  if (!plan.ok()) return plan.status();
  std::error_code error;
  const bool is_new = !IsCluster(*into) && !std::filesystem::exists(*into, error);
  if (input.Has("dry-run") && is_new) return Print(input, *plan, {});
  Target target;
  if (Status opened = target.Open(*into); !opened.ok()) return opened;
  plan = MakePlan(target.destination(), from->origins, allowed);
  if (!plan.ok()) return plan.status();
  Result<TransferSum> sum = TransferSum{};
  Stop stop;
  StopOnSignals(stop);
  if (!input.Has("dry-run"))
    sum = TransferAll(from->origins, admin::WholeDatabase(), target.writer(), stop);
  const Status closed = target.Close();
  if (!sum.ok()) return sum.status();
  if (!closed.ok()) return closed;
  return Print(input, *plan, *sum);
}

}  // namespace

Command MergeCommand() {
  using enum OptionKind;
  return {"merge",
          "DATABASE...",
          "Add all rows of other databases to the one of -d, which is made if it is not there",
          1024,
          {"merge",
           {
               {"allow-shared", kFlag, "", OptionRow::kAbsent,
                "Merge although several of the databases took the same captures: right if they "
                "share no rows; else rows count twice"},
               {"dry-run", kFlag, "", OptionRow::kAbsent,
                "Say whether they can be merged, and change nothing"},
           }},
          &Run};
}

}  // namespace pdns::tools
