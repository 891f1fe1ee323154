// Is it the capture that was taken? Frames from the beginning on -> [Comparison] -> it goes on,
// here it was left, or another one.
//
// Reads what was taken once more, since nothing else tells captures apart that begin alike
// (record/position.h): less than a tenth of what it cost to take it. A Beginning remembers what was
// read, so that the same bytes are not read again for the next capture that might be it.
//
// Values; one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "record/position.h"

namespace pdns::record {

// How a capture begins, as far as it was read. Holds every place up to kMost frames, at 16 bytes
// each, and behind those the places after 2^n frames.
class Beginning {
 public:
  static constexpr std::size_t kMost = 4096;

  void Clear() { *this = Beginning(); }

  // `seen` is how far it was read; a place that is known by now, or behind which there is a gap,
  // changes nothing.
  void Add(const Position& seen);

  std::uint64_t frames() const { return frames_; }  // as far as it was read

  // The chain after so many frames, if it is remembered.
  std::optional<std::uint64_t> ChainAfter(std::uint64_t frames) const;

  // Is it certain that a capture taken as far as `taken` does not begin so?
  bool Excludes(const Position& taken) const;

 private:
  struct Place {
    std::uint64_t chain;
    std::uint64_t bytes;
  };
  std::vector<Place> places_;                // after 1, 2, ... frames
  std::array<std::uint64_t, 64> doubled_{};  // after 1, 2, 4, ... frames
  std::uint64_t frames_ = 0;
};

class Comparison {
 public:
  enum class Outcome : std::uint8_t { kGoesOn, kHere, kOther };

  explicit Comparison(const Position& taken) : taken_(taken) {}

  // The next frame, and the offset behind it. kHere: this is where the capture was left. kOther: it
  // is another one.
  Outcome Add(Bytes frame, std::uint64_t bytes);

  const Position& seen() const { return seen_; }
  const Position& taken() const { return taken_; }

  // Of a capture that ends before that place, so that it seems to be the beginning of the one
  // taken: how many of its last frames nothing told apart?
  std::uint64_t Uncompared() const { return seen_.frames % Stride(taken_.frames); }

 private:
  Position taken_;
  Position seen_;
};

}  // namespace pdns::record
