// The ranges of the forward index that questions become, and the rows of the meta index. Tuple
// keys, which are the forward index's, are record/tuple_key.h's; all is laid down byte by byte in
// schema/keys.md, which a test reads.
//
// One codec for every engine: nothing here knows RocksDB.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/batch.h"
#include "record/name.h"
#include "record/observation.h"

namespace pdns::store {

// Keys k with lo <= k < hi in byte order; an empty `hi` is the end of the index.
struct KeyRange {
  std::string lo;
  std::string hi;

  bool Holds(std::string_view key) const { return key >= lo && (hi.empty() || key < hi); }
};

KeyRange PrefixRange(std::string prefix);

// Forward rows of one owner; of an owner and all below it (all rows for the root).
KeyRange OwnerRange(const record::Name& owner);
KeyRange SubtreeRange(const record::Name& top);

// The schema row of the meta index: key, value, and the version inside a value.
struct SchemaVersion {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
};
inline constexpr SchemaVersion kSchemaVersion{1, 1};
inline constexpr std::string_view kSchemaKey = "schema";
std::string SchemaValue(const SchemaVersion& version);
std::optional<SchemaVersion> DecodeSchemaValue(Bytes value);

// Ledger rows of the meta index; their keys begin with kLedgerPrefix.
inline constexpr std::string_view kLedgerPrefix = "src/";
std::string LedgerKey(const record::SourceId& id);
std::string LedgerValue(const record::Position& position);
std::optional<record::Position> DecodeLedgerValue(Bytes value);

}  // namespace pdns::store
