// Reverse keys: what a tuple points at, first. Row -> [AppendReverseKeys] -> keys; key -> the key
// of its row.
//
// One tuple has no reverse key (signatures, keys, proofs of absence), one (most), or several (HTTPS
// with address hints). Every reverse key yields the key of its row without a scan. Laid down byte
// by byte in schema/keys.md. Functions keep no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/key_list.h"
#include "store/row_key.h"

namespace pdns::store {

// First byte of a reverse key. Disk format: never renumber.
enum class Kind : std::uint8_t {
  kName = 0x02,
  kIpv4 = 0x04,
  kIpv6 = 0x06,
  kText = 0x09,
};

// No reverse key on disk has more bytes. Two long names make one that would: the key is then the
// first bytes of the whole reverse key and its SHA-256, and the value of the row is the whole.
inline constexpr std::size_t kMaxReverseKey = kMaxRowKey;
std::string CutReverseKey(std::string_view whole);

// Is this a type whose rdata points at nothing and is found by its bytes? Then its rows have one
// reverse key, of kText.
bool IsText(record::RrType type);

// Appends the whole reverse keys of a row, each once. `rdata` is all of the rdata.
void AppendReverseKeys(KeyList& out, const RowKeyParts& row, Bytes rdata);

struct ReverseParts {
  Kind kind{};
  std::string_view at;  // N(target), or the address; empty for text; a view into the key
  std::string row_key;
};

// Takes a whole reverse key apart. Nothing for bytes that AppendReverseKeys cannot have written, as
// far as the key alone shows. The caller checks the rest: the row exists, and it points at `at`.
std::optional<ReverseParts> SplitReverseKey(Bytes key);

// A row of the family `rev`: the whole reverse key is `key` where `value` is empty, else `value`,
// and `key` is cut from it.
struct ReverseRow {
  Bytes whole;  // a view into one of the two
  ReverseParts parts;
};

// As SplitReverseKey, and nothing where key and value are not of one reverse key.
std::optional<ReverseRow> SplitReverseRow(Bytes key, Bytes value);

// The whole reverse key of a row by which `at` is found.
std::string ReverseKeyAt(Kind kind, std::string_view at, const RowKeyParts& row);

}  // namespace pdns::store
