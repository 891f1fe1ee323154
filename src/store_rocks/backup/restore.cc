#include "store_rocks/backup/restore.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/utilities/backup_engine.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/folder.h"
#include "store_rocks/backup/folder.h"
#include "store_rocks/backup/list.h"
#include "store_rocks/backup/moment.h"
#include "store_rocks/commits.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// What the engine reads of a backup, counted, and ended when the watch says so: a restore has no
// progress and no end of its own.
struct Reading {
  const store::VerifyWatch& watch;
  std::uint64_t total;
  std::uint64_t done = 0;
  bool stopped = false;
};

class WatchedFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  WatchedFile(std::unique_ptr<rocksdb::FSSequentialFile>&& file, Reading& reading)
      : FSSequentialFileOwnerWrapper(std::move(file)), reading_(reading) {}

  rocksdb::IOStatus Read(std::size_t n, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext* debug) override {
    reading_.stopped =
        reading_.stopped ||
        (reading_.watch && !reading_.watch("copying", reading_.done, reading_.total));
    if (reading_.stopped) return rocksdb::IOStatus::Aborted("interrupted");
    auto read = FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug);
    if (read.ok()) reading_.done += result->size();
    return read;
  }

 private:
  Reading& reading_;
};

class WatchedFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit WatchedFiles(Reading& reading)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), reading_(reading) {}

  const char* Name() const override { return "pdns-watched"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    auto opened = FileSystemWrapper::NewSequentialFile(name, options, file, debug);
    if (opened.ok()) *file = std::make_unique<WatchedFile>(std::move(*file), reading_);
    return opened;
  }

 private:
  Reading& reading_;
};

Status CheckTarget(const std::string& database, const std::string& folder) {
  if (IsWithin(folder, database) || IsWithin(database, folder)) {
    return Status::Usage(
        fmt::format("restore to {}: it and the backup folder {} must not be one "
                    "in the other: name another",
                    database, folder));
  }
  std::error_code error;
  const bool there = fs::exists(fs::symlink_status(database, error));
  if (there && !(fs::is_directory(fs::symlink_status(database, error)) &&
                 fs::is_empty(database, error) && !error)) {
    return Status::NoInput(fmt::format(
        "restore to {0}: it is there already, and stays as it is: name another directory, or end "
        "the ingester and put it aside: mv {0} {0}.old",
        database));
  }
  const std::string parent = fs::path(database).parent_path();
  if (fs::is_directory(parent, error)) return {};
  return Status::NoInput(
      fmt::format("restore to {}: there is no directory {}: make it", database, parent));
}

Result<RestorePlan> ChooseBackup(const store::BackupList& list, const std::string& folder,
                                 std::optional<std::uint32_t> number) {
  RestorePlan plan;
  for (std::size_t i = list.backups.size(); i-- > 0;) {
    const store::Backup& backup = list.backups[i];
    if (number.has_value() && backup.number != *number) continue;
    plan.backup = backup;
    if (backup.fault.empty()) return plan;
    plan.damaged.push_back(backup);
  }
  if (plan.damaged.empty() && number.has_value()) {
    return Status::NoInput(
        fmt::format("backup folder {}: there is no backup {}: pdns-admin "
                    "backups {} lists them",
                    folder, *number, folder));
  }
  if (plan.damaged.empty())
    return Status::NoInput(fmt::format("backup folder {}: there is no backup yet", folder));
  return Status::Corrupt(fmt::format("backup folder {}: backup {} is damaged: {}", folder,
                                     plan.damaged.front().number, plan.damaged.front().fault));
}

// A name that this machine does not know changes nothing: the database stays the caller's.
Status GiveToOwner(const std::string& path, const store::BackupNote& note) {
  if (geteuid() != 0 || note.user.empty()) return {};
  // NOLINTBEGIN(concurrency-mt-unsafe): a program of one thread asks.
  const passwd* user = getpwnam(note.user.c_str());
  const struct group* group = getgrnam(note.group.c_str());
  // NOLINTEND(concurrency-mt-unsafe)
  if (user == nullptr) return {};
  const gid_t gid = group != nullptr ? group->gr_gid : user->pw_gid;
  if (lchown(path.c_str(), user->pw_uid, gid) == 0) return {};
  return Status::DiskErrno(path + ": cannot be given to " + note.user, errno);
}

Status SyncFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Status::DiskErrno(path, errno);
  const bool synced = fsync(fd) == 0;
  const int error = errno;
  close(fd);
  return synced ? Status() : Status::DiskErrno(path + ": cannot be synced", error);
}

