// By what a selection finds a tuple: Selection, Tuple -> [FirstInside] -> a name, an address, a
// text. What every engine asks of a row that its index gave it, and what it asks of all rows where
// there is no index (the quarantine).
//
// Functions keep no state; one thread at a time for each Selection, whose NameTest is for one.
#pragma once

#include <optional>
#include <string>

#include "record/observation.h"
#include "store/reverse_key.h"
#include "store/selection.h"

namespace pdns::store {

// Is the row's type one of those selected?
bool HasType(const Selection& selection, record::RrType type);

// Does the span hold one name, or one address? Then its rows stand by their type.
bool HoldsOne(const Selection& selection);

// By what the selection finds a tuple: of its targets inside the span that pass the test of names,
// the first in the order of reverse keys. A text row is found with an empty `at`. Nothing: the
// selection does not hold the tuple. Not for Side::kOwner.
struct FoundAt {
  Kind kind{};
  std::string at;
};
std::optional<FoundAt> FirstInside(const Selection& selection, const record::Tuple& tuple);

}  // namespace pdns::store
