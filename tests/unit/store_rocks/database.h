// Databases under test: opened, filled, read back, and their bytes without the room's own code.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store_rocks/common.h"
#include "store_rocks/open.h"
#include "unit/store_rocks/rows.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {

inline constexpr std::size_t kMemory = 16U << 20;

inline WriteOptions OfMemory(std::size_t memory = kMemory) {
  WriteOptions options;
  options.memory = memory;
  return options;
}

template <class T>
T Must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.status().message();
    std::abort();
  }
  return std::move(*result);
}

inline std::unique_ptr<store::Writer> OpenToWrite(const std::string& path,
                                                  std::size_t memory = kMemory) {
  return Must(OpenWriter(path, OfMemory(memory)));
}

inline std::unique_ptr<store::Snapshot> SnapshotOf(const std::string& path) {
  return Must(Must(OpenDatabase(path))->NewSnapshot());
}

inline record::Applied Apply(store::Writer& writer, const record::Batch& batch) {
  const auto applied = writer.Apply(batch);
  EXPECT_TRUE(applied.ok()) << applied.status().message();
  return applied.ok() ? *applied : record::Applied{};
}

inline Lines ScanAll(const std::string& path, const store::Selection& selection = {}) {
  return RowsOf(*SnapshotOf(path), selection);
}
inline Lines ScanReverse(const std::string& path) { return ReverseRowsOf(*SnapshotOf(path)); }

// Rows in order, and a message of one line for many thousands of them.
inline void ExpectInOrder(const Lines& rows, const Lines& expected, std::string_view what = "") {
  if (rows == expected) return;
  const auto [a, b] = std::mismatch(rows.begin(), rows.end(), expected.begin(), expected.end());
  ADD_FAILURE() << what << ": " << rows.size() << " rows in place of " << expected.size()
                << ", first different: " << (a == rows.end() ? "(end)" : *a) << " in place of "
                << (b == expected.end() ? "(end)" : *b);
}

// In any order.
inline void ExpectRows(Lines rows, Lines expected, std::string_view what = "") {
  std::sort(rows.begin(), rows.end());
  std::sort(expected.begin(), expected.end());
  ExpectInOrder(rows, expected, what);
}

inline record::Statistics CountAll(store::Snapshot& snapshot) {
  record::Statistics statistics;
  const Status counted = snapshot.Count({}, statistics);
  EXPECT_TRUE(counted.ok()) << counted.message();
  return statistics;
}
inline record::Statistics TotalsOf(store::Snapshot& snapshot) {
  record::Statistics statistics;
  const Status told = snapshot.Totals(statistics);
  EXPECT_TRUE(told.ok()) << told.message();
  return statistics;
}

inline record::SourceId Source(std::uint8_t fill, std::uint32_t variant = 0) {
  record::SourceId id;
  id.first_frame.fill(fill);
  id.variant = variant;
  return id;
}

inline record::Position Frames(std::uint64_t frames) {
  record::Position position;
  position.frames = frames;
  position.bytes = frames * 100;
  position.last_length = 96;
  position.last_frame.fill(static_cast<std::uint8_t>(frames));
  return position;
}

inline std::optional<record::Position> Progress(store::Writer& writer, const record::SourceId& id) {
  const auto position = writer.Progress(id);
  EXPECT_TRUE(position.ok()) << position.status().message();
  return position.ok() ? *position : std::nullopt;
}

// Reads and writes the families of a database that nobody holds, past all of the room's code but
// its options.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& path) {
    rocksdb::DBOptions options;
    FillDatabaseOptions(options);
    rocksdb::DB* db = nullptr;
    const auto opened = rocksdb::DB::Open(
        options, path, FamilyDescriptors(NewCache(kMemory), kMemory, true), &handles_, &db);
    EXPECT_TRUE(opened.ok()) << opened.ToString();
    if (!opened.ok()) std::abort();
    db_.reset(db);
  }
  ~RawDatabase() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  using Pair = std::pair<std::string, std::string>;

  void Put(Family family, std::string_view key, std::string_view value) {
    EXPECT_TRUE(db_->Put({}, handles_[family], ToSlice(key), ToSlice(value)).ok());
  }
  void Delete(Family family, std::string_view key) {
    EXPECT_TRUE(Has(family, key));
    EXPECT_TRUE(db_->Delete({}, handles_[family], ToSlice(key)).ok());
  }
  bool Has(Family family, std::string_view key) { return Get(family, key).has_value(); }
  std::optional<std::string> Get(Family family, std::string_view key) {
    std::string value;
    const auto got = db_->Get({}, handles_[family], ToSlice(key), &value);
    return got.ok() ? std::optional(value) : std::nullopt;
  }
  std::vector<Pair> All(Family family) {
    std::vector<Pair> rows;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handles_[family]));
    for (it->SeekToFirst(); it->Valid(); it->Next())
      rows.emplace_back(it->key().ToString(), it->value().ToString());
    EXPECT_TRUE(it->status().ok());
    return rows;
  }
  std::size_t Count(Family family) { return All(family).size(); }
  void Flush() { EXPECT_TRUE(db_->Flush({}, handles_).ok()); }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace pdns::store_rocks
