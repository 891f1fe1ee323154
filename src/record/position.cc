#include "record/position.h"

#include <bit>

namespace pdns::record {

std::uint64_t Stride(std::uint64_t frames) {
  return std::bit_ceil(frames / (Position::kMarks + 1) + 1);
}

void Advance(Position& position, Bytes frame) {
  const std::uint64_t before = Stride(position.frames);
  ++position.frames;
  position.chain = Hash64(frame, position.chain);
  const std::uint64_t stride = Stride(position.frames);
  auto& marks = position.marks;
  if (stride != before) {  // every other one stays
    for (std::size_t i = 0; i < marks.size(); ++i)
      marks[i] = i < marks.size() / 2 ? marks[2 * i + 1] : 0;
  }
  if (position.frames % stride == 0) marks[position.frames / stride - 1] = position.chain;
}

bool OnTheWay(const Position& seen, const Position& taken) {
  if (seen.frames > taken.frames) return false;
  if (seen.frames == taken.frames) return seen.chain == taken.chain && seen.bytes == taken.bytes;
  const std::uint64_t stride = Stride(taken.frames);
  const std::uint64_t mark = seen.frames / stride;
  if (mark == 0 || seen.frames % stride != 0) return true;
  return seen.chain == taken.marks[mark - 1];
}

}  // namespace pdns::record
