// The reverse rows of one drain in key order, each once: new rows -> [ReverseRows] -> keys.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "store/key_list.h"
#include "store/key_sort.h"
#include "store/sorted_rows.h"

namespace pdns::store {

class ReverseRows {
 public:
  // Of the rows that are not `known`: those of the others are stored already.
  ReverseRows(const SortedRows& rows, const Marks& known);

  std::size_t size() const { return sorted_.size(); }
  std::string_view operator[](std::size_t i) const { return sorted_[i].key(); }
  void Fetch(std::size_t i) const { FetchAhead(sorted_, i); }  // in a loop over all

 private:
  KeyList keys_;
  std::vector<KeyRef> sorted_;
};

}  // namespace pdns::store
