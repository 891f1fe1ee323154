// Where a row stands among all that were asked for, on every engine: lookup -> [Place] -> sorter,
// answer_cursor.
//
// Rows of a question come in the order that store/selection.h promises for its side. What stands
// for a row in that order is what was found, the owner, the type and record::RdataId, never a key
// of an index.
//
// Types are plain values. Functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "record/observation.h"
#include "store/selection.h"

namespace pdns::query {

// Borrowed, as good as the row; with the row's tuple it is whole. Costs nothing to make: the
// RdataId, which is a hash of long rdata, is left to those who need it.
struct Place {
  std::uint64_t question = 0;              // the number of what it answers, from 0
  store::Side side = store::Side::kOwner;  // whose order it stands in: owners in the quarantine
  std::string_view at{};                   // store::Place::at
};

// The same, kept.
struct OwnedPlace {
  std::uint64_t question = 0;
  store::Place row;

  friend bool operator==(const OwnedPlace&, const OwnedPlace&) = default;
};

OwnedPlace Keep(const Place& place, const record::Tuple& tuple);

// Bytes whose order is that of places: by question, then by the order of the side. Of the two
// forms of one place the bytes are equal. At most some 1,600.
void AppendPlaceOrder(std::string& out, const Place& place, const record::Tuple& tuple);
void AppendPlaceOrder(std::string& out, store::Side side, const OwnedPlace& place);

}  // namespace pdns::query
