#include "tools/admin/repair.h"

#include <fmt/format.h>

#include <cstdio>

#include "admin/report.h"
#include "admin/work.h"
#include "base/log.h"
#include "base/stop.h"
#include "store_rocks/repair/repair.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/signals.h"
#include "tools/common/step_line.h"

namespace pdns::tools {
namespace {

using store_rocks::RepairPlan;

void TellPlan(const RepairPlan& plan) {
  LogInfo(fmt::format("{} findings of damage, {} of disagreement (pdns-admin verify lists them)",
                      plan.before.damaged, plan.before.disagreeing));
  for (const std::string& file : plan.damaged_text) LogInfo("damaged or missing: " + file);
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    LogInfo(fmt::format("step {}: {}", i + 1, plan.steps[i]));
}

Result<int> Print(const admin::Report& report, bool json, int code) {
  const std::string text = json ? report.json("repair") + "\n" : report.text();
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) return Status::Io("the report cannot be written to standard output");
  return code;
}

admin::Report ReportOf(const RepairPlan& plan, bool dry_run) {
  admin::Report report;
  report.Flag("dry run", dry_run);
  report.Flag("sound", plan.way == RepairPlan::Way::kNothing);
  report.Flag("can be mended", plan.way != RepairPlan::Way::kAnew);
  report.Texts("plan", plan.steps);
  report.Texts("damaged files", plan.damaged_text);
  return report;
}

Result<int> Mend(const std::string& path, const RepairPlan& plan, bool json,
                 const store::VerifyWatch& watch) {
  auto repaired = store_rocks::Repair(path, plan, watch);
  if (!repaired.ok()) return repaired.status();
  admin::Report report = ReportOf(plan, false);
  report.Number("tuples", repaired->after.tuples);
  report.Number("reverse rows made", repaired->rebuilt.reverse_rows);
  report.Number("batches lost", repaired->missing_batches);
  report.Flag("journal begun anew", plan.drop[store_rocks::kNew]);
  report.Flag("quarantine lost", plan.drop[store_rocks::kQuarantine]);
  report.Number("rows removed", repaired->rebuilt.removed);
  report.Texts("removed rows", repaired->rebuilt.removed_rows);
  report.Number("disagreements left", repaired->after.disagreeing);
  report.Text("kept aside", repaired->aside);
  if (repaired->missing_batches > 0)
    LogWarning("batches are lost: give the archive or the captures of that time again");
  return Print(report, json, repaired->after.disagreeing > 0 ? 1 : 0);
}

Result<int> Run(const CommandInput& input) {
  Stop stop;
  StopOnSignals(stop);
  const auto path = DatabasePath(input.Text("database"), Access::kWrite);
  if (!path.ok()) return path.status();
  if (IsCluster(*path)) {
    return Status::Usage("repair: of a directory only; the parts of a cluster are its servers'");
  }
  StepLine line;
  const store::VerifyWatch watch = [&](std::string_view what, std::uint64_t done,
                                       std::uint64_t total) {
    line.Show(what, done, total);
    return !stop.requested();
  };
  const auto plan = store_rocks::PlanRepair(*path, watch);
  line.Wipe();
  if (!plan.ok()) return plan.status();
  if (stop.requested()) return Status::Io("interrupted: nothing was done");
  const bool json = input.Has("json");
  if (plan->way != RepairPlan::Way::kNothing) TellPlan(*plan);
  const bool only_told = input.Has("dry-run") || plan->way != RepairPlan::Way::kMend;
  if (!only_told) return Mend(*path, *plan, json, watch);
  const bool lost = plan->way == RepairPlan::Way::kAnew;
  return Print(ReportOf(*plan, input.Has("dry-run")), json, lost ? ExitCode(Code::kCorrupt) : 0);
}

}  // namespace

Command RepairCommand() {
  using enum OptionKind;
  return {"repair",
          "",
          "Mend a database that is damaged, as far as it can be, and keep the old one aside",
          0,
          {"repair",
           {
               {"dry-run", kFlag, "", OptionRow::kAbsent,
                "Print what would be done, and change nothing"},
           }},
          &Run};
}

}  // namespace pdns::tools
