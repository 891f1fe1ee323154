// The table of a window: Tuple -> [Table] -> its entry, found or made.
//
// An entry is a Sighting, of days without a gap. A tuple that comes with a gap gets a further
// entry, and sometimes (an old gap that closed later, two steps of time) has two that a merge would
// join: whoever reads the entries folds those of one tuple, whose days and counts are exact.
//
// Open addressing with linear probing over slots of a 32-bit hash and an entry's place: growing
// touches no entry. What a tuple meets in memory is nearly never in the cache, so the last few
// tuples are kept in hand while their slot and then their entry is fetched: 3 to 13 % of all CPU on
// a repetitive capture, 2 to 5 % on one of new names.
//
// A memory of whole answers seen a moment ago, which would spare names and keys, was tried instead:
// at best 5 % on the one, a loss of 4 % on the other.
//
// One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "record/entry.h"
#include "record/observation.h"

namespace pdns::aggregate {

class Table {
 public:
  Table();

  // Folds one sighting into an entry of the tuple, now or with one of the next calls.
  void Add(const record::Tuple& tuple, const record::Sighting& sighting);

  // Folds those in hand.
  void FoldPending();

  bool empty() const { return size_ == 0 && folded_ == begun_; }
  std::size_t size() const { return size_; }  // entries, without those in hand
  std::size_t memory() const { return arena_.memory() + slots_.size() * sizeof(Slot); }

  // Appends all entries in the order they were made; after FoldPending.
  void List(std::vector<const record::Entry*>& out) const;

  // Empty again. Keeps memory for a next round of the same size.
  void Clear();

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // the entry's reference and one; 0: free
  };
  struct InHand {
    std::vector<std::uint8_t> room;
    std::size_t key_size = 0;
    std::uint32_t hash = 0;
    record::Sighting sighting;
  };
  static constexpr std::size_t kSlotAhead = 4;   // calls from a slot's fetch to its entry's
  static constexpr std::size_t kEntryAhead = 4;  // calls from there to the fold
  static constexpr std::size_t kHand = 16;       // more than both

  void FetchEntry(const InHand& one) const;
  void Fold(const InHand& one);
  void Insert(Slot& slot, const InHand& one);
  void Grow();

  std::uint64_t seed_;
  record::EntryArena arena_;
  std::vector<Slot> slots_;  // a power of two
  std::size_t size_ = 0;
  std::array<InHand, kHand> hand_;
  std::size_t begun_ = 0;   // tuples taken in hand, ever
  std::size_t folded_ = 0;  // and out of it
};

}  // namespace pdns::aggregate
