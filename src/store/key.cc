#include "store/key.h"

#include <algorithm>
#include <array>
#include <limits>

namespace pdns::store {
namespace {

constexpr std::uint8_t kEnd = 0x00;
constexpr std::uint8_t kEscape = 0x01;
constexpr std::size_t kMaxLabels = 127;
constexpr std::string_view kSchemaMagic = "pdns";

void AppendEscaped(std::string& out, Bytes label) {
  for (const std::uint8_t byte : label) {
    if (byte <= kEscape) {
      out.push_back(static_cast<char>(kEscape));
      out.push_back(static_cast<char>(byte + 1));
    } else {
      out.push_back(static_cast<char>(byte));
    }
  }
}

}  // namespace

void AppendOrderedName(std::string& out, Bytes name) {
  std::array<std::uint8_t, kMaxLabels> starts;
  std::size_t labels = 0;
  for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) {
    starts[labels++] = static_cast<std::uint8_t>(at);
  }
  while (labels > 0) {
    const std::size_t at = starts[--labels];
    AppendEscaped(out, name.subspan(at + 1, name[at]));
    out.push_back(static_cast<char>(kEnd));
  }
  out.push_back(static_cast<char>(kEnd));
}

record::Name ReadOrderedName(Cursor& cursor) {
  // Filled from the back, where the first label read belongs.
  std::array<std::uint8_t, record::kMaxNameLength> wire;
  std::size_t start = wire.size() - 1;
  wire[start] = 0;
  std::string label;
  while (cursor.ok()) {
    const std::uint8_t byte = cursor.U8();
    if (!cursor.ok()) break;
    if (byte == kEnd && label.empty()) {
      auto name = record::Name::FromWire(Bytes(wire).subspan(start));
      return name.value_or(record::Name());
    }
    if (byte == kEnd) {
      if (label.size() > record::kMaxLabelLength || label.size() + 1 > start) break;
      start -= label.size() + 1;
      wire[start] = static_cast<std::uint8_t>(label.size());
      std::copy(label.begin(), label.end(), wire.data() + start + 1);
      label.clear();
    } else if (byte == kEscape) {
      const std::uint8_t escaped = cursor.U8();
      if (escaped != 1 && escaped != 2) break;
      label.push_back(static_cast<char>(escaped - 1));
    } else if (byte != LowerByte(byte)) {
      break;
    } else {
      label.push_back(static_cast<char>(byte));
    }
  }
  cursor.Fail();
  return {};
}

void AppendForwardKey(std::string& out, const record::Tuple& tuple) {
  AppendOrderedName(out, tuple.owner);
  AppendU16(out, static_cast<std::uint16_t>(tuple.type));
  AppendBytes(out, tuple.rdata);
}

std::optional<OwnedTuple> DecodeForwardKey(Bytes key) {
  Cursor cursor(key);
  OwnedTuple tuple;
  tuple.owner = ReadOrderedName(cursor);
  tuple.type = static_cast<record::RrType>(cursor.U16());
  tuple.rdata = AsText(cursor.Take(cursor.left()));
  if (!cursor.ok() || tuple.rdata.size() > std::numeric_limits<std::uint16_t>::max())
    return std::nullopt;
  return tuple;
}

KeyRange PrefixRange(std::string prefix) {
  std::string hi = prefix;
  while (!hi.empty() && static_cast<std::uint8_t>(hi.back()) == 0xff) hi.pop_back();
  if (!hi.empty()) hi.back() = static_cast<char>(hi.back() + 1);
  return {std::move(prefix), std::move(hi)};
}

KeyRange OwnerRange(const record::Name& owner) {
  std::string prefix;
  AppendOrderedName(prefix, owner.wire());
  return PrefixRange(std::move(prefix));
}

KeyRange SubtreeRange(const record::Name& top) {
  std::string prefix;
  AppendOrderedName(prefix, top.wire());
  prefix.pop_back();  // the end of the name: labels below may follow
  return PrefixRange(std::move(prefix));
}

std::string SchemaValue(const SchemaVersion& version) {
  std::string value(kSchemaMagic);
  AppendVarint(value, version.major);
  AppendVarint(value, version.minor);
  return value;
}

std::optional<SchemaVersion> DecodeSchemaValue(Bytes value) {
  Cursor cursor(value);
  const bool ours = AsText(cursor.Take(kSchemaMagic.size())) == kSchemaMagic;
  SchemaVersion version;
  version.major = cursor.Varint();
  version.minor = cursor.Varint();
  if (!ours || !cursor.ok()) return std::nullopt;
  return version;
}

std::string LedgerKey(const record::SourceId& id) {
  std::string key = "src/";
  AppendBytes(key, id.first_frame);
  AppendVarint(key, id.variant);
  return key;
}

std::string LedgerValue(const record::Position& position) {
  std::string value;
  AppendVarint(value, position.frames);
  AppendVarint(value, position.bytes);
  AppendVarint(value, position.last_length);
  AppendBytes(value, position.last_frame);
  return value;
}

std::optional<record::Position> DecodeLedgerValue(Bytes value) {
  Cursor cursor(value);
  record::Position position;
  position.frames = cursor.Varint();
  position.bytes = cursor.Varint();
  const std::uint64_t length = cursor.Varint();
  const Bytes digest = cursor.Take(position.last_frame.size());
  if (!cursor.ok() || length > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  position.last_length = static_cast<std::uint32_t>(length);
  std::copy(digest.begin(), digest.end(), position.last_frame.begin());
  return position;
}

}  // namespace pdns::store
