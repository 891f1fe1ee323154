#include "store/sorted_rows.h"

#include "base/bytes.h"

namespace pdns::store {

SortedRows::SortedRows(std::span<const record::Entry* const> entries) : entries_(entries) {
  rows_.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = AsText(entries[i]->key());
    rows_.push_back({0, key.data(), entries[i]->key_size, static_cast<std::uint32_t>(i)});
  }
  SortKeys(rows_);
  MergeEqual();
}

void SortedRows::MergeEqual() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (kept == 0 || rows_[kept - 1].size != rows_[i].size ||
        rows_[kept - 1].key() != rows_[i].key()) {
      rows_[kept++] = rows_[i];
      continue;
    }
    KeyRef& row = rows_[kept - 1];
    if (row.index < entries_.size()) {
      merged_.push_back(entries_[row.index]->sighting);
      row.index = static_cast<std::uint32_t>(entries_.size() + merged_.size() - 1);
    }
    record::Merge(merged_.back(), entries_[rows_[i].index]->sighting);
  }
  rows_.resize(kept);
}

}  // namespace pdns::store