// Makes DATABASE.restoring anew. Held until the end, so that no other restore removes it.
Result<FolderLock> MakePart(const std::string& part) {
  const auto left = FolderLock::Lock(part, FolderLock::Kind::kAlone);
  if (!left.ok() && left.status().code() != Code::kNoInput) return left.status();
  std::error_code error;
  fs::remove_all(part, error);
  if (error) return Status::DiskErrno(part, error.value());
  if (mkdir(part.c_str(), 0750) != 0) return Status::DiskErrno(part, errno);
  auto lock = FolderLock::Lock(part, FolderLock::Kind::kAlone);
  if (!lock.ok()) rmdir(part.c_str());
  return lock;
}

// RocksDB says that a checksum is wrong, but not of which file.
std::string NameDamage(const std::string& folder, std::uint32_t number, const std::string& words) {
  const store::VerifyWatch nobody;
  FileChecks checks(folder, nobody, 0);
  const auto files = FilesOfBackup(folder, number);
  if (!files.has_value()) return words;
  for (const BackupFile& file : *files)
    if (const std::string& fault = checks.FaultOf(file, true); !fault.empty()) return fault;
  return words;
}

Status Copy(const std::string& folder, const store::Backup& backup, const std::string& part,
            Reading& reading) {
  const auto env = rocksdb::NewCompositeEnv(std::make_shared<WatchedFiles>(reading));
  rocksdb::BackupEngineOptions options(folder, env.get());
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  auto status = rocksdb::BackupEngineReadOnly::Open(options, rocksdb::Env::Default(), &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  reading.done = 0;  // of the engine's own files
  if (status.ok()) status = engine->RestoreDBFromBackup(backup.number, part, part);
  if (status.ok() || reading.stopped) return {};
  const Status failed = FromRocks(folder, "", status);
  if (status.IsNoSpace()) {
    return Status::Disk(
        fmt::format("{}: the disk is full: {} bytes are to be copied, and {} are "
                    "free: nothing was restored",
                    part, backup.bytes, FreeBytes(part)));
  }
  const std::string words = status.IsCorruption()
                                ? NameDamage(folder, backup.number, status.ToString())
                                : status.ToString();
  return {failed.code(), fmt::format("{}: backup {} of {}: {}: nothing was restored", part,
                                     backup.number, folder, words)};
}

// Is it what the backup says? Then it gets all that makes it last.
Status Finish(const std::string& part, const store::BackupNote& note) {
  // RocksDB knows nothing of the mark (commits.h).
  WriteMark(part, note.batches);
  {
    const auto moment = BackupMoment::Open(part, note.database, true);
    if (!moment.ok()) return moment.status();
    const store::BackupNote& found = (*moment)->note();
    if (found.identity != note.identity || found.batches != note.batches)
      return Status::Corrupt(part + ": not the database that the backup says");
  }
  std::error_code error;
  for (fs::directory_iterator it(part, error), end; !error && it != end; it.increment(error)) {
    if (Status synced = SyncFile(it->path()); !synced.ok()) return synced;
    if (Status given = GiveToOwner(it->path(), note); !given.ok()) return given;
  }
  if (error) return Status::DiskErrno(part, error.value());
  if (Status given = GiveToOwner(part, note); !given.ok()) return given;
  return SyncFolder(part);
}

}  // namespace

Result<RestorePlan> PlanRestore(const std::string& folder, std::optional<std::uint32_t> number,
                                const std::string& database) {
  if (Status checked = CheckTarget(database, folder); !checked.ok()) return checked;
  const auto list = ListBackups(folder, false, {});
  if (!list.ok()) return list.status();
  auto plan = ChooseBackup(*list, folder, number);
  if (!plan.ok()) return plan;
  plan->free_bytes = FreeBytes(fs::path(database).parent_path());
  if (plan->free_bytes >= plan->backup.bytes) return plan;
  return Status::Disk(
      fmt::format("restore to {}: backup {} has {} bytes, and {} are free: nothing "
                  "was restored",
                  database, plan->backup.number, plan->backup.bytes, plan->free_bytes));
}

Result<bool> Restore(const std::string& folder, const RestorePlan& plan,
                     const std::string& database, const store::VerifyWatch& watch) {
  const auto reader = LockBackups(folder, FolderLock::Kind::kShared);
  if (!reader.ok()) return reader.status();
  const std::string part = database + ".restoring";
  const auto alone = MakePart(part);
  if (!alone.ok()) return alone.status();
  Reading reading{watch, plan.backup.bytes};
  Status done = Copy(folder, plan.backup, part, reading);
  if (done.ok() && !reading.stopped) done = Finish(part, plan.backup.note);
  if (done.ok() && !reading.stopped && rename(part.c_str(), database.c_str()) != 0)
    done = Status::DiskErrno(part + ": cannot be renamed to " + database, errno);
  std::error_code ignored;
  if (!done.ok() || reading.stopped) fs::remove_all(part, ignored);
  if (!done.ok()) return done;
  if (reading.stopped) return false;
  if (Status synced = SyncFolder(fs::path(database).parent_path()); !synced.ok()) return synced;
  return true;
}

}  // namespace pdns::store_rocks
