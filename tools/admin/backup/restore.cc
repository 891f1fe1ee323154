#include "tools/admin/backup/restore.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <system_error>
#include <vector>

#include "admin/report.h"
#include "admin/work.h"
#include "base/log.h"
#include "base/stop.h"
#include "render/text.h"
#include "store_rocks/backup/restore.h"
#include "tools/admin/backup/shared.h"
#include "tools/common/signals.h"
#include "tools/common/step_line.h"

namespace pdns::tools {
namespace {

using store_rocks::RestorePlan;

// "2 d 3 h", "5 h 12 min": two units, as one says it.
std::string AgeText(std::chrono::sys_seconds made) {
  using std::chrono::days;
  using std::chrono::duration_cast;
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  const auto age = std::max(now - made, seconds(0));
  const auto whole_days = duration_cast<days>(age).count();
  const auto whole_hours = duration_cast<hours>(age % days(1)).count();
  if (whole_days > 0) return fmt::format("{} d {} h", whole_days, whole_hours);
  const auto whole_minutes = duration_cast<minutes>(age % hours(1)).count();
  return fmt::format("{} h {} min", whole_hours, whole_minutes);
}

// What to do next, in the order.
std::vector<std::string> NextSteps(const store::BackupNote& note, const std::string& database) {
  std::vector<std::string> steps{fmt::format("pdns-admin verify -d {}", database)};
  if (note.database != database) steps.push_back(fmt::format("mv {} {}", database, note.database));
  steps.push_back(
      fmt::format("pdns-ingest -d {} /var/lib/pdns-archive  # what came since the backup; what was "
                  "taken before is not counted again",
                  note.database));
  return steps;
}

void TellChoice(const RestorePlan& plan) {
  for (const store::Backup& backup : plan.damaged) {
    LogWarning(fmt::format("backup {} is newer, and damaged: {}", backup.number, backup.fault));
  }
  LogInfo(fmt::format("backup {} was made at {}, {} ago, of {} tuples; the last was seen at {}",
                      plan.backup.number, render::TimeText(plan.backup.made),
                      AgeText(plan.backup.made), plan.backup.note.tuples,
                      render::TimeText(plan.backup.note.last_seen)));
}

admin::Report ReportOf(const RestorePlan& plan, const std::string& database, bool whole,
                       bool dry_run) {
  admin::Report report;
  report.Flag("complete", whole);
  report.Flag("dry run", dry_run);
  report.Number("backup", plan.backup.number);
  report.Text("made", render::TimeText(plan.backup.made));
  report.Text("age", AgeText(plan.backup.made));
  report.Text("database", database);
  report.Number("tuples", plan.backup.note.tuples);
  report.Text("last seen", render::TimeText(plan.backup.note.last_seen));
  report.Number("bytes", plan.backup.bytes);
  report.Number("bytes free", plan.free_bytes);
  report.Texts("next", whole ? NextSteps(plan.backup.note, database) : std::vector<std::string>());
  return report;
}

Result<int> Run(const CommandInput& input) {
  const auto folder =
      WholePath(input.words.empty() ? "" : input.words.front(), "the folder of the backups");
  if (!folder.ok()) return folder.status();
  const auto database = WholePath(input.Text("to"), "the database that is to be made (--to)");
  if (!database.ok()) return database.status();
  const auto number = CountOption(input, "backup");
  if (!number.ok()) return number.status();
  if (number->value_or(0) > std::numeric_limits<std::uint32_t>::max())
    return Status::Usage("--backup: no such number");
  Stop stop;
  StopOnSignals(stop);
  std::optional<std::uint32_t> wanted;
  if (number->has_value()) wanted = static_cast<std::uint32_t>(**number);
  const auto plan = store_rocks::PlanRestore(*folder, wanted, *database);
  if (!plan.ok()) return plan.status();
  TellChoice(*plan);
  const bool dry_run = input.Has("dry-run");
  bool whole = dry_run;
  if (!dry_run) {
    StepLine line;
    const auto restored =
        store_rocks::Restore(*folder, *plan, *database,
                             [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
                               line.Show(what, done, total);
                               return !stop.requested();
                             });
    line.Wipe();
    if (!restored.ok()) return restored.status();
    whole = *restored;
  }
  const admin::Report report = ReportOf(*plan, *database, whole, dry_run);
  Status printed = PrintReport(input.Has("json") ? report.json("restore") + "\n" : report.text());
  if (!printed.ok()) return printed;
  if (!whole) LogWarning("interrupted: nothing was restored");
  return whole ? 0 : admin::kIncomplete;
}

}  // namespace

Command RestoreCommand() {
  using enum OptionKind;
  constexpr const char* kNo = OptionRow::kAbsent;
  return {"restore",
          "DIR",
          "Make a database of a backup, in a directory that is not there yet",
          1,
          {"restore",
           {
               {"to", kText, "DATABASE", kNo, "Make the database in the new directory DATABASE"},
               {"backup", kNumber, "N", kNo,
                "Restore backup N; without it: the newest that can be read"},
               {"dry-run", kFlag, "", kNo, "Print what would be done, and change nothing"},
           }},
          &Run};
}

}  // namespace pdns::tools
