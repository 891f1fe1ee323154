#include "store/value.h"

#include <array>
#include <chrono>
#include <limits>

namespace pdns::store {

using std::chrono::seconds;
using std::chrono::sys_seconds;

void AppendValue(std::string& out, const record::Sighting& sighting) {
  constexpr std::size_t kFields = 5;
  std::array<char, kFields * kMaxVarint> bytes;
  const auto first = sighting.first.time_since_epoch();
  char* end = WriteVarint(bytes.data(), static_cast<std::uint64_t>(first.count()));
  end = WriteVarint(end, static_cast<std::uint64_t>((sighting.last - sighting.first).count()));
  end = WriteVarint(end, sighting.count);
  end = WriteVarint(end, sighting.zone_labels);
  if (sighting.reasons != record::kTrusted) end = WriteVarint(end, sighting.reasons);
  out.append(bytes.data(), end);
}

std::optional<record::Sighting> DecodeValue(Bytes value) {
  Cursor cursor(value);
  const std::uint64_t first = cursor.Varint();
  const std::uint64_t span = cursor.Varint();
  const std::uint64_t count = cursor.Varint();
  const std::uint64_t labels = cursor.Varint();
  const std::uint64_t reasons = cursor.left() > 0 ? cursor.Varint() : 0;
  constexpr std::uint64_t kByte = std::numeric_limits<std::uint8_t>::max();
  if (!cursor.ok() || first > kMaxSeconds || span > kMaxSeconds - first ||
      count > record::kMaxCount || labels > kByte || reasons > kByte) {
    return std::nullopt;
  }
  record::Sighting sighting;
  sighting.first = sys_seconds(seconds(first));
  sighting.last = sys_seconds(seconds(first + span));
  sighting.count = count;
  sighting.zone_labels = static_cast<std::uint8_t>(labels);
  sighting.reasons = static_cast<std::uint8_t>(reasons);
  return sighting;
}

}  // namespace pdns::store
