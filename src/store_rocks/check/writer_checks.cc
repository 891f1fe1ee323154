#include "store_rocks/check/writer_checks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "store/meta_rows.h"
#include "store_rocks/check/table_tail.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
// RocksDB locks this file with fcntl; asking for the lock tells who has it.
Status CheckLock(const std::string& path) {
  const int fd = open((path + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return {};
  // Asked, not taken: a process loses its fcntl(2) locks on a file when it closes any descriptor of
  // it. So nothing here may run where the database is open already.
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  if (!held) return {};
  const std::string holder = lock.l_pid > 0 ? " (pid " + std::to_string(lock.l_pid) + ")" : "";
  return Status::Busy("database " + path + ": in use by another ingester" + holder);
}

namespace {

namespace fs = std::filesystem;

// A directory that holds other things must not be filled with a database.
Status CheckPath(const std::string& path) {
  std::error_code error;
  const auto kind = fs::status(path, error);
  if (!fs::exists(kind)) {
    fs::create_directories(path, error);
    return error ? Status::DiskErrno("database " + path + ": cannot be made", error.value())
                 : Status();
  }
  if (!fs::is_directory(kind)) return Status::NoInput("database " + path + ": not a directory");
  // CURRENT names the list of files, and comes last when a database is made.
  if (fs::exists(path + "/CURRENT", error)) return CheckLock(path);
  if (IsHeadless(path))
    return Status::Corrupt("database " + path + ": damaged, its file CURRENT is missing");
  // RocksDB's lock and log are there before CURRENT is: a creation that was cut off goes on.
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    // So is the control socket of an ingester that waits for room to make its first database, and
    // what mke2fs puts into a disk that was made for nothing else.
    const bool beginnings = name == "LOCK" || name == "IDENTITY" || name.starts_with("LOG") ||
                            name.starts_with("MANIFEST-") || name.ends_with(".dbtmp") ||
                            name == "lost+found" || entry.is_socket(error);
    if (!beginnings) {
      return Status::NoInput(
          fmt::format("database {}: a directory of other files, such as {}", path, name));
    }
  }
  if (error) return Status::DiskErrno("database " + path + ": cannot be read", error.value());
  return {};
}

}  // namespace

Status CheckFamilies(const std::string& path) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies({}, path, &names).ok()) return {};  // opening will say why
  // A writer's open makes the families that are missing, in another program's database as well: so
  // it is looked before.
  const auto missing = [&](std::string_view ours) {
    return std::find(names.begin(), names.end(), ours) == names.end();
  };
  if (std::none_of(kFamilyNames.begin(), kFamilyNames.end(), missing)) return {};
  rocksdb::DB* opened = nullptr;
  rocksdb::Options options;
  options.skip_stats_update_on_db_open = true;
  const auto status = rocksdb::DB::OpenForReadOnly(options, path, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return FromRocks(path, "cannot be opened", status);
  // An older pdns had fewer families.
  std::string schema;
  if (db->Get({}, ToSlice(store::kSchemaKey), &schema).ok())
    return CheckSchema(path, AsBytes(schema));
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  it->SeekToFirst();
  return it->Valid() || !it->status().ok() ? CheckSchema(path, {}) : Status();
}

bool IsHeadless(const std::string& path) {
  std::error_code error;
  if (fs::exists(path + "/CURRENT", error)) return false;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const fs::path& name = entry.path();
    if (name.extension() == ".sst" || name.extension() == ".log") return true;
  }
  return false;
}

Status CheckForWriting(const std::string& path) {
  if (Status checked = CheckPath(path); !checked.ok()) return checked;
  if (Status whole = CheckTableTails(path); !whole.ok()) return whole;
  return CheckFamilies(path);
}

}  // namespace pdns::store_rocks
