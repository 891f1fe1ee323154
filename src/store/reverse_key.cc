#include "store/reverse_key.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "dns/targets.h"
#include "record/type_facts.h"

namespace pdns::store {
namespace {

using record::RrType;
using record::TargetForm;

constexpr std::size_t kDigest = sizeof(Sha256Digest);

bool IsAddressType(RrType type) { return type == RrType::kA || type == RrType::kAaaa; }

// Has a row of that type keys of that kind? The bytes behind the type do not always tell.
bool HasKind(RrType type, Kind kind) {
  const TargetForm target = record::FactsOf(type).target;
  switch (kind) {
    case Kind::kName:
      return target == TargetForm::kName || target == TargetForm::kLastName ||
             target == TargetForm::kService;
    case Kind::kIpv4:
      return target == TargetForm::kIpv4 || target == TargetForm::kService;
    case Kind::kIpv6:
      return target == TargetForm::kIpv6 || target == TargetForm::kService;
    case Kind::kText:
      return IsText(type);
  }
  return false;
}

// The bytes up to the end of the ordered name at the cursor; a name is never empty, its labels hold
// no 00.
Bytes ReadOrderedName(Cursor& cursor, Bytes all) {
  const std::size_t from = cursor.position();
  for (std::uint8_t before = 0; cursor.ok();) {
    const std::uint8_t byte = cursor.U8();
    if (cursor.ok() && byte == 0 && before == 0) return all.subspan(from, cursor.position() - from);
    before = byte;
  }
  return {};
}

void AppendHead(std::string& key, Kind kind, Bytes payload) {
  key.push_back(static_cast<char>(kind));
  AppendBytes(key, payload);
}

void AppendTypeAndOwner(std::string& key, const RowKeyParts& row) {
  AppendU16(key, static_cast<std::uint16_t>(row.type));
  AppendBytes(key, row.ordered_owner);
}

// Like a label, so that no text is the beginning of another.
void AppendText(std::string& key, Bytes text) {
  for (const std::uint8_t byte : text) {
    if (byte <= 1) key.push_back(1);
    key.push_back(static_cast<char>(byte <= 1 ? byte + 1 : byte));
  }
  key.push_back(0);
}

void AppendTextKey(std::string& key, const RowKeyParts& row) {
  const std::size_t digest = row.cut ? kDigest : 0;
  key.push_back(static_cast<char>(Kind::kText));
  AppendText(key, row.rest.first(row.rest.size() - digest));
  AppendTypeAndOwner(key, row);
  AppendBytes(key, row.rest.last(digest));
}

// Behind the owner: what of the rdata the payload does not say, or where the row key is cut, what
// stands there.
void AppendNameKey(std::string& key, const RowKeyParts& row, Bytes rdata,
                   const dns::Target& target) {
  key.push_back(static_cast<char>(Kind::kName));
  record::AppendOrderedName(key, target.bytes);
  AppendTypeAndOwner(key, row);
  if (row.cut) return AppendBytes(key, row.rest);
  AppendBytes(key, rdata.first(target.at));
  AppendBytes(key, rdata.subspan(target.at + target.bytes.size()));
}

void AppendAddressKey(std::string& key, const RowKeyParts& row, const dns::Target& target) {
  AppendHead(key, target.kind == dns::Target::Kind::kIpv4 ? Kind::kIpv4 : Kind::kIpv6,
             target.bytes);
  AppendTypeAndOwner(key, row);
  if (!IsAddressType(row.type)) AppendBytes(key, row.rest);
}

// The rest of a row key, from what stands behind the owner.
bool ReadRest(Cursor& cursor, const RowKeyParts& row, ReverseParts& parts, Bytes target) {
  const Bytes behind = cursor.Read(cursor.left());
  const std::size_t most = RestSize(row.ordered_owner.size());
  if (behind.size() > most) return false;
  Cursor name(target);
  record::Name wire;
  if (parts.kind == Kind::kName) wire = record::ReadOrderedName(name);
  if (!name.ok()) return false;
  if (behind.size() == most || parts.kind != Kind::kName) {
    parts.row_key += AsText(behind);
    return true;
  }
  const auto at = dns::NameTargetOffset(row.type, behind);
  if (!at.has_value() || *at > behind.size()) return false;
  if (behind.size() + wire.wire().size() >= most) return false;
  parts.row_key += AsText(behind.first(*at));
  parts.row_key += AsText(wire.wire());
  parts.row_key += AsText(behind.subspan(*at));
  return true;
}

// Of an address record there is nothing behind the owner: the address is the rdata.
bool ReadAddressRest(Cursor& cursor, const RowKeyParts& row, ReverseParts& parts) {
  if (!IsAddressType(row.type)) return ReadRest(cursor, row, parts, {});
  parts.row_key += parts.at;
  return cursor.AtEnd();
}

bool ReadTextRest(Cursor& cursor, const RowKeyParts& row, std::string_view text,
                  ReverseParts& parts) {
  const std::size_t most = RestSize(row.ordered_owner.size());
  const std::size_t left = cursor.left();
  parts.row_key += text;
  parts.row_key += AsText(cursor.Read(left));
  return left == 0 ? text.size() < most : left == kDigest && text.size() + kDigest == most;
}

// The text of a key and not of an escape that is none.
std::optional<std::string> ReadText(Cursor& cursor) {
  std::string text;
  while (true) {
    std::uint8_t byte = cursor.U8();
    if (!cursor.ok()) return std::nullopt;
    if (byte == 0) return text;
    if (byte == 1) {
      byte = static_cast<std::uint8_t>(cursor.U8() - 1);
      if (byte > 1) return std::nullopt;
    }
    text.push_back(static_cast<char>(byte));
  }
}

}  // namespace

bool IsText(RrType type) {
  const record::TypeFacts& facts = record::FactsOf(type);
  return !facts.no_reverse && !IsAddressType(type) && record::RequiredFields(type) == 0;
}

std::string CutReverseKey(std::string_view whole) {
  std::string key(whole.substr(0, kMaxReverseKey - kDigest));
  AppendBytes(key, Sha256(AsBytes(whole)));
  return key;
}

void AppendReverseKeys(KeyList& out, const RowKeyParts& row, Bytes rdata) {
  if (IsText(row.type)) {
    AppendTextKey(out.open(), row);
    return out.End();
  }
  for (const dns::Target& target : dns::TargetsOf(row.type, rdata)) {
    if (target.kind == dns::Target::Kind::kName) {
      AppendNameKey(out.open(), row, rdata, target);
    } else {
      AppendAddressKey(out.open(), row, target);
    }
    out.End();
  }
}

std::optional<ReverseParts> SplitReverseKey(Bytes key) {
  Cursor cursor(key);
  ReverseParts parts;
  parts.kind = static_cast<Kind>(cursor.U8());
  std::optional<std::string> text;
  Bytes payload;
  if (parts.kind == Kind::kName) payload = ReadOrderedName(cursor, key);
  if (parts.kind == Kind::kIpv4) payload = cursor.Read(4);
  if (parts.kind == Kind::kIpv6) payload = cursor.Read(16);
  if (parts.kind == Kind::kText) text = ReadText(cursor);
  parts.at = AsText(payload);
  if (payload.empty() && !text.has_value()) return std::nullopt;
  RowKeyParts row;
  row.type = static_cast<RrType>(cursor.U16());
  row.ordered_owner = ReadOrderedName(cursor, key);
  if (!cursor.ok() || row.ordered_owner.size() > record::kMaxOrderedName ||
      !HasKind(row.type, parts.kind)) {
    return std::nullopt;
  }
  parts.row_key = AsText(row.ordered_owner);
  AppendU16(parts.row_key, static_cast<std::uint16_t>(row.type));
  const bool read = text.has_value()            ? ReadTextRest(cursor, row, *text, parts)
                    : parts.kind == Kind::kName ? ReadRest(cursor, row, parts, payload)
                                                : ReadAddressRest(cursor, row, parts);
  if (!read) return std::nullopt;
  return parts;
}

std::optional<ReverseRow> SplitReverseRow(Bytes key, Bytes value) {
  const bool cut = !value.empty();
  if (cut && CutReverseKey(AsText(value)) != AsText(key)) return std::nullopt;
  const Bytes whole = cut ? value : key;
  if ((whole.size() > kMaxReverseKey) != cut) return std::nullopt;
  auto parts = SplitReverseKey(whole);
  if (!parts.has_value()) return std::nullopt;
  return ReverseRow{whole, std::move(*parts)};
}

std::string ReverseKeyAt(Kind kind, std::string_view at, const RowKeyParts& row) {
  std::string key;
  if (kind == Kind::kText) {
    AppendTextKey(key, row);
    return key;
  }
  AppendHead(key, kind, AsBytes(at));
  AppendTypeAndOwner(key, row);
  if (row.cut || (kind != Kind::kName && !IsAddressType(row.type))) AppendBytes(key, row.rest);
  if (row.cut || kind != Kind::kName) return key;
  const auto name_at = dns::NameTargetOffset(row.type, row.rest);
  if (!name_at.has_value() || *name_at >= row.rest.size()) return key;
  const std::size_t size = record::NameLength(row.rest.subspan(*name_at));
  AppendBytes(key, row.rest.first(*name_at));
  AppendBytes(key, row.rest.subspan(*name_at + size));
  return key;
}

}  // namespace pdns::store
