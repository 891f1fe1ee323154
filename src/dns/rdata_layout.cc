#include "dns/rdata_layout.h"

#include <cstring>

#include "dns/wire_name.h"

namespace pdns::dns {

std::optional<Bytes> CutRdata(Bytes message, std::size_t at, const RdataLayout& layout,
                              Scratch& scratch) {
  const std::size_t length = std::size_t{message[at]} << 8 | message[at + 1];
  std::size_t position = at + 2;
  const std::size_t end = position + length;
  if (length < layout.before) return std::nullopt;

  std::uint8_t* const out = scratch.Room(length + layout.names * kNameRoom);
  std::memcpy(out, message.data() + position, layout.before);
  std::size_t size = layout.before;
  position += layout.before;
  for (unsigned i = 0; i < layout.names; ++i) {
    const ReadResult name = ReadName(message, position, out + size);
    // ldns takes no pointer to offset 0, our owners may hold one.
    if (name.end == 0 || name.end > end || name.lowest == 0) return std::nullopt;
    position = name.end;
    size += name.size;
  }
  const std::size_t behind = end - position;
  if (!layout.tail && behind != layout.behind) return std::nullopt;
  std::memcpy(out + size, message.data() + position, behind);
  return scratch.Keep(size + behind);
}

}  // namespace pdns::dns
