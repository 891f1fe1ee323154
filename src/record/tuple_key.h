// A tuple as one string of bytes: Tuple <-> key. Windows fold repeats by these bytes. The store
// writes them as the key of the row, but for long rdata, which it cuts (store/row_key.h). So they
// are made once, where a tuple is first seen. Laid down byte by byte in schema/keys.md.
//
// Their order is DNSSEC's canonical order of owners (RFC 4034 6.1).
//
// Values. Functions: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/name.h"
#include "record/observation.h"

namespace pdns::record {

// No ordered name is longer: 250 bytes of labels, each escaped, 4 ends of labels and the end.
inline constexpr std::size_t kMaxOrderedName = 505;

// N(name): labels in reverse order, escaped, each ended by 00, one more 00 at the end.
void AppendOrderedName(std::string& out, Bytes name);

// Reads N(name) at the cursor; fails the cursor on bytes that AppendOrderedName would not write.
Name ReadOrderedName(Cursor& cursor);

// N(owner) | rrtype u16 BE | rdata.
void AppendTupleKey(std::string& out, const Tuple& tuple);

// The same into memory that has room for MaxTupleKeySize; returns the end.
std::uint8_t* WriteTupleKey(std::uint8_t* out, const Tuple& tuple);
std::size_t MaxTupleKeySize(const Tuple& tuple);

// What stands for rdata where it may be long, in keys and cursors: at most 255 bytes. Below 255
// bytes the rdata itself; else its first 223 and the SHA-256 of all of it, 255 together: so the
// length tells which. No two rdata that anybody can make share it.
inline constexpr std::size_t kRdataIdSize = 255;
std::string RdataId(Bytes rdata);

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
