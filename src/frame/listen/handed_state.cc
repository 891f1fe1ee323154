#include "frame/listen/handed_state.h"

namespace pdns::frame {
namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kBothWays = 1;
}  // namespace

std::string EncodeHandedState(const HandedState& state) {
  std::string bytes;
  bytes += static_cast<char>(kVersion);
  bytes += static_cast<char>(state.in_data ? 1 : 0);
  bytes += static_cast<char>(state.both_ways ? kBothWays : 0);
  AppendBytes(bytes, state.rest);
  return bytes;
}

std::optional<HandedState> DecodeHandedState(Bytes bytes) {
  Cursor cursor(bytes);
  const std::uint8_t version = cursor.U8();
  const std::uint8_t in_data = cursor.U8();
  const std::uint8_t flags = cursor.U8();
  // A bit that is not known may change what follows it: the peer is refused, connects again, and
  // loses half a frame, not the framing of all that follows.
  if (!cursor.ok() || version != kVersion || in_data > 1 || (flags & ~kBothWays) != 0)
    return std::nullopt;
  return HandedState{in_data == 1, flags == kBothWays, cursor.Read(cursor.left())};
}

}  // namespace pdns::frame
