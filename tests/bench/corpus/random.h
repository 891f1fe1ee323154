// Seeded random numbers that are the same on every machine.
//
// The standard distributions differ between libraries, so none is used here. Two kinds are needed:
// a stream (Rng: what happens next) and a hash (Mix: what a name is, however often it comes up;
// nothing about a name is ever stored, so a corpus of any length needs no memory).
#pragma once

#include <cstdint>

namespace pdns::bench {

// SplitMix64's finalizer: a bijection of 64 bits.
constexpr std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// One independent property of a thing whose identity is `x`: the salt says which.
constexpr std::uint64_t Mix(std::uint64_t x, std::uint64_t salt) { return Mix(x ^ Mix(salt)); }

// True for `percent` of all x, the same x every time for the same salt.
constexpr bool Share(std::uint64_t x, std::uint64_t salt, unsigned percent) {
  return Mix(x, salt) % 100 < percent;
}

// SplitMix64.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(Mix(seed)) {}

  std::uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15U); }
  // Uniform in [0, bound), bound > 0; the bias of the modulus is far below what a corpus can show.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  bool Percent(unsigned percent) { return Below(100) < percent; }
  // Uniform in (0, 1].
  double Unit() { return static_cast<double>((Next() >> 11) + 1) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

// Zipf with exponent 1 over the ranks 0 .. ranks-1 (rank k has weight 1 / (k + 1)).
//
// Rejection-inversion (Hoermann and Derflinger 1996): no table, about 1.1 draws a sample. An alias
// table would be as fast but costs 16 bytes a name.
class Zipf {
 public:
  // ranks >= 1
  explicit Zipf(std::uint64_t ranks);
  std::uint64_t Sample(Rng& rng) const;

 private:
  double ranks_;
  double low_;   // integral of the hat below rank 1
  double high_;  // and up to the last rank
  double sure_;  // distance within which a point is accepted unseen
};

}  // namespace pdns::bench
