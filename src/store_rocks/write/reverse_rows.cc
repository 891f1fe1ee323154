#include "store_rocks/write/reverse_rows.h"

#include "store/reverse_key.h"

namespace pdns::store_rocks {

ReverseRows::ReverseRows(const SortedRows& rows, const Known& known) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (known.row(i)) continue;
    const store::RowKeyParts parts = known.parts(rows, i);
    store::AppendReverseKeys(keys_, parts, parts.cut ? rows.long_rdata(i) : parts.rest);
  }
  sorted_.reserve(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    // Views of keys_ and cut_: neither moves a string any more (cut_ is a deque).
    std::string_view key = keys_[i];
    std::uint32_t whole = kNotCut;
    if (key.size() > store::kMaxReverseKey) {
      key = cut_.emplace_back(store::CutReverseKey(key));
      whole = static_cast<std::uint32_t>(i);
    }
    sorted_.push_back({0, key.data(), static_cast<std::uint32_t>(key.size()), whole});
  }
  SortKeys(sorted_);
}

}  // namespace pdns::store_rocks
