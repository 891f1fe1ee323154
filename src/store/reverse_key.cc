#include "store/reverse_key.h"

#include <algorithm>

namespace pdns::store {
namespace {

using record::KeyParts;
using record::RrType;

constexpr std::size_t kMaxPlainTail = 255;  // longer rdata stands as its digest
constexpr std::uint8_t kTailPlain = 0;
constexpr std::uint8_t kTailDigest = 1;
constexpr std::uint16_t kParamIpv4Hint = 4;  // RFC 9460 14.3.2
constexpr std::uint16_t kParamIpv6Hint = 6;

struct Target {
  std::size_t at;
  std::size_t size;
};

bool IsService(RrType type) { return type == RrType::kSvcb || type == RrType::kHttps; }

// Where the name that the rdata points at begins; nothing for types that point at no name.
std::optional<std::size_t> TargetOffset(RrType type, Bytes rdata) {
  switch (type) {
    case RrType::kNs:
    case RrType::kMd:
    case RrType::kMf:
    case RrType::kCname:
    case RrType::kSoa:
    case RrType::kMb:
    case RrType::kMg:
    case RrType::kMr:
    case RrType::kPtr:
    case RrType::kMinfo:
    case RrType::kRp:
    case RrType::kDname:
      return 0;
    case RrType::kMx:
    case RrType::kAfsdb:
    case RrType::kRt:
    case RrType::kPx:
    case RrType::kKx:
    case RrType::kLp:
    case RrType::kSvcb:
    case RrType::kHttps:
      return 2;
    case RrType::kSrv:
      return 6;
    case RrType::kNaptr: {
      Cursor cursor(rdata);
      cursor.Take(4);                                        // order, preference
      for (int i = 0; i < 3; ++i) cursor.Take(cursor.U8());  // flags, services, regexp
      return cursor.ok() ? std::optional(cursor.position()) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<Target> FindTarget(RrType type, Bytes rdata) {
  const auto at = TargetOffset(type, rdata);
  if (!at.has_value() || *at >= rdata.size()) return std::nullopt;
  const std::size_t size = record::NameLength(rdata.subspan(*at));
  if (size == 0) return std::nullopt;
  return Target{*at, size};
}

// Signatures, keys and proofs of absence: nobody pivots on them, and they are long.
bool IsDnssec(RrType type) {
  switch (type) {
    case RrType::kSig:
    case RrType::kKey:
    case RrType::kNxt:
    case RrType::kRrsig:
    case RrType::kNsec:
    case RrType::kDnskey:
    case RrType::kNsec3:
    case RrType::kNsec3param:
    case RrType::kCdnskey:
      return true;
    default:
      return false;
  }
}

bool IsOther(RrType type) {
  const bool address = type == RrType::kA || type == RrType::kAaaa;
  return !address && !IsDnssec(type) && record::RequiredFields(type) == 0;
}

// The key in the making, up to what follows the payload.
std::string& Begin(KeyList& out, Kind kind) {
  std::string& key = out.open();
  key.push_back(static_cast<char>(kind));
  return key;
}

void AppendTypeAndOwner(std::string& key, const KeyParts& tuple) {
  AppendU16(key, static_cast<std::uint16_t>(tuple.type));
  AppendBytes(key, tuple.ordered_owner);
}

// What of the rdata the key does not hold yet, in two pieces: as it is, or the digest of the whole
// rdata.
void AppendTail(std::string& key, Bytes plain, Bytes more, Bytes rdata) {
  if (plain.size() + more.size() <= kMaxPlainTail) {
    key.push_back(static_cast<char>(kTailPlain));
    AppendBytes(key, plain);
    AppendBytes(key, more);
  } else {
    key.push_back(static_cast<char>(kTailDigest));
    AppendBytes(key, Hash128(rdata));
  }
}

// A key like one from `first` on goes again.
void EndOnce(KeyList& out, std::size_t first) {
  out.End();
  const std::size_t last = out.size() - 1;
  for (std::size_t i = first; i < last; ++i) {
    if (out[i] == out[last]) return out.Drop();
  }
}

void AppendHintKeys(KeyList& out, const KeyParts& tuple, std::size_t params_at) {
  Cursor params(tuple.rdata, params_at);
  const std::size_t first = out.size();
  while (params.left() > 0) {
    const std::uint16_t param = params.U16();
    const Bytes value = params.Take(params.U16());
    if (!params.ok()) break;
    if (param != kParamIpv4Hint && param != kParamIpv6Hint) continue;
    const std::size_t size = param == kParamIpv4Hint ? 4 : 16;
    const Kind kind = param == kParamIpv4Hint ? Kind::kIpv4 : Kind::kIpv6;
    for (std::size_t at = 0; at + size <= value.size() && out.size() - first < kMaxHints;
         at += size) {
      std::string& key = Begin(out, kind);
      AppendBytes(key, value.subspan(at, size));
      AppendTypeAndOwner(key, tuple);
      AppendTail(key, tuple.rdata, {}, tuple.rdata);
      EndOnce(out, first);
    }
  }
}

void AppendTargetKey(KeyList& out, const KeyParts& tuple, const Target& target) {
  std::string& key = Begin(out, Kind::kName);
  record::AppendOrderedName(key, tuple.rdata.subspan(target.at, target.size));
  AppendTypeAndOwner(key, tuple);
  const Bytes before = tuple.rdata.first(target.at);
  const Bytes behind = tuple.rdata.subspan(target.at + target.size);
  if (IsService(tuple.type)) {
    AppendTail(key, before, behind, tuple.rdata);
  } else {
    AppendBytes(key, before);
    AppendBytes(key, behind);
  }
  out.End();
}

void AppendOtherKey(KeyList& out, const KeyParts& tuple) {
  std::string& key = Begin(out, Kind::kOther);
  for (const std::uint8_t byte : tuple.rdata.first(std::min(tuple.rdata.size(), kMaxPlainTail))) {
    if (byte <= 1) key.push_back(1);
    key.push_back(static_cast<char>(byte <= 1 ? byte + 1 : byte));
  }
  key.push_back(0);
  AppendTypeAndOwner(key, tuple);
  if (tuple.rdata.size() > kMaxPlainTail) AppendBytes(key, Hash128(tuple.rdata));
  out.End();
}

// The type whose whole rdata the payload of an address key is; none for other keys.
std::optional<RrType> AddressType(Bytes key) {
  switch (static_cast<Kind>(key.front())) {
    case Kind::kIpv4:
      return RrType::kA;
    case Kind::kIpv6:
      return RrType::kAaaa;
    default:
      return std::nullopt;
  }
}

Digest ReadDigest(Cursor& cursor) {
  Digest digest{};
  const Bytes bytes = cursor.Take(digest.size());
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

void ReadTail(Cursor& cursor, ReverseRow& row) {
  switch (cursor.U8()) {
    case kTailPlain:
      row.tuple.rdata = AsText(cursor.Take(cursor.left()));
      break;
    case kTailDigest:
      row.digest = ReadDigest(cursor);
      break;
    default:
      cursor.Fail();
  }
}

void DecodeAddress(Cursor& cursor, std::size_t size, ReverseRow& row) {
  const Bytes address = cursor.Take(size);
  row.tuple.type = static_cast<RrType>(cursor.U16());
  row.tuple.owner = record::ReadOrderedName(cursor);
  if (IsService(row.tuple.type)) {
    ReadTail(cursor, row);
  } else {
    row.tuple.rdata = AsText(address);
  }
}

void DecodeName(Cursor& cursor, ReverseRow& row) {
  const record::Name target = record::ReadOrderedName(cursor);
  row.tuple.type = static_cast<RrType>(cursor.U16());
  row.tuple.owner = record::ReadOrderedName(cursor);
  if (IsService(row.tuple.type)) {
    ReadTail(cursor, row);
    if (row.digest.has_value()) return;
  } else {
    row.tuple.rdata = AsText(cursor.Take(cursor.left()));
  }
  const auto at = TargetOffset(row.tuple.type, AsBytes(row.tuple.rdata));
  if (!at.has_value() || *at > row.tuple.rdata.size()) return cursor.Fail();
  row.tuple.rdata.insert(*at, AsText(target.wire()));
}

void DecodeOther(Cursor& cursor, Bytes key, ReverseRow& row) {
  while (cursor.ok()) {
    std::uint8_t byte = cursor.U8();
    if (byte == 0) break;
    if (byte == 1) byte = static_cast<std::uint8_t>(cursor.U8() - 1);
    row.tuple.rdata.push_back(static_cast<char>(byte));
  }
  row.tuple.type = static_cast<RrType>(cursor.U16());
  row.tuple.owner = record::ReadOrderedName(cursor);
  if (cursor.left() == 0) return;
  row.digest = ReadDigest(cursor);
  if (!cursor.ok() || row.tuple.rdata.size() != kMaxPlainTail || !IsOther(row.tuple.type))
    return cursor.Fail();
  // Up to the digest the key is that of the head of the rdata.
  std::string packed;
  record::AppendTupleKey(packed, row.tuple.view());
  KeyList head;
  AppendOtherKey(head, record::SplitTupleKey(AsBytes(packed)));
  if (head[0] != AsText(key.first(key.size() - row.digest->size()))) cursor.Fail();
  row.tuple.rdata.clear();
}

// With a digest the rdata is not here, so the key cannot be made again: what can be checked was
// checked while decoding. Of an address record there is only one form.
bool IsCanonical(const ReverseRow& row, Bytes key) {
  if (row.digest.has_value()) return true;
  if (row.tuple.type == AddressType(key)) return true;
  return ReverseKeysOf(row.tuple.view()).AnyOf([key](std::string_view one) {
    return one == AsText(key);
  });
}

}  // namespace

void AppendReverseKeys(KeyList& out, const KeyParts& tuple) {
  if (IsDnssec(tuple.type)) return;
  if (tuple.type == RrType::kA || tuple.type == RrType::kAaaa) {
    const Kind kind = tuple.type == RrType::kA ? Kind::kIpv4 : Kind::kIpv6;
    std::string& key = Begin(out, kind);
    AppendBytes(key, tuple.rdata);
    AppendTypeAndOwner(key, tuple);
    return out.End();
  }
  if (IsOther(tuple.type)) return AppendOtherKey(out, tuple);
  const auto target = FindTarget(tuple.type, tuple.rdata);
  if (!target.has_value()) return;
  AppendTargetKey(out, tuple, *target);
  if (IsService(tuple.type)) AppendHintKeys(out, tuple, target->at + target->size);
}

bool MayHaveSeveralReverseKeys(RrType type) { return IsService(type); }

KeyList ReverseKeysOf(const record::Tuple& tuple) {
  std::string key;
  record::AppendTupleKey(key, tuple);
  KeyList keys;
  AppendReverseKeys(keys, record::SplitTupleKey(AsBytes(key)));
  return keys;
}

std::optional<ReverseRow> DecodeReverseKey(Bytes key) {
  Cursor cursor(key);
  ReverseRow row;
  switch (static_cast<Kind>(cursor.U8())) {
    case Kind::kName:
      DecodeName(cursor, row);
      break;
    case Kind::kIpv4:
      DecodeAddress(cursor, 4, row);
      break;
    case Kind::kIpv6:
      DecodeAddress(cursor, 16, row);
      break;
    case Kind::kOther:
      DecodeOther(cursor, key, row);
      break;
    default:
      return std::nullopt;
  }
  if (!cursor.AtEnd() || !IsCanonical(row, key)) return std::nullopt;
  return row;
}

KeyRange AddressRange(Bytes first, Bytes last) {
  const Kind kind = first.size() == 4 ? Kind::kIpv4 : Kind::kIpv6;
  const auto prefix = [kind](Bytes address) {
    std::string key(1, static_cast<char>(kind));
    AppendBytes(key, address);
    return key;
  };
  return {prefix(first), PrefixRange(prefix(last)).hi};
}

namespace {
KeyRange OfTargets(const KeyRange& names) {
  const std::string kind(1, static_cast<char>(Kind::kName));
  return {kind + names.lo, names.hi.empty() ? PrefixRange(kind).hi : kind + names.hi};
}
}  // namespace

KeyRange TargetRange(const record::Name& target) { return OfTargets(OwnerRange(target)); }
KeyRange TargetSubtreeRange(const record::Name& top) { return OfTargets(SubtreeRange(top)); }

}  // namespace pdns::store
