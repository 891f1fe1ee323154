#include "dns/wire_name.h"

#include <algorithm>

namespace pdns::dns {
namespace {
constexpr unsigned kMaxPointers = 128;
constexpr std::uint8_t kPointer = 0xc0;
}  // namespace

std::size_t ReadName(Bytes message, std::size_t at, WireName& name) {
  name.size = 0;
  std::size_t end = 0;      // behind the name where it was asked for: set by the first pointer
  std::size_t lowest = at;  // no position of this name lies before it
  unsigned pointers = 0;
  Cursor cursor(message, at);
  while (true) {
    const std::uint8_t length = cursor.U8();
    if (!cursor.ok()) return 0;
    if (length >= kPointer) {
      const std::size_t target = (length & 0x3fU) << 8 | cursor.U8();
      if (!cursor.ok() || target >= lowest || ++pointers > kMaxPointers) return 0;
      if (end == 0) end = cursor.position();
      lowest = target;
      cursor = Cursor(message, target);
      continue;
    }
    if (length > record::kMaxLabelLength || name.size + length + 1U > name.bytes.size()) return 0;
    const Bytes label = cursor.Take(length);
    if (!cursor.ok()) return 0;
    name.bytes[name.size] = length;
    std::transform(label.begin(), label.end(), name.bytes.data() + name.size + 1, LowerByte);
    name.size += length + 1U;
    if (length == 0) return end != 0 ? end : cursor.position();
  }
}

}  // namespace pdns::dns
