// An estimate of how many distinct things were seen, in 16 KiB whatever their number: hashes ->
// [Sketch] -> about how many. HyperLogLog (Flajolet and others, 2007) with 2^14 registers: a
// standard error of 0.8 %; the few are counted by the registers that are still empty.
//
// Adding is idempotent and any order gives the same registers. Hashes are keyed with a secret of
// the database, so that nobody can aim at a register. One thread at a time.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace pdns::store {

class Sketch {
 public:
  // On disk in parts, so that a batch writes those that it changed: all of them in a young
  // database, few in an old one.
  static constexpr unsigned kParts = 64;

  void Add(std::uint64_t hash);

  std::uint64_t Estimate() const;

  // The parts that changed since the last call.
  std::vector<unsigned> DrainChanged();

  std::string_view part(unsigned i) const;

  // False: no such part, or not its bytes.
  bool Load(unsigned i, Bytes bytes);

 private:
  static constexpr unsigned kIndexBits = 14;
  static constexpr std::size_t kRegisters = std::size_t{1} << kIndexBits;
  static constexpr std::size_t kPartSize = kRegisters / kParts;
  static constexpr std::uint8_t kMostZeros = 64 - kIndexBits + 1;

  std::array<std::uint8_t, kRegisters> registers_{};
  std::bitset<kParts> changed_;
};

}  // namespace pdns::store
