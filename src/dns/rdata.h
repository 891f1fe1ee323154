// Canonical rdata: a record's rdata inside a message -> [CanonicalRdata] -> the bytes that are its
// identity.
//
// Most types with names inside (record::RequiredFields) are cut by hand (rdata_layout.h), the
// others into their fields by ldns, the guest. What ldns lets pass is held to more here: every
// field must be there, names obey ReadName's pointer rule, and the fields fill the rdata exactly.
// All other types are opaque, kept as sent, also where a parser dislikes them; but A has 4 bytes
// and AAAA 16.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "dns/scratch.h"
#include "record/rrtype.h"

namespace pdns::dns {

// `at` is the offset of the two RDLENGTH bytes, which with the rdata lie inside `message`. Good
// until the scratch is cleared; nothing when the rdata is malformed. Only for types with
// RequiredFields() > 0: others need no copy.
std::optional<Bytes> CanonicalRdata(Bytes message, std::size_t at, record::RrType type,
                                    Scratch& scratch);

// The same by ldns alone, for every such type: what the cut by hand is held to. Appends to `out`
// and returns true; on malformed rdata returns false and leaves `out` with a part of it.
bool AppendByLdns(Bytes message, std::size_t at, record::RrType type, std::string& out);

// For the opaque types.
inline bool IsValidOpaqueRdata(record::RrType type, std::size_t length) {
  if (type == record::RrType::kA) return length == 4;
  return type != record::RrType::kAaaa || length == 16;
}

}  // namespace pdns::dns
