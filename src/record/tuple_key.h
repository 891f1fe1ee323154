// A tuple as one string of bytes: Tuple <-> key. The same bytes fold repeats in a window and stand
// in the forward index on disk, so they are made once, where a tuple is first seen. Laid down byte
// by byte in schema/keys.md, which a test reads.
//
// Their order is DNSSEC's canonical order of owners (RFC 4034 6.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/name.h"
#include "record/observation.h"

namespace pdns::record {

// N(name): labels in reverse order, escaped, each ended by 00, one more 00 at the end.
void AppendOrderedName(std::string& out, Bytes name);

// Reads N(name) at the cursor; fails the cursor on bytes that AppendOrderedName would not write.
Name ReadOrderedName(Cursor& cursor);

// N(owner) | rrtype u16 BE | rdata.
void AppendTupleKey(std::string& out, const Tuple& tuple);

// The same into memory that has room for MaxTupleKeySize; returns the end.
std::uint8_t* WriteTupleKey(std::uint8_t* out, const Tuple& tuple);
std::size_t MaxTupleKeySize(const Tuple& tuple);

// A tuple that owns its bytes.
struct OwnedTuple {
  Name owner;
  RrType type{};
  std::string rdata;

  Tuple view() const { return {owner.wire(), type, AsBytes(rdata)}; }
};

// Nothing for bytes that AppendTupleKey would not write.
std::optional<OwnedTuple> DecodeTupleKey(Bytes key);

// The parts of a key that AppendTupleKey wrote, the owner left as N(owner); views into it.
struct KeyParts {
  Bytes ordered_owner;
  RrType type{};
  Bytes rdata;
};
KeyParts SplitTupleKey(Bytes key);

}  // namespace pdns::record
