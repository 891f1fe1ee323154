#include "record/tuple_key.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/hash.h"

namespace pdns::record {
namespace {

constexpr std::uint8_t kEnd = 0x00;
constexpr std::uint8_t kEscape = 0x01;
constexpr std::size_t kMaxLabels = 127;

std::uint8_t* WriteLabel(std::uint8_t* out, Bytes label) {
  for (const std::uint8_t byte : label) {
    if (byte <= kEscape) *out++ = kEscape;
    *out++ = byte <= kEscape ? static_cast<std::uint8_t>(byte + 1) : byte;
  }
  *out++ = kEnd;
  return out;
}

std::uint8_t* WriteOrderedName(std::uint8_t* out, Bytes name) {
  std::array<std::uint8_t, kMaxLabels> starts;
  std::size_t labels = 0;
  for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) {
    starts[labels++] = static_cast<std::uint8_t>(at);
  }
  while (labels > 0) {
    const std::size_t at = starts[--labels];
    out = WriteLabel(out, name.subspan(at + 1, name[at]));
  }
  *out++ = kEnd;
  return out;
}

}  // namespace

void AppendOrderedName(std::string& out, Bytes name) {
  std::array<std::uint8_t, kMaxOrderedName> ordered;
  const std::uint8_t* end = WriteOrderedName(ordered.data(), name);
  AppendBytes(out, {ordered.data(), static_cast<std::size_t>(end - ordered.data())});
}

Name ReadOrderedName(Cursor& cursor) {
  // Filled from the back, where the first label read belongs.
  std::array<std::uint8_t, kMaxNameLength> wire;
  std::array<std::uint8_t, kMaxLabelLength> label;
  std::size_t size = 0;
  std::size_t start = wire.size() - 1;
  wire[start] = 0;
  while (true) {
    std::uint8_t byte = cursor.U8();
    if (!cursor.ok()) break;
    if (byte == kEnd) {
      if (size == 0) return Name::FromWire(Bytes(wire).subspan(start)).value_or(Name());
      if (size + 1 > start) break;
      start -= size + 1;
      wire[start] = static_cast<std::uint8_t>(size);
      std::copy_n(label.begin(), size, wire.data() + start + 1);
      size = 0;
      continue;
    }
    if (byte == kEscape) {
      byte = static_cast<std::uint8_t>(cursor.U8() - 1);
      if (!cursor.ok() || byte > kEscape) break;
    } else if (byte != LowerByte(byte)) {
      break;
    }
    if (size == label.size()) break;
    label[size++] = byte;
  }
  cursor.Fail();
  return {};
}

std::size_t MaxTupleKeySize(const Tuple& tuple) {
  return kMaxOrderedName + sizeof(std::uint16_t) + tuple.rdata.size();
}

std::uint8_t* WriteTupleKey(std::uint8_t* out, const Tuple& tuple) {
  out = WriteOrderedName(out, tuple.owner);
  const auto type = static_cast<std::uint16_t>(tuple.type);
  *out++ = static_cast<std::uint8_t>(type >> 8);
  *out++ = static_cast<std::uint8_t>(type & 0xff);
  if (!tuple.rdata.empty()) std::memcpy(out, tuple.rdata.data(), tuple.rdata.size());
  return out + tuple.rdata.size();
}

void AppendTupleKey(std::string& out, const Tuple& tuple) {
  AppendOrderedName(out, tuple.owner);
  AppendU16(out, static_cast<std::uint16_t>(tuple.type));
  AppendBytes(out, tuple.rdata);
}

std::string RdataId(Bytes rdata) {
  std::string id;
  if (rdata.size() < kRdataIdSize) {
    AppendBytes(id, rdata);
    return id;
  }
  id.reserve(kRdataIdSize);
  AppendBytes(id, rdata.first(kRdataIdSize - sizeof(Sha256Digest)));
  AppendBytes(id, Sha256(rdata));
  return id;
}

std::optional<OwnedTuple> DecodeTupleKey(Bytes key) {
  Cursor cursor(key);
  OwnedTuple tuple;
  tuple.owner = ReadOrderedName(cursor);
  tuple.type = static_cast<RrType>(cursor.U16());
  tuple.rdata = AsText(cursor.Read(cursor.left()));
  if (!cursor.ok() || tuple.rdata.size() > std::numeric_limits<std::uint16_t>::max())
    return std::nullopt;
  return tuple;
}

KeyParts SplitTupleKey(Bytes key) {
  // A zero byte ends a label, another one right behind it the name.
  std::size_t owner = 0;
  for (std::uint8_t before = kEnd; owner < key.size(); ++owner) {
    if (key[owner] == kEnd && before == kEnd) break;
    before = key[owner];
  }
  Cursor cursor(key, ++owner);
  KeyParts parts;
  parts.ordered_owner = key.first(owner);
  parts.type = static_cast<RrType>(cursor.U16());
  parts.rdata = cursor.Read(cursor.left());
  return parts;
}

}  // namespace pdns::record
