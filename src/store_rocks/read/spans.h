// Selections as ranges of keys, and the tests of rows that ranges do not make. Guest: none.
// Functions keep no state; one thread at a time for each Selection, whose NameTest is for one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/observation.h"
#include "store/key_range.h"
#include "store/reverse_key.h"
#include "store/selection.h"

namespace pdns::store_rocks {

// Ranges of forward keys for Side::kOwner, of reverse keys for the other sides, in key order. One
// range, or a range for each type if one name or address and some types are wanted.
std::vector<store::KeyRange> RangesOf(const store::Selection& selection);

// The key of selection.after, which must be set. The rows that are wanted have larger keys.
std::string KeyAfter(const store::Selection& selection);

// Is the row's type one of those selected?
bool HasType(const store::Selection& selection, record::RrType type);

// What the test of names says of a reverse key; for kJump, `jump` is the reverse key to go on from.
store::Step PassesName(const store::Selection& selection, const store::ReverseParts& key,
                       std::string& jump);

// By what the selection finds a tuple: of its targets inside the span that pass the test of names,
// the first in the order of reverse keys. A text row is found with an empty `at`. Nothing: the
// selection does not hold the tuple.
struct FoundAt {
  store::Kind kind{};
  std::string at;
};
std::optional<FoundAt> FirstInside(const store::Selection& selection, const record::Tuple& tuple);

}  // namespace pdns::store_rocks
