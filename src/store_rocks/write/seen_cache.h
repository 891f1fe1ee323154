// Remembers keys that are surely stored: key hash -> [SeenCache] -> stored, or unknown.
//
// A direct-mapped table of 64-bit hashes, keyed with a secret of the process. A hit spares the
// lookup that tells a new tuple from a known one. A wrong hit would cost a tuple its reverse row;
// its chance is 2^-64 a lookup. A new process begins with an empty table and looks up more.
//
// One thread at a time changes it; any number may read while none does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace pdns::store_rocks {

class SeenCache {
 public:
  // Uses at most `memory` bytes, taken from the system as they are touched.
  explicit SeenCache(std::size_t memory);

  std::uint64_t Hash(Bytes key) const;  // never 0
  bool Holds(std::uint64_t hash) const { return slots_[hash & mask_] == hash; }
  void Add(std::uint64_t hash) { slots_[hash & mask_] = hash; }
  void Forget(std::uint64_t hash) {
    if (Holds(hash)) slots_[hash & mask_] = 0;
  }

 private:
  struct Free {
    void operator()(std::uint64_t* slots) const;
  };

  std::uint64_t mask_;
  std::uint64_t seed_;
  std::unique_ptr<std::uint64_t[], Free> slots_;
};

}  // namespace pdns::store_rocks
