// What writer and reader of the RocksDB engine share: options, column families, errors.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"

namespace rocksdb {
struct ColumnFamilyOptions;
struct DBOptions;
class Slice;
class Status;
}  // namespace rocksdb

namespace pdns::store {

enum Family : std::size_t { kMeta, kForwardFamily, kReverseFamily, kQuarantineFamily };
inline constexpr std::size_t kFamilies = 4;
inline constexpr std::array<std::string_view, kFamilies> kFamilyNames{"default", "fwd", "rev",
                                                                      "quarantine"};

// How the engine's share of memory is spent.
struct MemoryPlan {
  std::size_t block_cache = 0;
  std::size_t write_buffer = 0;  // of one of the two large families
  std::size_t seen_cache = 0;
  bool filters = true;  // are to be read
};
MemoryPlan PlanMemory(std::size_t memory);

void FillDatabaseOptions(rocksdb::DBOptions& options);

// Options of each family, by Family; the block cache is shared by all of one call.
void FillFamilyOptions(std::array<rocksdb::ColumnFamilyOptions, kFamilies>& families,
                       const MemoryPlan& plan);

// "database PATH: what: RocksDB's words", with the code that tells what to do next.
Status FromRocks(const std::string& path, std::string_view what, const rocksdb::Status& status);

Bytes View(const rocksdb::Slice& slice);
rocksdb::Slice ToSlice(std::string_view text);

// Is the schema row one that this program understands? kNoInput when not.
Status CheckSchema(const std::string& path, Bytes schema_value);

}  // namespace pdns::store
