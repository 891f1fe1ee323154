// The rows of one drain in key order, each key once: entries of all windows -> [SortedRows] ->
// rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "record/entry.h"
#include "record/observation.h"
#include "store/key_sort.h"

namespace pdns::store {

// One a row, not 0 where it holds. Bytes, so that two threads may write neighbours.
using Marks = std::vector<std::uint8_t>;

class SortedRows {
 public:
  // `entries` and what they point at must outlive this.
  explicit SortedRows(std::span<const record::Entry* const> entries);

  std::size_t size() const { return rows_.size(); }
  std::string_view key(std::size_t i) const { return rows_[i].key(); }

  // To be called in a loop over all rows, where key(i) or sighting(i) is used.
  void Fetch(std::size_t i) const { FetchAhead(rows_, i); }
  void FetchSighting(std::size_t i) const { FetchAheadBefore(rows_, i, sizeof(record::Entry)); }
  const record::Sighting& sighting(std::size_t i) const {
    const std::size_t index = rows_[i].index;
    return index < entries_.size() ? entries_[index]->sighting : merged_[index - entries_.size()];
  }

 private:
  void MergeEqual();

  std::span<const record::Entry* const> entries_;
  std::vector<KeyRef> rows_;              // index: of entries_, or behind its end of merged_
  std::vector<record::Sighting> merged_;  // of keys that came up more than once
};

}  // namespace pdns::store
