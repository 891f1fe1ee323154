// A row of an answer, with what it answers: lookup, pivot -> [Hit] -> render.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "query/place.h"
#include "record/observation.h"

namespace pdns::query {

// One of several things asked.
struct Asked {
  std::string_view text;   // as it was given
  std::uint64_t line = 0;  // of the list it stood in; 0: an argument
};

// Borrowed views, good for the call that hands it on.
struct Hit {
  record::Tuple tuple;
  record::Sighting sighting;
  const Asked* asked = nullptr;       // none where only one thing was asked
  std::span<const std::string> path;  // of a pivot: names and addresses, as text, from where it
                                      // began to what this row was found at; else empty
  Place place{};                      // of a lookup
};

}  // namespace pdns::query
