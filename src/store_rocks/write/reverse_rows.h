// The reverse rows of one batch in key order, each once: new rows -> [ReverseRows] -> keys, with a
// value if the key had to be cut. One thread makes it; then any number may read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/key_sort.h"
#include "store/key_list.h"
#include "store_rocks/sorted_rows.h"
#include "store_rocks/write/known.h"

namespace pdns::store_rocks {

class ReverseRows {
 public:
  // Of the rows that are new: those of the others are stored already.
  ReverseRows(const SortedRows& rows, const Known& known);

  std::size_t size() const { return sorted_.size(); }
  std::string_view key(std::size_t i) const { return sorted_[i].key(); }
  std::string_view value(std::size_t i) const {
    return sorted_[i].index == kNotCut ? std::string_view() : keys_[sorted_[i].index];
  }
  void Fetch(std::size_t i) const { FetchAhead(sorted_, i); }  // in a loop over all

 private:
  static constexpr std::uint32_t kNotCut = UINT32_MAX;

  store::KeyList keys_;
  std::deque<std::string> cut_;
  std::vector<KeyRef> sorted_;  // index: of the whole key where this one is cut
};

}  // namespace pdns::store_rocks
