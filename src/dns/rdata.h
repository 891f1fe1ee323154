// Canonical rdata: a record's rdata inside a message -> [AppendCanonicalRdata] -> the bytes that
// are its identity.
//
// Guest: ldns, which cuts the rdata of the types with names inside (record::RequiredFields) into
// its fields. What ldns lets pass is held to more here: every field must be there, names obey
// ReadName's pointer rule, and the fields fill the rdata exactly. All other types are opaque, kept
// as sent, also where a parser dislikes them; but A has 4 bytes and AAAA 16.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

// `at` is the offset of the two RDLENGTH bytes, which with the rdata lie inside `message`. Appends
// to `out` and returns true; on malformed rdata returns false and leaves `out` with a part of it.
// Only for types with RequiredFields() > 0: others need no copy.
bool AppendCanonicalRdata(Bytes message, std::size_t at, record::RrType type, std::string& out);

// For the opaque types.
bool IsValidOpaqueRdata(record::RrType type, std::size_t length);

}  // namespace pdns::dns
