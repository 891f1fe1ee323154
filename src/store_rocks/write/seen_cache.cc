#include "store_rocks/write/seen_cache.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

#include "base/hash.h"

namespace pdns::store_rocks {

SeenCache::SeenCache(std::size_t memory)
    // A power of two of slots: the slot is the hash's low bits.
    : mask_(std::bit_floor(std::max<std::size_t>(memory / sizeof(std::uint64_t), 1)) - 1),
      seed_(RandomSeed()),
      // calloc: zero pages cost nothing until they are used, and the start must be quick.
      slots_(static_cast<std::uint64_t*>(std::calloc(mask_ + 1, sizeof(std::uint64_t)))) {
  if (slots_ == nullptr) throw std::bad_alloc();
}

std::uint64_t SeenCache::Hash(Bytes key) const {
  const std::uint64_t hash = Hash64(key, seed_);
  return hash != 0 ? hash : 1;
}

void SeenCache::Free::operator()(std::uint64_t* slots) const { std::free(slots); }

}  // namespace pdns::store_rocks
