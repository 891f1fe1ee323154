#include "store_rocks/repair/repair.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>

#include "base/folder.h"
#include "store_rocks/check/writer_checks.h"
#include "store_rocks/commits.h"
#include "store_rocks/repair/loose_open.h"
#include "store_rocks/verify/verify.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// RocksDB's own, which a writer holds as long as it lives.
class Lock {
 public:
  explicit Lock(const std::string& path)
      : status_(rocksdb::Env::Default()->LockFile(path + "/LOCK", &lock_)) {}
  ~Lock() {
    if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  bool held() const { return status_.ok(); }
  std::string why() const { return status_.ToString(); }

 private:
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::Status status_;
};

std::string Stamp() {
  std::array<char, 32> stamp{};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
  return stamp.data();
}

// As the original: a repair by root must not lock its owner out.
Status GiveTo(const std::string& like, const std::string& file) {
  struct stat about {};
  if (stat(like.c_str(), &about) != 0) return Status::Errno(like, errno);
  if (lchown(file.c_str(), about.st_uid, about.st_gid) != 0 && errno != EPERM)
    return Status::DiskErrno(file + ": cannot be given to its owner", errno);
  return {};
}

bool IsPart(const std::string& name) {
  return name == "CURRENT" || name == "IDENTITY" || name == "committed" ||
         name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") || name.ends_with(".log");
}

// Table files are never written to, so a link is as good as a copy; all else is copied.
Status CopyOne(const fs::path& from, const fs::path& to, bool table) {
  std::error_code error;
  if (table) {
    fs::create_hard_link(from, to, error);
    if (!error) return {};
    error.clear();
  }
  fs::copy_file(from, to, error);
  return error ? Status::DiskErrno(to.string() + ": cannot be made", error.value()) : Status();
}

// Without the damaged table files: what RocksDB would read of them might end the process.
Status MakeCopy(const std::string& path, const std::string& copy,
                const std::vector<std::string>& damaged) {
  std::error_code error;
  fs::remove_all(copy, error);
  fs::create_directory(copy, path, error);
  if (error) return Status::DiskErrno(copy + ": cannot be made", error.value());
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    const bool table = entry.path().extension() == ".sst";
    if (!table && !IsPart(name)) continue;
    if (std::find(damaged.begin(), damaged.end(), name) != damaged.end()) continue;
    Status copied = CopyOne(entry.path(), fs::path(copy) / name, table);
    if (!copied.ok()) return copied;
  }
  return error ? Status::DiskErrno(path + ": cannot be read", error.value()) : Status();
}

// How many batches the copy lacks that were stored; from now on nobody asks for them.
Result<std::uint64_t> AcceptLoss(LooseDatabase& database, const std::string& copy) {
  const auto commits = Commits::Load(database.db(), database.handles()[kMeta], copy);
  if (!commits.ok()) return commits.status();
  const std::uint64_t mark = ReadMark(copy);
  if (mark <= commits->sum()) return std::uint64_t{0};
  WriteMark(copy, commits->sum());
  return mark - commits->sum();
}

Status MendCopy(const std::string& copy, const RepairPlan& plan, const store::VerifyWatch& watch,
                Repaired& repaired) {
  {
    const auto database = OpenLoosely(copy, false);
    if (!database.ok()) return database.status();
    auto rebuilt = Rebuild(**database, copy, plan, watch);
    if (!rebuilt.ok()) return rebuilt.status();
    repaired.rebuilt = std::move(*rebuilt);
    const auto missing = AcceptLoss(**database, copy);
    if (!missing.ok()) return missing.status();
    repaired.missing_batches = *missing;
  }
  auto after = Verify(copy, false, watch);
  if (!after.ok()) return after.status();
  repaired.after = std::move(*after);
  if (!repaired.after.complete && repaired.after.damaged == 0)
    return Status::Io("interrupted: the database is as it was");
  if (repaired.after.damaged == 0) return {};
  return Status::Corrupt("the mended copy is not sound, and the database is as it was: " +
                         repaired.after.findings.front().what);
}

// One step: whoever opens the path finds the one or the other.
Status Exchange(const std::string& path, const std::string& copy, const std::string& aside) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(copy, error))
    if (Status given = GiveTo(path, entry.path()); !given.ok()) return given;
  if (Status given = GiveTo(path, copy); !given.ok()) return given;
  if (Status synced = SyncFolder(copy); !synced.ok()) return synced;
  if (renameat2(AT_FDCWD, copy.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) != 0)
    return Status::DiskErrno(copy + ": cannot take the place of the database", errno);
  // The database is mended by now; that the old one keeps the copy's name is no failure.
  fs::rename(copy, aside, error);
  return SyncFolder(fs::absolute(path).parent_path());
}

}  // namespace

Result<Repaired> Repair(const std::string& path, const RepairPlan& plan,
                        const store::VerifyWatch& watch) {
  if (Status free = CheckLock(path); !free.ok()) return free;
  const Lock lock(path);
  if (!lock.held()) {
    return Status::Busy("database " + path + ": another process has it: end it first (" +
                        lock.why() + ")");
  }
  const std::string copy = path + ".repair";
  Repaired repaired;
  repaired.aside = path + ".damaged-" + Stamp();
  Status done = MakeCopy(path, copy, plan.damaged);
  if (done.ok()) done = MendCopy(copy, plan, watch, repaired);
  if (done.ok()) done = Exchange(path, copy, repaired.aside);
  std::error_code ignored;
  // After the exchange it is the aside's, and has another name.
  if (!done.ok()) fs::remove_all(copy, ignored);
  if (!done.ok()) return done;
  return repaired;
}

}  // namespace pdns::store_rocks
