#include "store_rocks/verify/table_check.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "store_rocks/check/table_tail.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// Read from the disk in pieces of this size.
constexpr std::size_t kReadAhead = 2U << 20;

// Empty: it is whole.
std::string FaultOf(const std::string& file, const rocksdb::Options& options) {
  // Before RocksDB opens it (check/table_tail.h).
  if (!TableTailIsWhole(file)) return "its end is not as it was written";
  rocksdb::SstFileReader reader(options);
  rocksdb::Status status = reader.Open(file);
  if (status.ok()) {
    rocksdb::ReadOptions how;
    how.readahead_size = kReadAhead;
    how.fill_cache = false;
    status = reader.VerifyChecksum(how);
  }
  return status.ok() ? "" : status.ToString();
}

}  // namespace

std::vector<std::string> TableFilesIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".sst") names.push_back(it->path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> TableFilesOf(const Source& source) {
  std::vector<rocksdb::LiveFileMetaData> files;
  source.db.GetLiveFilesMetaData(&files);
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& file : files) names.push_back(fs::path(file.relative_filename).filename());
  std::sort(names.begin(), names.end());
  return names;
}

bool CheckTables(const std::string& path, const std::vector<std::string>& names,
                 const store::VerifyWatch& watch, store::Verification& verification,
                 Findings& findings) {
  std::uint64_t total = 0;
  std::uint64_t done = 0;
  std::error_code error;
  for (const std::string& name : names) {
    const auto size = fs::file_size(fmt::format("{}/{}", path, name), error);
    total += error ? 0 : size;
  }
  // The cache holds the index of one file while it is read.
  constexpr std::size_t kSmallCache = 8U << 20;
  rocksdb::Options options;
  static_cast<rocksdb::ColumnFamilyOptions&>(options) =
      FamilyOptions(NewCache(kSmallCache), kNeverFlushed, true)[kForward];
  for (const std::string& name : names) {
    if (watch && !watch("checksums", done, total)) return false;
    const std::string file = fmt::format("{}/{}", path, name);
    const auto size = fs::file_size(file, error);
    if (error) continue;
    const std::string fault = FaultOf(file, options);
    if (!fault.empty() && !fs::exists(file, error)) continue;
    if (!fault.empty()) findings.Damaged("the file cannot be read: " + fault, name);
    done += size;
    ++verification.files;
    verification.bytes += size;
  }
  return true;
}

}  // namespace pdns::store_rocks
