// Selections as ranges of keys. Guest: none.
// Functions keep no state; one thread at a time for each Selection, whose NameTest is for one.
#pragma once

#include <string>
#include <vector>

#include "store/key_range.h"
#include "store/reverse_key.h"
#include "store/selection.h"

namespace pdns::store_rocks {

// Ranges of forward keys for Side::kOwner, of reverse keys for the other sides, in key order. One
// range, or a range for each type if one name or address and some types are wanted.
std::vector<store::KeyRange> RangesOf(const store::Selection& selection);

// The key of selection.after, which must be set. The rows that are wanted have larger keys.
std::string KeyAfter(const store::Selection& selection);

// What the test of names says of a reverse key; for kJump, `jump` is the reverse key to go on from.
store::Step PassesName(const store::Selection& selection, const store::ReverseParts& key,
                       std::string& jump);

}  // namespace pdns::store_rocks
