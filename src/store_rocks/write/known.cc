#include "store_rocks/write/known.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <future>
#include <string_view>

#include "base/key_sort.h"
#include "store_rocks/common.h"
#include "store_rocks/get_sorted.h"

namespace pdns::store_rocks {

void Known::Remember(SeenCache& seen) const {
  for (const std::uint64_t hash : hashes_) seen.Add(hash);
  for (const std::uint64_t hash : owners_) {
    // 0: no owner begins at this row (SeenCache::Hash never gives it).
    if (hash != 0) seen.Add(hash);
  }
}

// One thread's part of the rows.
class KnownAsker {
 public:
  KnownAsker(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* forward, const std::string& path,
             const SeenCache& seen, const SortedRows& rows, Known& known)
      : db_(db), forward_(forward), path_(path), seen_(seen), rows_(rows), known_(known) {}

  static Result<Known> Ask(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* forward,
                           const std::string& path, const SeenCache& seen, const SortedRows& rows) {
    // As many as make a large batch (batch_rows.cc). Parts end where an owner ends: its rows are
    // asked for together.
    constexpr std::size_t kTwoThreads = 8192;  // rows, from which on
    Known known(rows.size());
    const auto part = [&](std::size_t from, std::size_t to) {
      return KnownAsker(db, forward, path, seen, rows, known).Ask(from, to);
    };
    std::size_t middle = rows.size();
    if (rows.size() >= kTwoThreads) middle = EndOfOwner(rows, rows.size() / 2);
    auto second = std::async(kBeside, part, middle, rows.size());
    const Status first = part(0, middle);
    const Status rest = second.get();
    if (!first.ok()) return first;
    if (!rest.ok()) return rest;
    return known;
  }

 private:
  // The rows of one owner, of which none was known without asking.
  struct Group {
    std::size_t from = 0;
    std::size_t to = 0;
    std::string_view owner;
  };

  static std::string_view OwnerOf(const SortedRows& rows, std::size_t i) {
    return AsText(store::SplitRowKey(AsBytes(rows.key(i)))->ordered_owner);
  }

  static std::size_t EndOfOwner(const SortedRows& rows, std::size_t i) {
    const std::string_view owner = OwnerOf(rows, i);
    // N(owner) shows its own end (schema/keys.md), so no owner's is the beginning of another's.
    while (i < rows.size() && rows.key(i).starts_with(owner)) ++i;
    return i;
  }

  Status Ask(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to;) i = AskCache(i, to);
    if (Status asked = AskOwners(); !asked.ok()) return asked;
    // Rows of owners that were found known come behind those of the cache; lookups go by key order.
    std::sort(open_.begin(), open_.end());
    return AskRows();
  }

  // The rows of one owner from the first on, as far as the seen-cache knows; returns their end.
  std::size_t AskCache(std::size_t first, std::size_t to) {
    const std::string_view owner = OwnerOf(rows_, first);
    const std::uint64_t owner_hash = seen_.Hash(AsBytes(owner));
    known_.owners_[first] = owner_hash;
    // A row that is stored tells that its owner's row is: they are written together, and the
    // owner's goes last.
    bool any = seen_.Holds(owner_hash);
    const std::size_t open_before = open_.size();
    std::size_t i = first;
    for (; i < to && rows_.key(i).starts_with(owner); ++i) {
      const std::uint64_t hash = seen_.Hash(AsBytes(rows_.key(i)));
      known_.hashes_[i] = hash;
      known_.owner_sizes_[i] = static_cast<std::uint16_t>(owner.size());
      if (seen_.Holds(hash)) {
        known_.rows_[i] = Known::kRow;
        any = true;
      } else {
        open_.push_back(i);
      }
    }
    if (any) return SetOwner(open_before), i;
    open_.resize(open_before);
    groups_.push_back({first, i, owner});
    return i;
  }

  // Of the rows that are asked for from `open` on.
  void SetOwner(std::size_t open) {
    for (std::size_t k = open; k < open_.size(); ++k) known_.rows_[open_[k]] = Known::kOwner;
  }

  Status AskOwners() {
    return AskAll(
        groups_.size(), [this](std::size_t i) { return groups_[i].owner; },
        [this](std::size_t i, bool found) {
          const Group& group = groups_[i];
          if (!found) {
            // Then no row of that owner can be stored, and none is asked for: this is the lookup
            // that a new name costs.
            known_.begins_[group.from] = 1;
            return;
          }
          const std::size_t before = open_.size();
          for (std::size_t row = group.from; row < group.to; ++row) open_.push_back(row);
          SetOwner(before);
        });
  }

  Status AskRows() {
    return AskAll(
        open_.size(), [this](std::size_t i) { return rows_.key(open_[i]); },
        [this](std::size_t i, bool found) {
          if (found) known_.rows_[open_[i]] = Known::kRow;
        });
  }

  // Calls `each(i, is it there)` for keys in key order.
  template <class KeyAt, class Each>
  Status AskAll(std::size_t count, const KeyAt& key_at, const Each& each) {
    const auto each_value = [&](std::size_t i, const rocksdb::Slice* value) {
      each(i, value != nullptr);
      return Status();
    };
    return GetSorted(db_, forward_, path_, count, key_at, each_value);
  }

  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle* forward_;
  const std::string& path_;
  const SeenCache& seen_;
  const SortedRows& rows_;
  Known& known_;
  std::vector<Group> groups_;
  std::vector<std::size_t> open_;  // rows whose owner is known and that are to be asked for
};

Result<Known> AskKnown(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* forward,
                       const std::string& path, const SeenCache& seen, const SortedRows& rows) {
  return KnownAsker::Ask(db, forward, path, seen, rows);
}

}  // namespace pdns::store_rocks
