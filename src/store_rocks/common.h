// What writer and readers of the RocksDB engine share: options, column families, errors. Guest:
// rocksdb. Functions keep no state.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"

namespace rocksdb {
class Cache;
struct ColumnFamilyDescriptor;
struct ColumnFamilyOptions;
struct DBOptions;
class Slice;
class Status;
}  // namespace rocksdb

namespace pdns::store_rocks {

enum Family : std::size_t { kMeta, kForward, kReverse, kQuarantine, kNew };
inline constexpr std::size_t kFamilies = 5;
inline constexpr std::array<std::string_view, kFamilies> kFamilyNames{"default", "fwd", "rev",
                                                                      "quarantine", "new"};

// How the engine's share of memory is spent.
struct MemoryPlan {
  std::size_t block_cache = 0;   // blocks of rows, indexes and filters
  std::size_t write_buffer = 0;  // of one of the two large families
  std::size_t seen_cache = 0;
};
MemoryPlan PlanMemory(std::size_t memory);

void FillDatabaseOptions(rocksdb::DBOptions& options);

std::shared_ptr<rocksdb::Cache> NewCache(std::size_t bytes);

// Of the buffer of a database that is opened to be read: more than a log holds.
inline constexpr std::size_t kNeverFlushed = 64U << 20;

// By Family. Without `filters` those that are there are not read.
std::array<rocksdb::ColumnFamilyOptions, kFamilies> FamilyOptions(
    const std::shared_ptr<rocksdb::Cache>& cache, std::size_t write_buffer, bool filters);
std::vector<rocksdb::ColumnFamilyDescriptor> FamilyDescriptors(
    const std::shared_ptr<rocksdb::Cache>& cache, std::size_t write_buffer, bool filters);

// "database PATH: what: RocksDB's words": kCorrupt, kDisk or kIo.
Status FromRocks(const std::string& path, std::string_view what, const rocksdb::Status& status);

// "database PATH: a row cannot be read, ..."
Status DamagedRow(const std::string& path, std::string_view family, std::string_view key);

Bytes View(const rocksdb::Slice& slice);
rocksdb::Slice ToSlice(std::string_view text);

// Is this the value of a schema row that this program understands? kNoInput if not, with the way
// out.
Status CheckSchema(const std::string& path, Bytes schema_value);

}  // namespace pdns::store_rocks
