#include "tools/admin/backup/backup.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "admin/report.h"
#include "admin/work.h"
#include "base/amount.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/stop.h"
#include "render/text.h"
#include "store/backups.h"
#include "store_rocks/backup/create.h"
#include "store_rocks/backup/folder.h"
#include "store_rocks/backup/list.h"
#include "store_rocks/backup/retention.h"
#include "tools/admin/backup/shared.h"
#include "tools/admin/writing.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/signals.h"
#include "tools/common/step_line.h"

namespace pdns::tools {
namespace {

using Moment = std::unique_ptr<store_rocks::BackupMoment>;

// What is asked for.
struct Wish {
  std::string database;
  std::string folder;
  store_rocks::Retention retention;
};

struct Made {
  store::BackupNote note;
  store_rocks::BackupPlan plan;
  std::optional<std::uint32_t> number;  // nothing: a dry run, or it was ended
  std::vector<std::uint32_t> removed;
};

Result<Wish> Read(const CommandInput& input) {
  Wish wish;
  const bool twice = !input.words.empty() && input.Has("directory");
  if (twice) return Status::Usage("backup: give the folder once");
  auto folder = WholePath(input.words.empty() ? input.Text("directory") : input.words.front(),
                          "the folder for the backups");
  if (!folder.ok()) return folder.status();
  wish.folder = std::move(*folder);
  const auto database = DatabasePath(input.Text("database"), Access::kWrite);
  if (!database.ok()) return database.status();
  if (IsCluster(*database)) {
    return Status::Usage(
        "backup: of a database of RocksDB only; a cluster has a BACKUP statement of its own");
  }
  auto whole = WholePath(*database, "the database");
  if (!whole.ok()) return whole.status();
  wish.database = std::move(*whole);
  const auto keep = CountOption(input, "keep");
  if (!keep.ok()) return keep.status();
  wish.retention.keep = *keep;
  if (!input.Has("keep-for")) return wish;
  const auto age = ParseDuration(input.Text("keep-for"));
  if (!age.ok() || age->count() <= 0)
    return Status::Usage("--keep-for " + input.Text("keep-for") + ": give an age, such as 90d");
  wish.retention.keep_for = *age;
  return wish;
}

// By the process that owns the database; a dry run looks at the database itself.
Result<Moment> OpenMoment(const CommandInput& input, const Wish& wish, const Stop& stop) {
  using store_rocks::BackupMoment;
  if (input.Has("dry-run")) return BackupMoment::Open(wish.database, wish.database, true);
  CommandInput step;
  step.command = store::kBackupSource;
  if (input.Has("control")) step.texts.Add("control", input.Text("control"));
  source::Progress progress;
  const auto made = DoWriting(step, wish.database, stop, progress);
  if (!made.ok()) return made.status();
  return BackupMoment::Open(fmt::format("{}/{}", wish.database, store::kBackupSource),
                            wish.database, false);
}

// Old ones go only behind a new one that is whole.
Status RemoveOld(const Wish& wish, Made& made) {
  const auto list = store_rocks::ListBackups(wish.folder, false, {});
  if (!list.ok()) return list.status();
  for (const store::Backup& backup : list->backups) {
    if (backup.number >= *made.number || backup.note.batches <= made.note.batches) continue;
    LogWarning(fmt::format(
        "backup {} has {} batches and the database {}: it was restored from an older backup, or is "
        "a copy of another one",
        backup.number, backup.note.batches, made.note.batches));
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto old = store_rocks::OldBackups(list->backups, wish.retention, now);
  Status removed = store_rocks::RemoveBackups(wish.folder, old);
  if (removed.code() == Code::kBusy) {
    LogWarning(removed.message() + ": no old backup was removed");
    return {};
  }
  if (removed.ok()) made.removed = std::move(old);
  return removed;
}

Result<Made> Make(const CommandInput& input, const Wish& wish, const Stop& stop) {
  // Before anything is done: the folder of something else.
  if (const auto known = store_rocks::BackupIdentity(wish.folder); !known.ok())
    return known.status();
  auto moment = OpenMoment(input, wish, stop);
  if (!moment.ok()) return moment.status();
  Made made;
  made.note = (*moment)->note();
  auto plan = store_rocks::PlanBackup(**moment, wish.folder);
  if (!plan.ok()) return plan.status();
  made.plan = std::move(*plan);
  if (input.Has("dry-run")) return made;
  Status ready = store_rocks::MakeBackupFolder(wish.folder, made.note.identity);
  if (!ready.ok()) return ready;
  const auto alone = FolderLock::Lock(wish.folder, FolderLock::Kind::kAlone);
  if (!alone.ok()) return alone.status();
  plan = store_rocks::PlanBackup(**moment, wish.folder);  // as it is now that nobody changes it
  if (!plan.ok()) return plan.status();
  made.plan = std::move(*plan);
  StepLine line;
  const auto number =
      store_rocks::MakeBackup(**moment, made.plan, wish.folder,
                              [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
                                line.Show(what, done, total);
                                return !stop.requested();
                              });
  line.Wipe();
  moment->reset();  // its files are the database's, and keep their room while it is there
  if (!number.ok()) return number.status();
  made.number = *number;
  if (!made.number.has_value()) return made;
  if (Status removed = RemoveOld(wish, made); !removed.ok()) return removed;
  return made;
}

Result<int> Run(const CommandInput& input) {
  const auto wish = Read(input);
  if (!wish.ok()) return wish.status();
  Stop stop;
  StopOnSignals(stop);
  const auto made = Make(input, *wish, stop);
  if (!made.ok()) return made.status();
  const bool dry_run = input.Has("dry-run");
  const bool whole = dry_run || made->number.has_value();
  admin::Report report;
  report.Flag("complete", whole);
  report.Flag("dry run", dry_run);
  report.Text("directory", wish->folder);
  report.Text("database", wish->database);
  report.Number("backup", made->number.value_or(0));
  report.Number("tuples", made->note.tuples);
  report.Text("last seen", render::TimeText(made->note.last_seen));
  report.Number("files", made->plan.files);
  report.Number("bytes", made->plan.bytes);
  report.Number("bytes copied", made->plan.copied);
  report.Number("bytes free", made->plan.free_bytes);
  std::vector<std::string> removed;
  for (const std::uint32_t number : made->removed) removed.push_back(std::to_string(number));
  report.Texts("backups removed", std::move(removed));
  Status printed = PrintReport(input.Has("json") ? report.json("backup") + "\n" : report.text());
  if (!printed.ok()) return printed;
  if (!whole) LogWarning("interrupted: no backup was made");
  return whole ? 0 : admin::kIncomplete;
}

}  // namespace

Command BackupCommand() {
  using enum OptionKind;
  constexpr const char* kNo = OptionRow::kAbsent;
  OptionGroup options{
      "backup",
      {
          {"keep", kNumber, "N", kNo,
           "Remove older backups, but none of the N newest that can be restored"},
          {"keep-for", kText, "AGE", kNo,
           "Remove older backups, but none that is younger than AGE: 90d"},
          {"directory", kText, "DIR", kNo,
           "Back up to the folder DIR, for a file of --config: instead of the word DIR"},
          {"config", kText, "FILE", kNo,
           "Read options from FILE, a line each: name = value; the command line takes precedence"},
      }};
  for (OptionRow& row : WritingOptions()) options.rows.push_back(std::move(row));
  return {"backup",           "[DIR]", "Copy what is new in the database to a folder of backups", 1,
          std::move(options), &Run};
}

}  // namespace pdns::tools
