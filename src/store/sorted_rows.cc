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
  for (const KeyRef& next : rows_) {
    if (kept == 0 || rows_[kept - 1].size != next.size || rows_[kept - 1].key() != next.key()) {
      rows_[kept++] = next;
      continue;
    }
    KeyRef& row = rows_[kept - 1];
    if (row.index < entries_.size()) {
      merged_.push_back(entries_[row.index]->sighting);
      row.index = static_cast<std::uint32_t>(entries_.size() + merged_.size() - 1);
    }
    record::Merge(merged_.back(), entries_[next.index]->sighting);
  }
  rows_.resize(kept);
}

}  // namespace pdns::store
