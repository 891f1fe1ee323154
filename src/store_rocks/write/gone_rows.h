// What one step of an expiry deletes: rows of a scan -> [GoneRows] -> keys of each family -> one
// write, by the log or by table files (table_files.h). Guest: rocksdb.
//
// An owner's row goes with the last row of its owner. Where the scan passes all rows of each owner,
// one behind the other, this knows which owners those are; else the database is asked, a seek each.
//
// One thread. Memory: what `full` bounds, and once more the keys of the last row.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "store/selection.h"
#include "store_rocks/common.h"
#include "store_rocks/totals.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Iterator;
}  // namespace rocksdb

namespace pdns::store_rocks {

class GoneRows {
 public:
  // For the rows of one scan over `selection`, as the writer's thread sees them.
  explicit GoneRows(const store::Selection& selection);

  // Each row of the scan, in its order: does it go?
  void Add(const store::Row& row, bool goes);
  void End();  // behind the last one of a scan that was not stopped

  std::size_t rows() const { return rows_.size(); }
  // Enough for one step: 32,768 rows, or 8 MiB of keys.
  bool full() const;

  // Looks for the owners that go, and takes rows and owners off `totals`, to which the rows are
  // added as expired under `rule`. Once a step. An owner of which something cannot be read stays.
  void Count(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* forward, const std::string& rule,
             Totals& totals);

  using KeysByFamily = std::array<std::vector<std::string>, kFamilies>;
  // After Count: sorted, each once, owners' rows among them.
  const KeysByFamily& keys() const { return keys_; }
  std::size_t size() const;  // of all families
  // All owners of rows that go, those that stay as well.
  const std::vector<std::string>& owners() const { return owners_; }

  // The next step goes on in the same scan.
  void Clear();

 private:
  struct Row {
    record::RrType type{};
    std::uint8_t reasons = 0;
    std::chrono::sys_seconds last;
  };
  // Of the owner that the scan is at.
  enum class Known : std::uint8_t { kAllGo, kOneStays, kUnknown };

  void BeginOwner(std::string_view ordered);
  void EndOwner();
  bool HasOtherRows(rocksdb::Iterator& it, const std::string& owner) const;

  bool quarantined_;
  bool in_order_;  // the scan passes all rows of an owner together
  Known known_;
  std::string owner_;      // ordered; of the last row of the scan
  bool any_goes_ = false;  // of owner_, in this step
  std::vector<Row> rows_;
  KeysByFamily keys_;
  std::vector<std::string> owners_;  // of rows that go
  std::vector<std::string> gone_;    // owners of whose rows none stays
  std::vector<std::string> asked_;   // owners of which only the database knows
  std::size_t bytes_ = 0;
};

}  // namespace pdns::store_rocks
