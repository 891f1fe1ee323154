#include "store/key.h"

#include <algorithm>
#include <limits>

#include "record/tuple_key.h"

namespace pdns::store {
namespace {

constexpr std::string_view kSchemaMagic = "pdns";

}  // namespace

KeyRange PrefixRange(std::string prefix) {
  std::string hi = prefix;
  while (!hi.empty() && static_cast<std::uint8_t>(hi.back()) == 0xff) hi.pop_back();
  if (!hi.empty()) hi.back() = static_cast<char>(hi.back() + 1);
  return {std::move(prefix), std::move(hi)};
}

KeyRange OwnerRange(const record::Name& owner) {
  std::string prefix;
  record::AppendOrderedName(prefix, owner.wire());
  return PrefixRange(std::move(prefix));
}

KeyRange SubtreeRange(const record::Name& top) {
  std::string prefix;
  record::AppendOrderedName(prefix, top.wire());
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
  std::string key(kLedgerPrefix);
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
  if (position.broken) AppendVarint(value, 1);
  return value;
}

std::optional<record::Position> DecodeLedgerValue(Bytes value) {
  Cursor cursor(value);
  record::Position position;
  position.frames = cursor.Varint();
  position.bytes = cursor.Varint();
  const std::uint64_t length = cursor.Varint();
  const Bytes digest = cursor.Take(position.last_frame.size());
  const std::uint64_t broken = cursor.left() > 0 ? cursor.Varint() : 0;
  if (!cursor.ok() || length > std::numeric_limits<std::uint32_t>::max() || broken > 1)
    return std::nullopt;
  position.last_length = static_cast<std::uint32_t>(length);
  std::copy(digest.begin(), digest.end(), position.last_frame.begin());
  position.broken = broken != 0;
  return position;
}

}  // namespace pdns::store
