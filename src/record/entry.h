// A tuple's key and its sighting in one piece of memory, as windows fold them and the store takes
// them; and the arena that holds such pieces. One thread at a time, which may be another than the
// one that made them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "record/observation.h"

namespace pdns::record {

// The key's bytes (record/tuple_key.h) stand right behind. Made by EntryArena only.
struct Entry {
  Sighting sighting;
  std::uint32_t key_size = 0;

  Bytes key() const { return {reinterpret_cast<const std::uint8_t*>(this + 1), key_size}; }
};

// Entries that stay where they are until Clear.
class EntryArena {
 public:
  // Good until Clear: an entry's place in 4 bytes.
  using Ref = std::uint32_t;

  // Where a key of at most `size` bytes may be written, to become an entry by Commit; good until
  // the next call.
  std::uint8_t* Reserve(std::size_t size);
  Ref Commit(const Sighting& sighting, std::size_t key_size);

  Entry& operator[](Ref ref) { return *At(ref); }
  const Entry& operator[](Ref ref) const { return *At(ref); }

  // Calls `each` for every entry, in the order they were made.
  template <class Each>
  void ForEach(const Each& each) const {
    for (std::size_t i = 0; i < used_blocks_; ++i) {
      const std::size_t end = i + 1 == used_blocks_ ? next_ : blocks_[i]->end;
      for (std::size_t at = 0; at < end;) {
        const Entry& entry = *At(static_cast<Ref>(i * kUnits + at / kAlign));
        each(entry);
        at += SizeOf(entry.key_size);
      }
    }
  }

  std::size_t memory() const { return used_blocks_ * sizeof(Block); }

  // All entries go. Keeps the memory that this round needed for the next.
  void Clear();

 private:
  static constexpr std::size_t kAlign = alignof(Entry);
  static constexpr std::size_t kBlock = 256U << 10;  // holds the longest key three times
  static constexpr std::size_t kUnits = kBlock / kAlign;
  struct Block {
    alignas(Entry) std::byte bytes[kBlock];
    std::size_t end;  // behind the last entry, once the block is full
  };

  static constexpr std::size_t SizeOf(std::size_t key_size) {
    return (sizeof(Entry) + key_size + kAlign - 1) / kAlign * kAlign;
  }

  Entry* At(Ref ref) const {
    return reinterpret_cast<Entry*>(blocks_[ref / kUnits]->bytes + ref % kUnits * kAlign);
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t used_blocks_ = 0;
  std::size_t next_ = 0;  // first free byte of the last used block
};

}  // namespace pdns::record
