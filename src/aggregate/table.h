// The table of a window: Tuple -> [Table] -> its entry, found or made.
//
// Open addressing with linear probing over slots of a 32-bit hash and an entry's place: a lookup
// touches one line of slots and the entry, and growing touches no entry. Against Abseil's
// flat_hash_map of keys and sightings it saves a third of the memory and of the time
// (tests/bench/micro.cc, WindowAdd).
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "record/entry.h"
#include "record/observation.h"

namespace pdns::aggregate {

class Table {
 public:
  Table();

  // Folds one sighting into the tuple's entry.
  void Add(const record::Tuple& tuple, const record::Sighting& sighting);

  std::size_t size() const { return size_; }
  std::size_t memory() const { return arena_.memory() + slots_.size() * sizeof(Slot); }

  // Appends all entries in the order they were made.
  void List(std::vector<const record::Entry*>& out) const;

  // Empty again. Keeps memory for a next round of the same size.
  void Clear();

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // the entry's reference and one; 0: free
  };

  void Grow();

  std::uint64_t seed_;
  record::EntryArena arena_;
  std::vector<Slot> slots_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace pdns::aggregate
