#include "store_rocks/repair/loose_open.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <utility>

#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

constexpr std::size_t kCache = 32U << 20;
constexpr std::size_t kWriteBuffer = 32U << 20;

}  // namespace

LooseDatabase::LooseDatabase(std::unique_ptr<rocksdb::DB> db,
                             std::vector<rocksdb::ColumnFamilyHandle*> handles)
    : db_(std::move(db)), handles_(std::move(handles)) {}

LooseDatabase::~LooseDatabase() {
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

Status LooseDatabase::Empty(std::size_t family, const std::string& path) {
  const auto descriptors = FamilyDescriptors(NewCache(kCache), kWriteBuffer, true);
  auto status = db_->DropColumnFamily(handles_[family]);
  if (!status.ok()) return FromRocks(path, "removal of a family", status);
  db_->DestroyColumnFamilyHandle(handles_[family]);
  handles_[family] = nullptr;
  status = db_->CreateColumnFamily(descriptors[family].options, descriptors[family].name,
                                   &handles_[family]);
  if (status.ok()) return {};
  std::erase(handles_, nullptr);
  return FromRocks(path, "making of a family", status);
}

Result<std::unique_ptr<LooseDatabase>> OpenLoosely(const std::string& path, bool read_only) {
  rocksdb::DBOptions options;
  FillDatabaseOptions(options);
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  // With the default the open itself fails at a file that is missing (check/damage.cc).
  options.paranoid_checks = false;
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  // Of a log that is missing the mark knows how many batches it had (commits.h).
  options.track_and_verify_wals_in_manifest = false;
  auto families = FamilyDescriptors(NewCache(kCache), kWriteBuffer, true);
  // A merge would read what is damaged, and end all writing.
  for (auto& family : families) family.options.disable_auto_compactions = true;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = read_only
                          ? rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened)
                          : rocksdb::DB::Open(options, path, families, &handles, &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return FromRocks(path, "cannot be opened for a repair", status);
  return std::make_unique<LooseDatabase>(std::move(db), std::move(handles));
}

}  // namespace pdns::store_rocks
