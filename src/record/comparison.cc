#include "record/comparison.h"

#include <algorithm>
#include <bit>

namespace pdns::record {

void Beginning::Add(const Position& seen) {
  if (seen.frames != frames_ + 1) return;
  frames_ = seen.frames;
  if (places_.size() < kMost) places_.push_back({seen.chain, seen.bytes});
  if (std::has_single_bit(frames_)) doubled_[std::bit_width(frames_) - 1U] = seen.chain;
}

std::optional<std::uint64_t> Beginning::ChainAfter(std::uint64_t frames) const {
  if (frames == 0 || frames > frames_) return std::nullopt;
  if (frames <= places_.size()) return places_[frames - 1].chain;
  if (!std::has_single_bit(frames)) return std::nullopt;
  return doubled_[std::bit_width(frames) - 1U];
}

bool Beginning::Excludes(const Position& taken) const {
  const std::uint64_t stride = Stride(taken.frames);
  const std::uint64_t last = std::min(taken.frames, frames_);
  for (std::uint64_t at = stride; at <= last; at += stride) {
    const auto chain = ChainAfter(at);
    if (chain.has_value() && *chain != taken.marks[at / stride - 1]) return true;
  }
  if (taken.frames == 0 || taken.frames > std::min<std::uint64_t>(frames_, places_.size()))
    return false;
  const Place& end = places_[taken.frames - 1];
  return end.chain != taken.chain || end.bytes != taken.bytes;
}

Comparison::Outcome Comparison::Add(Bytes frame, std::uint64_t bytes) {
  Advance(seen_, frame);
  seen_.bytes = bytes;
  if (!OnTheWay(seen_, taken_)) return Outcome::kOther;
  if (seen_.frames < taken_.frames) return Outcome::kGoesOn;
  return Sha256(frame) == taken_.last_frame ? Outcome::kHere : Outcome::kOther;
}

}  // namespace pdns::record
