#include "store/meta_rows.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

#include "store/sketch.h"
#include "store/value.h"

namespace pdns::store {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view kSchemaMagic = "pdns";

// A key that is a prefix and a number of so many bytes.
template <class Number>
std::string KeyOf(std::string_view prefix, Number number) {
  std::string key(prefix);
  if constexpr (sizeof(Number) == 2) key.push_back(static_cast<char>(number >> 8));
  key.push_back(static_cast<char>(number & 0xff));
  return key;
}

template <class Number>
std::optional<Number> NumberOf(std::string_view prefix, std::string_view key) {
  if (!key.starts_with(prefix)) return std::nullopt;
  Cursor cursor(AsBytes(key), prefix.size());
  Number number{};
  if constexpr (sizeof(Number) == 2) {
    number = cursor.U16();
  } else {
    number = cursor.U8();
  }
  return cursor.AtEnd() ? std::optional(number) : std::nullopt;
}

std::size_t MarksOf(std::uint64_t frames) {
  return static_cast<std::size_t>(frames / record::Stride(frames));
}

std::uint64_t SecondsOf(sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

std::string SchemaValue(const SchemaVersion& version) {
  std::string value(kSchemaMagic);
  AppendVarint(value, version.major);
  AppendVarint(value, version.minor);
  return value;
}

std::optional<SchemaVersion> DecodeSchemaValue(Bytes value) {
  Cursor cursor(value);
  const bool ours = AsText(cursor.Read(kSchemaMagic.size())) == kSchemaMagic;
  SchemaVersion version;
  version.major = cursor.Varint();
  version.minor = cursor.Varint();
  if (!ours || !cursor.ok()) return std::nullopt;
  return version;
}

std::string LedgerKey(const record::SourceId& id) {
  std::string key(kLedgerPrefix);
  AppendBytes(key, id.first_frame);
  AppendVarint(key, id.variant);
  return key;
}

std::optional<record::SourceId> DecodeLedgerKey(std::string_view key) {
  if (!key.starts_with(kLedgerPrefix)) return std::nullopt;
  Cursor cursor(AsBytes(key), kLedgerPrefix.size());
  record::SourceId id;
  const Bytes digest = cursor.Read(id.first_frame.size());
  const std::uint64_t variant = cursor.Varint();
  if (!cursor.AtEnd() || variant > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  std::copy(digest.begin(), digest.end(), id.first_frame.begin());
  id.variant = static_cast<std::uint32_t>(variant);
  return id;
}

std::string LedgerValue(const record::Position& position) {
  std::string value;
  AppendVarint(value, position.frames);
  AppendVarint(value, position.bytes);
  AppendVarint(value, position.last_length);
  AppendBytes(value, position.last_frame);
  AppendU64(value, position.chain);
  for (std::size_t i = 0; i < MarksOf(position.frames); ++i) AppendU64(value, position.marks.at(i));
  if (position.broken) value.push_back(1);
  return value;
}

std::optional<record::Position> DecodeLedgerValue(Bytes value) {
  Cursor cursor(value);
  record::Position position;
  position.frames = cursor.Varint();
  position.bytes = cursor.Varint();
  const std::uint64_t length = cursor.Varint();
  const Bytes digest = cursor.Read(position.last_frame.size());
  position.chain = cursor.U64();
  if (!cursor.ok()) return std::nullopt;
  for (std::size_t i = 0; i < MarksOf(position.frames); ++i) position.marks.at(i) = cursor.U64();
  position.broken = cursor.left() > 0;
  if (position.broken && cursor.U8() != 1) cursor.Fail();
  if (!cursor.AtEnd() || length > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  position.last_length = static_cast<std::uint32_t>(length);
  std::copy(digest.begin(), digest.end(), position.last_frame.begin());
  return position;
}

std::string NumberValue(std::uint64_t number) {
  std::string value;
  AppendVarint(value, number);
  return value;
}

std::optional<std::uint64_t> DecodeNumberValue(Bytes value) {
  Cursor cursor(value);
  const std::uint64_t number = cursor.Varint();
  return cursor.AtEnd() ? std::optional(number) : std::nullopt;
}

std::string SensorKey(unsigned number) {
  return KeyOf(kSensorPrefix, static_cast<std::uint8_t>(number));
}

std::optional<unsigned> DecodeSensorKey(std::string_view key) {
  const auto number = NumberOf<std::uint8_t>(kSensorPrefix, key);
  if (!number.has_value() || *number >= record::kMostSensors) return std::nullopt;
  return *number;
}

std::string TypeKey(record::RrType type) {
  return KeyOf(kTypePrefix, static_cast<std::uint16_t>(type));
}

std::optional<record::RrType> DecodeTypeKey(std::string_view key) {
  const auto number = NumberOf<std::uint16_t>(kTypePrefix, key);
  if (!number.has_value()) return std::nullopt;
  return static_cast<record::RrType>(*number);
}

std::string QuarantineKey(std::uint8_t reasons) { return KeyOf(kQuarantinePrefix, reasons); }

std::optional<std::uint8_t> DecodeQuarantineKey(std::string_view key) {
  return NumberOf<std::uint8_t>(kQuarantinePrefix, key);
}

std::string CommitsValue(const CommitCounts& counts) {
  std::string value;
  AppendVarint(value, counts.by_log);
  AppendVarint(value, counts.by_files);
  return value;
}

std::optional<CommitCounts> DecodeCommitsValue(Bytes value) {
  Cursor cursor(value);
  CommitCounts counts;
  counts.by_log = cursor.Varint();
  counts.by_files = cursor.Varint();
  if (!cursor.AtEnd()) return std::nullopt;
  return counts;
}

std::string TimesValue(const Times& times) {
  std::string value;
  AppendVarint(value, SecondsOf(times.first));
  AppendVarint(value, static_cast<std::uint64_t>((times.last - times.first).count()));
  return value;
}

std::optional<Times> DecodeTimesValue(Bytes value) {
  Cursor cursor(value);
  const std::uint64_t first = cursor.Varint();
  const std::uint64_t span = cursor.Varint();
  if (!cursor.AtEnd() || first > kMaxSeconds || span > kMaxSeconds - first) return std::nullopt;
  return Times{sys_seconds(seconds(first)), sys_seconds(seconds(first + span))};
}

std::string AddressesKey(unsigned part) {
  return KeyOf(kAddressesPrefix, static_cast<std::uint8_t>(part));
}

std::optional<unsigned> DecodeAddressesKey(std::string_view key) {
  const auto number = NumberOf<std::uint8_t>(kAddressesPrefix, key);
  if (!number.has_value() || *number >= Sketch::kParts) return std::nullopt;
  return *number;
}

std::string ExpiredKey(std::string_view rule, sys_seconds last) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(last));
  const int months = (static_cast<int>(day.year()) - 1970) * 12 +
                     static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  std::string key(kExpiredPrefix);
  key.append(rule).push_back('\0');
  AppendU32(key, static_cast<std::uint32_t>(months));
  return key;
}

std::optional<ExpiredGroup> DecodeExpiredKey(std::string_view key) {
  constexpr std::size_t kTail = 1 + sizeof(std::uint32_t);
  constexpr std::uint32_t kMostMonths = (9999 - 1970 + 1) * 12;
  if (!key.starts_with(kExpiredPrefix) || key.size() < kExpiredPrefix.size() + kTail)
    return std::nullopt;
  const std::string_view rule =
      key.substr(kExpiredPrefix.size(), key.size() - kExpiredPrefix.size() - kTail);
  Cursor cursor(AsBytes(key), kExpiredPrefix.size() + rule.size());
  const bool ended = cursor.U8() == 0;
  const std::uint32_t months = cursor.U32();
  const bool one_end = rule.find('\0') == std::string_view::npos;
  if (!ended || !one_end || months >= kMostMonths) return std::nullopt;
  std::array<char, 16> month;
  std::snprintf(month.data(), month.size(), "%04u-%02u", 1970 + months / 12, months % 12 + 1);
  return ExpiredGroup{std::string(rule), month.data()};
}

}  // namespace pdns::store
