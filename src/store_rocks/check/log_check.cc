#include "store_rocks/check/log_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <vector>

#include "store_rocks/check/damage.h"
#include "store_rocks/check/writer_checks.h"
#include "store_rocks/commits.h"
#include "store_rocks/common.h"
#include "store_rocks/open.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// The engine tells of what it passes over in its own log alone: ".../000012.log: dropping 123
// bytes; Corruption: checksum mismatch". Keeps the first such file.
class DroppedLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> text{};
    // A line that is longer is cut, behind what is looked for: paths stand at its beginning.
    if (std::vsnprintf(text.data(), text.size(), format, arguments) < 0) return;
    const std::string_view line(text.data());
    const std::size_t end = line.find(".log: dropping ");
    if (end == std::string_view::npos) return;
    const std::size_t slash = line.rfind('/', end);
    const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
    const std::lock_guard lock(mutex_);
    if (file_.empty()) file_ = std::string(line.substr(begin, end - begin)) + ".log";
  }
  void LogHeader(const char* /*format*/, va_list /*arguments*/) override {}
  std::string file() const {
    const std::lock_guard lock(mutex_);
    return file_;
  }

 private:
  mutable std::mutex mutex_;
  std::string file_;
};

std::vector<fs::path> LogsOf(const std::string& path) {
  std::vector<fs::path> logs;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    // An empty log is what a writer leaves that closed well: nothing can be lost in it.
    if (it->path().extension() == ".log" && it->file_size(gone) > 0 && !gone)
      logs.push_back(it->path());
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

struct Look {
  Commits commits;  // that can be read
  std::string dropped;
};

// As a reader sees it, who changes nothing.
Result<Look> LookAt(const std::string& path) {
  rocksdb::DBOptions options;
  FillDatabaseOptions(options);
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  const auto log = std::make_shared<DroppedLog>();
  log->SetInfoLogLevel(rocksdb::WARN_LEVEL);
  options.info_log = log;
  // Some rows of one family are read, once.
  constexpr std::size_t kSmallCache = 1U << 20;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(
      options, path, FamilyDescriptors(NewCache(kSmallCache), kNeverFlushed, false), &handles,
      &opened, false);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return OpenFailure(path, status);
  const auto commits = Commits::Load(*db, handles[kMeta], path);
  // Before any return: RocksDB wants its handles back before it is closed.
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  if (!commits.ok()) return commits.status();
  return Look{*commits, log->file()};
}

Status Damaged(const std::string& path, std::uint64_t mark, const Look& look) {
  Status lost = CheckMark(path, mark, look.commits);
  if (lost.ok() || look.dropped.empty()) return lost;
  return Status::Corrupt(fmt::format("{} (its log {} is damaged)", lost.message(), look.dropped))
      .With(lost.remedy());
}

// A directory of its own in the database's, by the time; made here.
Result<std::string> MakeAside(const std::string& path) {
  std::array<char, 32> stamp{};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string aside = fmt::format("{}/damaged-{}", path, stamp.data());
  std::error_code error;
  fs::create_directory(aside, error);
  if (error) return Status::DiskErrno(aside + ": cannot be made", error.value());
  return aside;
}

// A file, or the names in a directory. Some file systems have no sync of directories (EINVAL).
Status SyncToDisk(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
  const int error = errno;
  if (fd >= 0) close(fd);
  return synced ? Status() : Status::DiskErrno(path + ": cannot be synced", error);
}

// Copies, on the disk when this returns: the originals go with the writer's next open. First the
// bytes, then the names in `aside`, then that of `aside` itself.
Status KeepAside(const std::vector<fs::path>& logs, const std::string& aside) {
  for (const fs::path& log : logs) {
    const fs::path kept = fs::path(aside) / log.filename();
    std::error_code error;
    fs::copy_file(log, kept, fs::copy_options::overwrite_existing, error);
    if (error)
      return Status::DiskErrno(aside + ": cannot keep " + log.filename().string(), error.value());
    if (Status synced = SyncToDisk(kept); !synced.ok()) return synced;
  }
  if (Status synced = SyncToDisk(aside); !synced.ok()) return synced;
  return SyncToDisk(fs::path(aside).parent_path());
}

}  // namespace

Status CheckLog(const std::string& path, std::uint64_t mark) {
  // Without a mark nothing was promised that could be missed; without a log all stands in table
  // files. So only a start behind a crash replays the log twice (docs/store.md).
  if (mark == 0 || LogsOf(path).empty()) return {};
  const auto look = LookAt(path);
  if (look.ok()) return Damaged(path, mark, *look);
  // Others (a full disk, no right) are met again by the open that follows, which says them.
  return look.status().code() == Code::kCorrupt ? look.status() : Status();
}

Result<RepairedLog> RepairLog(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path + "/CURRENT", error) && !IsHeadless(path))
    return Status::NoInput("no such database: " + path);
  if (Status checked = CheckForWriting(path); !checked.ok()) return checked;
  const std::uint64_t mark = ReadMark(path);
  const auto look = LookAt(path);
  if (!look.ok()) return look.status();
  RepairedLog repaired;
  // Nothing is missing, so nothing is touched.
  if (CheckMark(path, mark, look->commits).ok()) return repaired;
  auto aside = MakeAside(path);
  if (!aside.ok()) return aside.status();
  // Before the writer opens: its open replays the logs and removes them.
  if (Status kept = KeepAside(LogsOf(path), *aside); !kept.ok()) return kept;
  WriteOptions how;
  how.check_log = false;
  const auto writer = OpenWriter(path, how);
  if (!writer.ok()) return writer.status();
  if (Status closed = (*writer)->Close(); !closed.ok()) return closed;
  // Last, since it accepts the loss: whoever kills this before is told of the damage again.
  WriteMark(path, look->commits.sum());
  if (ReadMark(path) != look->commits.sum())
    return Status::Disk(path + "/committed: cannot be written");
  repaired.missing = mark - look->commits.sum();
  repaired.aside = std::move(*aside);
  return repaired;
}

}  // namespace pdns::store_rocks
