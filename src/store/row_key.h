// The keys of forward rows and of the quarantine: tuple key (record/tuple_key.h) <-> row key. A row
// key is the tuple key with long rdata cut. So no key has more than kMaxRowKey bytes, whatever a
// server sends: an engine keeps whole keys in memory where it keeps nothing else of a row. Laid
// down byte by byte in schema/keys.md.
//
// One codec for every engine: nothing here knows RocksDB. Functions keep no state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/name.h"
#include "record/tuple_key.h"

namespace pdns::store {

inline constexpr std::size_t kMaxRowKey = 700;

// The limit of what stands behind N(owner) and the type: 255 bytes, and less behind the few owners
// whose escapes make N(owner) longer than 443 bytes. Rdata with fewer bytes than the limit stands
// there whole. Other rdata stands there as its first bytes and its SHA-256, exactly as many bytes
// as the limit, and whole in the value. So the length tells the form, and no row needs a byte for
// that.
constexpr std::size_t RestSize(std::size_t ordered_owner_size) {
  constexpr std::size_t kType = 2;
  const std::size_t room = kMaxRowKey - kType - ordered_owner_size;
  return room < record::kRdataIdSize ? room : record::kRdataIdSize;
}

inline bool IsLong(const record::KeyParts& tuple) {
  return tuple.rdata.size() >= RestSize(tuple.ordered_owner.size());
}

// N(owner): what every row key of the owner begins with, and the key of the row that says that the
// owner exists.
std::string OwnerKey(Bytes owner);

// What stands for the rdata in the key of a tuple with that owner.
void AppendRest(std::string& out, std::size_t ordered_owner_size, Bytes rdata);

// The same from record::RdataId alone.
void AppendRestOfId(std::string& out, std::size_t ordered_owner_size, std::string_view rdata_id);

void AppendRowKey(std::string& out, const record::KeyParts& tuple);
std::string RowKeyOf(const record::Tuple& tuple);

// A row key taken apart; views into it.
struct RowKeyParts {
  Bytes ordered_owner;
  record::RrType type{};
  Bytes rest;
  bool cut = false;    // the rest is not the rdata, which stands in the value
  bool owner = false;  // only N(owner): the row of an owner, no tuple
};

// Nothing for bytes that are no row key. Does not look inside the owner: DecodeRow does. What it
// gives may be handed to AppendReverseKeys.
std::optional<RowKeyParts> SplitRowKey(Bytes key);

// The same for a key that AppendRowKey wrote, with an N(owner) of `owner` bytes. Checks nothing.
inline RowKeyParts PartsOf(Bytes key, std::size_t owner) {
  RowKeyParts parts;
  parts.ordered_owner = key.first(owner);
  parts.type = static_cast<record::RrType>(key[owner] << 8 | key[owner + 1]);
  parts.rest = key.subspan(owner + 2);
  parts.cut = parts.rest.size() == RestSize(owner);
  return parts;
}

// The tuple of a row. `rdata_of_value` is Value::rdata, empty unless the key is cut. Nothing if
// AppendRowKey would not write these bytes, or if key and value are not of one tuple.
std::optional<record::OwnedTuple> DecodeRow(const RowKeyParts& key, Bytes rdata_of_value);

}  // namespace pdns::store
