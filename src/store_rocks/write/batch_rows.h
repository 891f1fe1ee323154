// All rows that one batch makes, and the two ways to write them: [BatchRows] -> the log, or table
// files -> RocksDB. Guest: rocksdb.
//
// One thread at a time. Write uses a second thread for the forward rows of a large batch.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "store/journal.h"
#include "store_rocks/sensor_map.h"
#include "store_rocks/sorted_rows.h"
#include "store_rocks/totals.h"
#include "store_rocks/write/known.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

// Borrowed, but for what it holds by value.
struct BatchRows {
  const SortedRows& trusted;
  const Known& known;  // of trusted
  const SortedRows& quarantined;
  std::vector<std::uint8_t> quarantined_known;  // one a row, not 0 if it is stored already
  const SensorMap& sensors;
  std::vector<std::pair<std::string, std::string>> journal;  // keys and values, in key order
  MetaRows meta;
};

// The journal's rows for the new tuples of a batch, in key order, numbered from `next` on.
class JournalRows {
 public:
  JournalRows(std::uint64_t next, std::chrono::sys_seconds committed)
      : next_(next), committed_(committed) {
    End();
  }

  void Add(std::string_view row_key, store::NewKind kind);
  std::vector<std::pair<std::string, std::string>> Release();

 private:
  void End();

  std::uint64_t next_;
  std::chrono::sys_seconds committed_;
  store::JournalChunk chunk_;
  std::vector<std::pair<std::string, std::string>> rows_;
};

// Are there so many rows, or bytes of them, that they go by table files and not by the log?
bool IsLarge(const SortedRows& trusted, const SortedRows& quarantined);

struct Written {
  Status status;
  bool unknown = false;  // it failed, and the rows may be stored nevertheless
};

// Stores the rows durably, all of them or none. `handles` by Family. After an error of the last
// step
// (`unknown`) nobody knows which; after an earlier one nothing is stored. kIo, kCorrupt.
Written Write(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
              const std::string& path, const BatchRows& rows);

}  // namespace pdns::store_rocks
