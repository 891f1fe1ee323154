#include "store_rocks/check/damage.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/unique_id.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "store_rocks/check/writer_checks.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// The number in front of `suffix`, or behind `prefix`: 37 of ".../000037.ldb: ..", "table
// file 37.".
std::optional<std::string> NumberAt(std::string_view text, std::size_t begin) {
  const std::string_view rest = text.substr(begin);
  const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (size == 0) return std::nullopt;
  const std::string digits(rest.substr(0, size));
  // RocksDB pads the numbers of its files to six digits and tells them without.
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + ".sst";
}

// The engine tries a missing 000037.sst under an older name as well, and tells of that one.
std::optional<std::string> MissingFile(std::string_view words) {
  if (words.find("No such file") == std::string_view::npos) return std::nullopt;
  for (const std::string_view suffix : {".sst", ".ldb"}) {
    const std::size_t end = words.find(suffix);
    const std::size_t slash = words.rfind('/', end);
    if (end != std::string_view::npos && slash != std::string_view::npos)
      return NumberAt(words, slash + 1);
  }
  return std::nullopt;
}

std::optional<std::string> ForeignFile(std::string_view words) {
  constexpr std::string_view kBefore = "table file ";
  const std::size_t at = words.find(kBefore);
  if (words.find("unique ID") == std::string_view::npos || at == std::string_view::npos)
    return std::nullopt;
  return NumberAt(words, at + kBefore.size());
}

std::vector<std::string> TableFilesOf(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ".sst") names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The first table file that does not open by itself, or that is another one's copy: each has an
// identity of its own. Of a file in another's place the engine says only that what it reads where
// that one ended makes no sense.
std::optional<std::string> WrongFile(const std::string& path) {
  std::map<std::string, std::string> seen;  // file by identity
  const rocksdb::Options options;
  for (const std::string& name : TableFilesOf(path)) {
    // By itself, beside the list of files: what a file says of itself is in its own footer.
    rocksdb::SstFileReader reader(options);
    if (reader.Open(fmt::format("{}/{}", path, name)).IsCorruption())
      return fmt::format("its file {} cannot be read", name);
    const auto properties = reader.GetTableProperties();
    std::string identity;
    if (properties == nullptr ||
        !rocksdb::GetUniqueIdFromTableProperties(*properties, &identity).ok()) {
      continue;
    }
    // Equal only if copied: an identity is made of the database's, the session's and the file's
    // number.
    const auto [other, first] = seen.emplace(identity, name);
    if (!first) {
      return fmt::format("its files {} and {} are one and the same: one is in another's place",
                         other->second, name);
    }
  }
  return std::nullopt;
}

Status Damaged(const std::string& path, std::string_view what) {
  return Status::Corrupt(fmt::format("database {}: damaged, {}", path, what));
}

Status CheckListed(rocksdb::DB& db, const std::string& path) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    const std::string name = fs::path(file.relative_filename).filename();
    std::error_code error;
    const auto size = fs::file_size(fmt::format("{}/{}", path, name), error);
    if (error) return Damaged(path, fmt::format("its file {} is missing", name));
    if (size != file.size) {
      return Damaged(path,
                     fmt::format("its file {} has {} bytes in place of {}", name, size, file.size));
    }
  }
  return {};
}

// Is a file of another size than the list of files says? Of such a one the engine looks for the end
// where there is none, and says that the list is wrong. It then opens with the list alone.
Status CheckListedFiles(const std::string& path) {
  rocksdb::DBOptions options;
  FillDatabaseOptions(options);
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  // With the default the open itself fails at the file that is looked for.
  options.paranoid_checks = false;
  // Without it the engine reads the properties of those files that do not open, with a footer from
  // wherever they end by the list: what it takes for one may say that no block has a checksum, and
  // an assertion on what it then takes for a block ended the process.
  options.skip_stats_update_on_db_open = true;
  constexpr std::size_t kSmallCache = 1U << 20;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(
      options, path, FamilyDescriptors(NewCache(kSmallCache), kNeverFlushed, false), &handles,
      &opened);
  // Then this is not what is wrong, and the caller goes on to look.
  if (!status.ok()) return {};
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return CheckFiles(*db, path);
}

}  // namespace

Status OpenFailure(const std::string& path, const rocksdb::Status& status) {
  const std::string words = status.ToString();
  // RocksDB's words are all there is: its codes do not tell which file. Words that are not known
  // lead to the end, where they are passed on as they are.
  if (const auto file = MissingFile(words); file.has_value())
    return Damaged(path, fmt::format("its file {} is missing", *file));
  if (const auto file = ForeignFile(words); file.has_value()) {
    return Damaged(path,
                   fmt::format("its file {} is another database's or another moment's", *file));
  }
  // From the cheap look to the dear one: sizes need the list alone, identities an open of each
  // file.
  if (status.IsCorruption()) {
    if (Status listed = CheckListedFiles(path); !listed.ok()) return listed;
    if (const auto wrong = WrongFile(path); wrong.has_value())
      return Damaged(path, fmt::format("{} ({})", *wrong, words));
  }
  if (status.IsInvalidArgument() && words.find("IO error") == std::string::npos) {
    Status foreign = CheckFamilies(path);
    if (!foreign.ok()) return foreign;
    return Status::NoInput(fmt::format("database {}: not one of pdns: {}", path, words));
  }
  const bool missing = status.IsPathNotFound() || status.IsNotFound() ||
                       words.find("No such file") != std::string::npos;
  const Status failed = FromRocks(path, "cannot be opened", status);
  return missing ? Status::Corrupt(failed.message()) : failed;
}

Status CheckFiles(rocksdb::DB& db, const std::string& path) {
  // A writer merges from its first moment on, and would remove a file that is listed here. Readers
  // remove nothing, and have no such switch.
  const bool writes = db.DisableFileDeletions().ok();
  Status checked = CheckListed(db, path);
  if (writes) db.EnableFileDeletions(false).PermitUncheckedError();
  return checked;
}

}  // namespace pdns::store_rocks
