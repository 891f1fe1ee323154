#include "store_rocks/sorted_rows.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace pdns::store_rocks {
namespace {

// No rdata is long in a key that is shorter than this: nearly all are not looked at.
constexpr std::size_t kShortest = store::RestSize(record::kMaxOrderedName);

}  // namespace

char* SortedRows::Arena::Copy(std::string_view bytes) {
  static_assert(store::kMaxRowKey < kBlock);
  if (bytes.size() > left_) {
    left_ = kBlock;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
  }
  char* const to = blocks_.back().get() + (kBlock - left_);
  std::memcpy(to, bytes.data(), bytes.size());
  left_ -= bytes.size();
  return to;
}

SortedRows::SortedRows(std::span<const record::Entry* const> entries) : entries_(entries) {
  const std::vector<KeyRef> sorted = Sorted();
  rows_.reserve(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    FetchAhead(sorted, i);
    FetchAheadBefore(sorted, i, sizeof(record::Entry));
    Add(sorted[i]);
  }
}

std::vector<KeyRef> SortedRows::Sorted() {
  std::vector<KeyRef> sorted;
  sorted.reserve(entries_.size());
  std::string cut;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::string_view key = AsText(entries_[i]->key());
    bytes_ += key.size();
    if (key.size() > kShortest) {
      const record::KeyParts parts = record::SplitTupleKey(AsBytes(key));
      if (store::IsLong(parts)) {
        cut.clear();
        store::AppendRowKey(cut, parts);
        key = {keys_.Copy(cut), cut.size()};
      }
    }
    sorted.push_back(
        {0, key.data(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(i)});
  }
  SortKeys(sorted);
  return sorted;
}

void SortedRows::Add(const KeyRef& ref) {
  const record::Entry& entry = *entries_[ref.index];
  if (!rows_.empty() && rows_.back().key_size == ref.size &&
      std::memcmp(rows_.back().key, ref.data, ref.size) == 0) {
    return Fold(rows_.back(), entry.sighting);
  }
  rows_.push_back({keys_.Copy(ref.key()), ref.size, ref.index, kNotMerged, entry.sighting});
}

void SortedRows::Fold(Row& row, const record::Sighting& more) {
  if (row.merged == kNotMerged) {
    row.merged = static_cast<std::uint32_t>(merged_.size());
    merged_.emplace_back(row.sighting);
  }
  record::History& history = merged_[row.merged];
  record::Merge(history, more);
  row.sighting.first = history.first;
  row.sighting.last = history.last;
  row.sighting.reasons = history.reasons;
}

Bytes SortedRows::long_rdata(std::size_t i) const {
  // Only then is the entry looked at, which lies anywhere in memory.
  if (rows_[i].key_size <= kShortest) return {};
  const record::KeyParts tuple = record::SplitTupleKey(entries_[rows_[i].entry]->key());
  return store::IsLong(tuple) ? tuple.rdata : Bytes();
}

}  // namespace pdns::store_rocks
