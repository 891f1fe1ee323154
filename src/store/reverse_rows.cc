#include "store/reverse_rows.h"

#include <algorithm>

#include "record/tuple_key.h"
#include "store/reverse_key.h"

namespace pdns::store {

ReverseRows::ReverseRows(const SortedRows& rows, const Marks& known) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows.Fetch(i);
    if (known[i] == 0) AppendReverseKeys(keys_, record::SplitTupleKey(AsBytes(rows.key(i))));
  }
  sorted_.reserve(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const std::string_view key = keys_[i];
    sorted_.push_back({0, key.data(), static_cast<std::uint32_t>(key.size()), 0});
  }
  SortKeys(sorted_);
  // Long rdata of one owner may share a digest.
  const auto equal = [](const KeyRef& a, const KeyRef& b) { return a.key() == b.key(); };
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end(), equal), sorted_.end());
}

}  // namespace pdns::store
