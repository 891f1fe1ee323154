#include "record/name.h"

#include <algorithm>

namespace pdns::record {

std::size_t NameLength(Bytes wire) {
  std::size_t at = 0;
  while (at < wire.size() && at < kMaxNameLength) {
    const std::uint8_t label = wire[at];
    if (label == 0) return at + 1;
    if (label > kMaxLabelLength) return 0;
    at += label + 1U;
  }
  return 0;
}

std::optional<Name> Name::FromWire(Bytes wire) {
  if (wire.empty() || NameLength(wire) != wire.size()) return std::nullopt;
  Name name;
  name.size_ = static_cast<std::uint8_t>(wire.size());
  // Length bytes are below 'A', so the whole name may be lowered byte by byte.
  std::transform(wire.begin(), wire.end(), name.bytes_.begin(), LowerByte);
  return name;
}

unsigned CountLabels(Bytes name) {
  unsigned labels = 0;
  for (std::size_t at = 0; at < name.size() && name[at] != 0; at += name[at] + 1U) ++labels;
  return labels;
}

bool IsAtOrUnder(Bytes name, Bytes zone) {
  std::size_t at = 0;
  while (name.size() - at > zone.size()) {
    at += name[at] + 1U;
    if (at >= name.size()) return false;
  }
  return AsText(name.subspan(at)) == AsText(zone);
}

Bytes Suffix(Bytes name, unsigned labels) {
  unsigned extra = CountLabels(name);
  std::size_t at = 0;
  for (; extra > labels; --extra) at += name[at] + 1U;
  return name.subspan(at);
}

}  // namespace pdns::record
