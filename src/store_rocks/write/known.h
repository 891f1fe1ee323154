// Which rows of a batch are stored already, and which of their owners: rows -> [AskKnown] -> Known.
// The answer decides what is put and what is merged, which reverse rows are written, and what the
// totals and the journal say. So it must be right, and it is most of what a new tuple costs. Guest:
// rocksdb.
//
// Each owner has a row of its own, so that a new name costs one lookup, and not one for each of its
// records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "store_rocks/sorted_rows.h"
#include "store_rocks/write/seen_cache.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

// Does not change after AskKnown: then any thread may read.
class Known {
 public:
  explicit Known(std::size_t rows)
      : rows_(rows), hashes_(rows), owner_sizes_(rows), begins_(rows), owners_(rows) {}

  bool row(std::size_t i) const { return rows_[i] == kRow; }
  bool owner(std::size_t i) const { return rows_[i] != kNothing; }

  // Is this the first of the rows of an owner that is new?
  bool BeginsOwner(std::size_t i) const { return begins_[i] != 0; }

  // The key of that row, taken apart. After AskKnown that is cheap: the end of its owner is known.
  store::RowKeyParts parts(const SortedRows& rows, std::size_t i) const {
    const Bytes key = AsBytes(rows.key(i));
    return owner_sizes_[i] == 0 ? *store::SplitRowKey(key) : store::PartsOf(key, owner_sizes_[i]);
  }

  // Call once the rows are stored.
  void Remember(SeenCache& seen) const;

 private:
  friend class KnownAsker;

  // Bytes, so that two threads may write neighbours.
  enum What : std::uint8_t { kNothing, kOwner, kRow };

  std::vector<std::uint8_t> rows_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint16_t> owner_sizes_;  // bytes of N(owner) in each key
  std::vector<std::uint8_t> begins_;
  std::vector<std::uint64_t> owners_;  // hashes of them, by the row that begins one
};

// `forward` is the family of forward rows. One thread at a time; for a large batch it uses a second
// one. kIo, kCorrupt: nothing was changed.
Result<Known> AskKnown(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* forward,
                       const std::string& path, const SeenCache& seen, const SortedRows& rows);

}  // namespace pdns::store_rocks
