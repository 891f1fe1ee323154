// Databases under test: opened, filled, read back, and their bytes without the room's own code.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/rocks.h"
#include "store/rocks_common.h"
#include "unit/store/rows.h"

namespace pdns::store {

inline constexpr std::size_t kMemory = 16U << 20;

inline std::unique_ptr<Writer> OpenWriter(const std::string& path, std::size_t memory = kMemory) {
  auto writer = OpenRocksWriter(path, memory);
  if (!writer.ok()) {
    ADD_FAILURE() << writer.status().message();
    std::abort();
  }
  return std::move(*writer);
}

inline std::unique_ptr<Reader> OpenReader(const std::string& path) {
  auto reader = OpenRocksReader(path);
  if (!reader.ok()) {
    ADD_FAILURE() << reader.status().message();
    std::abort();
  }
  return std::move(*reader);
}

inline record::Applied Apply(Writer& writer, const record::Batch& batch) {
  const auto applied = writer.Apply(batch);
  EXPECT_TRUE(applied.ok()) << applied.status().message();
  return applied.ok() ? *applied : record::Applied{};
}

inline Lines ScanAll(const std::string& path, Index index) {
  return Scan(*OpenReader(path), index);
}

// Rows in any order, and a message of one line for many thousands of them.
inline void ExpectRows(Lines rows, Lines expected, std::string_view what = "") {
  std::sort(rows.begin(), rows.end());
  std::sort(expected.begin(), expected.end());
  if (rows == expected) return;
  const auto [a, b] = std::mismatch(rows.begin(), rows.end(), expected.begin(), expected.end());
  ADD_FAILURE() << what << ": " << rows.size() << " rows in place of " << expected.size()
                << ", first different: " << (a == rows.end() ? "(end)" : *a) << " in place of "
                << (b == expected.end() ? "(end)" : *b);
}

inline record::SourceId Source(std::uint8_t fill, std::uint32_t variant = 0) {
  record::SourceId id;
  id.first_frame.fill(fill);
  id.variant = variant;
  return id;
}

inline record::Position At(std::uint64_t frames) {
  record::Position position;
  position.frames = frames;
  position.bytes = frames * 100;
  position.last_length = 96;
  position.last_frame.fill(static_cast<std::uint8_t>(frames));
  return position;
}

inline std::optional<record::Position> Progress(Writer& writer, const record::SourceId& id) {
  const auto position = writer.Progress(id);
  EXPECT_TRUE(position.ok()) << position.status().message();
  return position.ok() ? *position : std::nullopt;
}

// Reads and writes the families of a database that nobody holds, past all of the room's code but
// its options.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& path) {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    std::array<rocksdb::ColumnFamilyOptions, kFamilies> options;
    FillFamilyOptions(options, PlanMemory(kMemory));
    for (std::size_t i = 0; i < kFamilies; ++i) {
      families.emplace_back(std::string(kFamilyNames[i]), options[i]);
    }
    rocksdb::DB* db = nullptr;
    const auto opened = rocksdb::DB::Open({}, path, families, &handles_, &db);
    EXPECT_TRUE(opened.ok()) << opened.ToString();
    if (!opened.ok()) std::abort();
    db_.reset(db);
  }
  ~RawDatabase() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  void Put(Family family, std::string_view key, std::string_view value) {
    EXPECT_TRUE(db_->Put({}, handles_[family], ToSlice(key), ToSlice(value)).ok());
  }
  void Delete(Family family, std::string_view key) {
    EXPECT_TRUE(Has(family, key));
    EXPECT_TRUE(db_->Delete({}, handles_[family], ToSlice(key)).ok());
  }
  bool Has(Family family, std::string_view key) {
    std::string value;
    return db_->Get({}, handles_[family], ToSlice(key), &value).ok();
  }
  std::size_t Count(Family family) {
    std::size_t rows = 0;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handles_[family]));
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++rows;
    EXPECT_TRUE(it->status().ok());
    return rows;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace pdns::store
