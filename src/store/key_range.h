// Ranges of keys in byte order, as engines that order by bytes scan them. Values; functions keep no
// state.
#pragma once

#include <string>
#include <string_view>

namespace pdns::store {

// Keys k with lo <= k < hi in byte order; an empty `hi` is the end of the index.
struct KeyRange {
  std::string lo;
  std::string hi;

  bool Holds(std::string_view key) const { return key >= lo && (hi.empty() || key < hi); }
};

// All keys that begin with `prefix`.
KeyRange PrefixRange(std::string prefix);

}  // namespace pdns::store
