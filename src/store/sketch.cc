#include "store/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace pdns::store {

void Sketch::Add(std::uint64_t hash) {
  const std::size_t index = hash >> (64 - kIndexBits);
  const std::uint64_t rest = hash << kIndexBits;
  const auto rank = static_cast<std::uint8_t>(
      std::min<int>(std::countl_zero(rest) + 1, static_cast<int>(kMostZeros)));
  if (rank <= registers_[index]) return;
  registers_[index] = rank;
  changed_.set(index / kPartSize);
}

std::uint64_t Sketch::Estimate() const {
  constexpr double kSize = kRegisters;
  constexpr double kBias = 0.7213 / (1 + 1.079 / kSize);  // alpha of the paper, for many registers
  constexpr double kFew = 2.5 * kSize;                    // up to where counting zeros is better
  double sum = 0;
  for (const std::uint8_t rank : registers_) sum += std::ldexp(1.0, -int{rank});
  const double estimate = kBias * kSize * kSize / sum;
  const auto empty = std::count(registers_.begin(), registers_.end(), 0);
  if (estimate > kFew || empty == 0) return static_cast<std::uint64_t>(std::llround(estimate));
  return static_cast<std::uint64_t>(
      std::llround(kSize * std::log(kSize / static_cast<double>(empty))));
}

std::vector<unsigned> Sketch::DrainChanged() {
  std::vector<unsigned> parts;
  for (unsigned i = 0; i < kParts; ++i) {
    if (changed_.test(i)) parts.push_back(i);
  }
  changed_.reset();
  return parts;
}

std::string_view Sketch::part(unsigned i) const {
  return AsText(Bytes(registers_).subspan(i * kPartSize, kPartSize));
}

bool Sketch::Load(unsigned i, Bytes bytes) {
  const bool ranks =
      std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t rank) { return rank <= kMostZeros; });
  if (i >= kParts || bytes.size() != kPartSize || !ranks) return false;
  std::copy(bytes.begin(), bytes.end(), registers_.begin() + i * kPartSize);
  return true;
}

}  // namespace pdns::store
