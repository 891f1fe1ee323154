// Where a row stands among all that were asked for: lookup -> [Place] -> sorter, answer_cursor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pdns::query {

// Rows are found in this order, and ordered by it where a sort takes them for equal.
template <class Key>
struct BasicPlace {
  std::uint64_t question = 0;  // the number of what it answers, from 0
  Key key{};                   // its key in the index that was scanned
  std::uint64_t at = 0;        // rows of the answer with that key, up to and with this one

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  friend auto operator<=>(const BasicPlace&, const BasicPlace&) = default;
  friend bool operator==(const BasicPlace&, const BasicPlace&) = default;
};

using Place = BasicPlace<std::string_view>;  // borrowed, as good as the row
using OwnedPlace = BasicPlace<std::string>;

inline Place View(const OwnedPlace& place) { return {place.question, place.key, place.at}; }

}  // namespace pdns::query
