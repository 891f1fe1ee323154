#include "store_rocks/read/instance.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/whole_number.h"
#include "store/meta_rows.h"
#include "store_rocks/check/damage.h"
#include "store_rocks/check/table_tail.h"
#include "store_rocks/check/writer_checks.h"
#include "store_rocks/commits.h"
#include "store_rocks/totals.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// Of a file that may be gone by now: 0.
std::uint64_t SizeOf(const fs::path& file) {
  std::error_code gone;
  const auto size = fs::file_size(file, gone);
  return gone ? 0 : size;
}

// The logs' numbers; they are named 000012.log.
std::vector<std::uint64_t> LogsOf(const std::string& path) {
  std::vector<std::uint64_t> logs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() != ".log") continue;
    const auto number = WholeNumber<std::uint64_t>(entry.path().stem().string());
    if (number.has_value()) logs.push_back(*number);
  }
  return logs;
}

std::string LogName(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + ".log";
}

// Is there something that can be a database, and may we look at it?
Status CheckThere(const std::string& path) {
  std::error_code error;
  const auto refused = [&] {
    return Status::Io("database " + path + ": may not be read: " + error.message() +
                      "; ask as its owner or as a member of its group");
  };
  // A folder that may not be read must not look like one that is no database.
  const fs::directory_iterator look(path, error);
  if (error == std::errc::permission_denied) return refused();
  if (error == std::errc::no_such_file_or_directory)
    return Status::NoInput("no such database: " + path);
  const bool there = fs::exists(path + "/CURRENT", error);
  if (error == std::errc::permission_denied) return refused();
  if (IsHeadless(path))
    return Status::Corrupt("database " + path + ": damaged, its file CURRENT is missing");
  return there ? Status() : Status::NoInput("database " + path + ": not a database of pdns");
}

}  // namespace

Version VersionOf(const std::string& path) {
  Version version;
  std::ifstream current(path + "/CURRENT");
  std::getline(current, version.manifest);
  version.manifest_size = SizeOf(path + "/" + version.manifest);
  const auto logs = LogsOf(path);
  if (!logs.empty()) {
    version.log = *std::max_element(logs.begin(), logs.end());
    version.oldest_log = *std::min_element(logs.begin(), logs.end());
  }
  version.log_size = SizeOf(path + "/" + LogName(version.log));
  return version;
}

Result<std::shared_ptr<const Instance>> Instance::Open(const std::string& path,
                                                       const std::shared_ptr<rocksdb::Cache>& cache,
                                                       bool filters) {
  if (Status there = CheckThere(path); !there.ok()) return there;
  // Beside a writer that restarts all the time one try in ten fails, on a slow disk one in two.
  constexpr int kTries = 12;
  constexpr int kTriesOfOneVersion = 3;
  constexpr std::chrono::milliseconds kMostPause(500);
  Status failed;
  int of_version = 0;
  std::chrono::milliseconds pause(2);
  for (int attempt = 0; attempt < kTries && of_version < kTriesOfOneVersion; ++attempt) {
    std::shared_ptr<Instance> instance(new Instance(path));
    // Before the files are opened: a commit in between makes it look older than it is, and the next
    // Refresh opens once too often, never once too few.
    instance->version_ = VersionOf(path);
    failed = instance->TryOpen(cache, filters);
    if (failed.ok()) return std::shared_ptr<const Instance>(std::move(instance));
    // No database becomes one by waiting.
    if (failed.code() == Code::kNoInput) break;
    std::this_thread::sleep_for(pause);
    // A writer that starts or merges needs longer than one that commits: hence twice as long each
    // time.
    pause = std::min(2 * pause, kMostPause);
    // Damage stays as it is: three failures of one and the same version are no race.
    of_version = VersionOf(path) == instance->version_ ? of_version + 1 : 0;
  }
  return failed;
}

Instance::Instance(std::string path) : path_(std::move(path)) {}

Instance::~Instance() {
  // RocksDB wants its handles back before the database is closed, which the end of db_ does.
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

Status Instance::TryOpen(const std::shared_ptr<rocksdb::Cache>& cache, bool filters) {
  // Read before the files are: a writer that commits meanwhile makes it too low, never too high.
  const std::uint64_t mark = ReadMark(path_);
  if (Status whole = CheckTableTails(path_); !whole.ok()) return whole;
  rocksdb::DBOptions options;
  FillDatabaseOptions(options);
  options.skip_stats_update_on_db_open = true;  // merges alone look at them
  options.create_if_missing = false;  // a reader that finds nothing must leave nothing behind
  options.create_missing_column_families = false;
  options.max_file_opening_threads = 1;  // 16 by default, dearer than the files they open
  // The log is replayed into memory and never written: a read-only instance cannot flush.
  const auto families = FamilyDescriptors(cache, kNeverFlushed, filters);
  rocksdb::DB* db = nullptr;
  const auto opened = rocksdb::DB::OpenForReadOnly(options, path_, families, &handles_, &db, false);
  db_.reset(db);
  if (!opened.ok()) return OpenFailure(path_, opened);
  if (Status whole = CheckFiles(*db_, path_); !whole.ok()) return whole;
  if (Status checked = CheckMoment(mark); !checked.ok()) return checked;
  return ReadSchema();
}

// The list of files is read first and the logs are listed then: where a log was there before and is
// gone now, a writer may have taken it away between the two, and its rows are in neither.
Status Instance::CheckMoment(std::uint64_t mark) const {
  const auto commits = Commits::Load(*db_, handles_[kMeta], path_);
  if (!commits.ok()) return commits.status();
  if (Status checked = CheckMark(path_, mark, *commits); !checked.ok()) return checked;
  std::error_code error;
  if (version_.oldest_log == 0 || fs::exists(path_ + "/" + LogName(version_.oldest_log), error))
    return {};
  return Status::Io("database " + path_ +
                    ": its writer is busier than it can be opened; try again");
}

Status Instance::ReadSchema() {
  std::string value;
  const auto got = db_->Get({}, handles_[kMeta], ToSlice(store::kSchemaKey), &value);
  if (!got.ok() && !got.IsNotFound()) return FromRocks(path_, "read of the schema row", got);
  if (got.IsNotFound() && LogsOf(path_).empty())  // of a young one, all stands in the log
    return Status::Corrupt("database " + path_ + ": damaged, its log is missing");
  if (Status checked = CheckSchema(path_, AsBytes(value)); !checked.ok()) return checked;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handles_[kMeta]));
  for (it->Seek(ToSlice(store::kSensorPrefix)); it->Valid(); it->Next()) {
    const auto number = store::DecodeSensorKey(AsText(View(it->key())));
    // Behind the last sensor stand rows of another prefix.
    if (!number.has_value()) break;
    sensors_.resize(std::max<std::size_t>(sensors_.size(), *number + 1));
    sensors_[*number] = AsText(View(it->value()));
  }
  return it->status().ok() ? Status() : FromRocks(path_, "read of the sensors", it->status());
}

}  // namespace pdns::store_rocks
