#include "admin/backup_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "admin/report.h"
#include "base/folder.h"
#include "store/backups.h"

namespace pdns::admin {
namespace {

namespace fs = std::filesystem;

// What a backup left that is no more. One at work holds the lock.
Status RemoveOld(const std::string& directory, const std::string& database) {
  const auto lock = FolderLock::Lock(directory, FolderLock::Kind::kAlone);
  if (lock.status().code() == Code::kNoInput) return {};
  if (lock.status().code() == Code::kBusy)
    return Status::Busy("database " + database + ": another backup of it is being made");
  if (!lock.ok()) return lock.status();
  std::error_code error;
  fs::remove_all(directory, error);
  return error ? Status::DiskErrno(directory, error.value()) : Status();
}

}  // namespace

Result<control::Reply::Report> MakeBackupSource(const Job& job) {
  const std::string& database = job.access.path();
  const std::string directory = fmt::format("{}/{}", database, store::kBackupSource);
  if (Status removed = RemoveOld(directory, database); !removed.ok()) return removed;
  const Status made =
      job.access.With([&directory](store::Writer& writer) { return writer.Checkpoint(directory); });
  if (!made.ok()) return made;
  Report report;
  report.Text("directory", directory);
  return control::Reply::Report{0, report.text(), report.json("backup-source"), false};
}

}  // namespace pdns::admin
