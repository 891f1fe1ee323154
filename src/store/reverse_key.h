// Reverse keys: what a tuple points at, first: tuple key -> [AppendReverseKeys] -> keys; key ->
// tuple.
//
// One tuple has no reverse key (signatures, keys, proofs of absence), one (most), or several (HTTPS
// with address hints). Every reverse key leads back to its tuple: most rebuild it exactly; long
// rdata stands in the key as a digest and is looked for among the forward rows of its owner and
// type. Laid down byte by byte in schema/keys.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/hash.h"
#include "record/tuple_key.h"
#include "store/key.h"
#include "store/key_list.h"

namespace pdns::store {

// First byte of a reverse key. Disk format: never renumber.
enum class Kind : std::uint8_t {
  kName = 0x02,
  kIpv4 = 0x04,
  kIpv6 = 0x06,
  kOther = 0x09,
};

// Address hints indexed of one SVCB or HTTPS tuple: more is no service but an attack on the disk.
inline constexpr std::size_t kMaxHints = 32;

// Appends the reverse keys of a tuple, given as the parts of its key; each once.
void AppendReverseKeys(KeyList& out, const record::KeyParts& tuple);

// All other types have one at most.
bool MayHaveSeveralReverseKeys(record::RrType type);

// The reverse keys of one tuple.
KeyList ReverseKeysOf(const record::Tuple& tuple);

struct ReverseRow {
  record::OwnedTuple tuple;      // rdata is set unless digest is
  std::optional<Digest> digest;  // of the rdata, which is to be found under owner and type
};

// Nothing for bytes that AppendReverseKeys would not write.
std::optional<ReverseRow> DecodeReverseKey(Bytes key);

// The reverse rows of addresses first..last, both of 4 or both of 16 bytes, inclusive.
KeyRange AddressRange(Bytes first, Bytes last);

// The reverse rows that point at `target`; at `top` and all below it.
KeyRange TargetRange(const record::Name& target);
KeyRange TargetSubtreeRange(const record::Name& top);

}  // namespace pdns::store
