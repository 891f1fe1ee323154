#include "store/fate_rows.h"

#include "store/value.h"

namespace pdns::store {

std::string FateKey(std::string_view name) { return std::string(kFatePrefix).append(name); }

std::string FateValue(std::uint64_t count) {
  std::string value;
  AppendVarint(value, count);
  return value;
}

std::optional<std::uint64_t> DecodeFateValue(Bytes value) {
  Cursor cursor(value);
  const std::uint64_t count = cursor.Varint();
  return cursor.ok() ? std::optional(count) : std::nullopt;
}

std::string CountedSinceValue(std::chrono::sys_seconds since) {
  return FateValue(static_cast<std::uint64_t>(since.time_since_epoch().count()));
}

std::optional<std::chrono::sys_seconds> DecodeCountedSinceValue(Bytes value) {
  const auto since = DecodeFateValue(value);
  if (!since.has_value() || *since > kMaxSeconds) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(*since));
}

}  // namespace pdns::store
