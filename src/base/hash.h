// Hashes of bytes, by xxHash (XXH3). Hash128 is written to disk and must never change; Hash64 takes
// a secret seed, so that a peer that chooses the bytes cannot choose the slots.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace pdns {

using Digest = std::array<std::uint8_t, 16>;

// XXH3-128 without a seed, in xxHash's canonical (big-endian) byte order.
Digest Hash128(Bytes bytes);

std::uint64_t Hash64(Bytes bytes, std::uint64_t seed);

// A fresh secret from the system, for Hash64.
std::uint64_t RandomSeed();

}  // namespace pdns
