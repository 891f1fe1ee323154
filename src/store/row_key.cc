#include "store/row_key.h"

#include <limits>

#include "base/hash.h"

namespace pdns::store {
namespace {

constexpr std::size_t kDigest = sizeof(Sha256Digest);
constexpr std::size_t kMaxRdata = std::numeric_limits<std::uint16_t>::max();

// Behind N(owner) at the front of `key`; 0 when there is none. Labels hold no 00, and are not
// empty.
std::size_t OwnerEnd(Bytes key) {
  std::uint8_t before = 0;
  for (std::size_t at = 0; at < key.size(); ++at) {
    if (key[at] == 0 && before == 0) return at + 1;
    before = key[at];
  }
  return 0;
}

}  // namespace

std::string OwnerKey(Bytes owner) {
  std::string key;
  record::AppendOrderedName(key, owner);
  return key;
}

void AppendRest(std::string& out, std::size_t ordered_owner_size, Bytes rdata) {
  const std::size_t size = RestSize(ordered_owner_size);
  if (rdata.size() < size) return AppendBytes(out, rdata);
  AppendBytes(out, rdata.first(size - kDigest));
  AppendBytes(out, Sha256(rdata));
}

void AppendRestOfId(std::string& out, std::size_t ordered_owner_size, std::string_view rdata_id) {
  if (rdata_id.size() < record::kRdataIdSize)
    return AppendRest(out, ordered_owner_size, AsBytes(rdata_id));
  out += rdata_id.substr(0, RestSize(ordered_owner_size) - kDigest);
  out += rdata_id.substr(rdata_id.size() - kDigest);
}

void AppendRowKey(std::string& out, const record::KeyParts& tuple) {
  AppendBytes(out, tuple.ordered_owner);
  AppendU16(out, static_cast<std::uint16_t>(tuple.type));
  AppendRest(out, tuple.ordered_owner.size(), tuple.rdata);
}

std::string RowKeyOf(const record::Tuple& tuple) {
  std::string key = OwnerKey(tuple.owner);
  const std::size_t owner = key.size();
  AppendU16(key, static_cast<std::uint16_t>(tuple.type));
  AppendRest(key, owner, tuple.rdata);
  return key;
}

std::optional<RowKeyParts> SplitRowKey(Bytes key) {
  const std::size_t owner = OwnerEnd(key);
  // With a longer owner RestSize would leave no room for a digest.
  if (owner == 0 || owner > record::kMaxOrderedName || key.size() > kMaxRowKey) return std::nullopt;
  RowKeyParts parts;
  parts.ordered_owner = key.first(owner);
  parts.owner = owner == key.size();
  if (parts.owner) return parts;
  Cursor cursor(key, owner);
  parts.type = static_cast<record::RrType>(cursor.U16());
  parts.rest = cursor.Read(cursor.left());
  parts.cut = parts.rest.size() == RestSize(owner);
  if (!cursor.ok() || parts.rest.size() > RestSize(owner)) return std::nullopt;
  return parts;
}

std::optional<record::OwnedTuple> DecodeRow(const RowKeyParts& key, Bytes rdata_of_value) {
  Cursor owner(key.ordered_owner);
  record::OwnedTuple tuple;
  tuple.owner = record::ReadOrderedName(owner);
  tuple.type = key.type;
  tuple.rdata = AsText(key.cut ? rdata_of_value : key.rest);
  if (!owner.AtEnd() || key.owner || tuple.rdata.size() > kMaxRdata) return std::nullopt;
  if (!key.cut) return rdata_of_value.empty() ? std::optional(std::move(tuple)) : std::nullopt;
  std::string rest;
  AppendRest(rest, key.ordered_owner.size(), rdata_of_value);
  if (rest != AsText(key.rest)) return std::nullopt;
  return tuple;
}

}  // namespace pdns::store
