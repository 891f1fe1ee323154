#include "dns/wire_name.h"

#include <algorithm>
#include <cstring>

namespace pdns::dns {
namespace {

constexpr unsigned kMaxPointers = 128;
constexpr std::uint8_t kPointer = 0xc0;

// Eight letters at once, in any byte order: in each byte the high bit says "at least 'A'" and
// "above 'Z'"; where only the first holds, 0x20 is added. Bytes of 0x80 and more are no letters.
inline std::uint64_t LowerWord(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t low = word & kEach * 0x7f;
  const std::uint64_t from_a = low + kEach * (0x80 - 'A');
  const std::uint64_t above_z = low + kEach * (0x7f - 'Z');
  return word + ((from_a & ~above_z & ~word & kEach * 0x80) >> 2);
}

inline void LowerStep(const std::uint8_t* from, std::uint8_t* to) {
  std::array<std::uint64_t, kLowerStep / 8> words;
  std::memcpy(words.data(), from, kLowerStep);
  for (std::uint64_t& word : words) word = LowerWord(word);
  std::memcpy(to, words.data(), kLowerStep);
}

// The first `size` bytes of `from`: labels with their length bytes, which are below 'A' and stay.
inline void Lower(Bytes from, std::size_t size, std::uint8_t* to) {
  std::size_t done = 0;
  for (; done < size && from.size() - done >= kLowerStep; done += kLowerStep) {
    LowerStep(from.data() + done, to + done);
  }
  if (done >= size) return;
  std::array<std::uint8_t, kLowerStep> last{};  // no whole step is left to read
  std::memcpy(last.data(), from.data() + done, size - done);
  LowerStep(last.data(), to + done);
}

}  // namespace

ReadResult ReadName(Bytes message, std::size_t at, std::uint8_t* out) {
  ReadResult read{.lowest = at};
  unsigned pointers = 0;
  while (true) {
    const std::size_t start = at;
    // The root must lie before: no further, so that long runs of labels cost no more than a name.
    const std::size_t limit = std::min(message.size(), start + record::kMaxNameLength - read.size);
    while (at < limit && message[at] != 0 && message[at] <= record::kMaxLabelLength) {
      at += message[at] + 1U;
    }
    if (at >= limit) return {};
    const bool root = message[at] == 0;
    const std::size_t size = at - start + (root ? 1 : 0);
    Lower(message.subspan(start), size, out + read.size);
    read.size += size;
    if (root) {
      if (read.end == 0) read.end = at + 1;
      return read;
    }
    if (message[at] < kPointer || message.size() - at < 2) return {};
    const std::size_t target = (message[at] & 0x3fU) << 8 | message[at + 1];
    if (target >= read.lowest || ++pointers > kMaxPointers) return {};
    if (read.end == 0) read.end = at + 2;
    read.lowest = at = target;
  }
}

std::size_t ReadName(Bytes message, std::size_t at, WireName& name) {
  const ReadResult read = ReadName(message, at, name.bytes.data());
  name.size = read.size;
  return read.end;
}

Bytes LowerName(Bytes wire, std::uint8_t* out) {
  if (wire.empty() || record::NameLength(wire) != wire.size()) return {};
  Lower(wire, wire.size(), out);
  return {out, wire.size()};
}

}  // namespace pdns::dns
