// Remembers keys that are surely stored: key hash -> [SeenCache] -> known, or not known here.
//
// A direct-mapped table of 64-bit hashes keyed with a secret of the process: a hit spares the
// lookup that tells a new tuple from a known one. A wrong hit would cost a tuple its reverse row;
// with random 64-bit hashes that is one in 2^64 per lookup and resident hash of that slot. Lost
// with the process, never needed for truth otherwise. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace pdns::store {

class SeenCache {
 public:
  // Uses at most `memory` bytes, taken from the system as they are touched.
  explicit SeenCache(std::size_t memory);

  std::uint64_t Hash(Bytes key) const;  // never 0
  bool Holds(std::uint64_t hash) const { return slots_[hash & mask_] == hash; }
  void Add(std::uint64_t hash) { slots_[hash & mask_] = hash; }

 private:
  struct Free {
    void operator()(std::uint64_t* slots) const;
  };

  std::uint64_t mask_;
  std::uint64_t seed_;
  std::unique_ptr<std::uint64_t[], Free> slots_;
};

}  // namespace pdns::store
