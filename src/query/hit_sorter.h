// Answers in another order than the database's: Hit -> [HitSorter] -> hits, sorted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/status.h"
#include "query/answer_cursor.h"
#include "query/hit.h"
#include "query/sort_key.h"
#include "sort/sorter.h"

namespace pdns::query {

inline constexpr std::size_t kSortMemory = std::size_t{256} << 20;  // bytes, unless said otherwise

// Equal hits come in the order of their places (query/place.h), or where these are not kept, in the
// order they were added. Memory and disk are sort::Sorter's. What was asked is not copied: its text
// outlives the sorter; paths are not kept. One thread at a time.
class HitSorter {
 public:
  struct Order {
    std::optional<SortBy> by = SortBy::kName;  // none: by their places alone
    bool reverse = false;
    bool unique = false;     // of hits with one name (kName), or one text of rdata (kRdata, in the
                             // order of AppendValueKey, never reversed), the first only
    std::uint64_t keep = 0;  // only the first so many are wanted; 0: all
    bool places = false;     // of the hits are kept, and break ties, so that a cursor may stand
                             // at any hit; not of unique ones, which have no ties
    std::size_t memory = kSortMemory;  // sort::Sorter::Limits::memory
  };
  explicit HitSorter(const Order& order)
      : order_(order),
        sorter_({.memory = order.memory, .keep = order.keep, .unique = order.unique}) {}

  // Before the first Add, of an order with places: only what is behind this hit is wanted. Of its
  // tuple and history what the order looks at must be right.
  void StartAfter(const CursorHit& hit);

  // kIo: no room for it.
  Status Add(const Hit& hit);

  // Once, after the last Add; `each` may end it by returning false. kIo.
  Status ForEach(const std::function<bool(const Hit&)>& each);

 private:
  void MakeKey(const Hit& hit);
  bool TiesByPlace() const { return order_.places && !order_.unique; }

  Order order_;
  sort::Sorter sorter_;
  std::optional<std::string> after_;                // a key
  std::unordered_map<std::uint64_t, Asked> asked_;  // by number of the question
  std::string key_;
  std::string payload_;
};

}  // namespace pdns::query
