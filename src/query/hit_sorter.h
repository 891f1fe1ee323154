// Answers in another order than the store's: Hit -> [HitSorter] -> hits, sorted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "query/hit.h"
#include "query/sort_key.h"
#include "query/sorter.h"

namespace pdns::query {

// Equal hits stay in the order they were added. Memory and disk are Sorter's. What was asked is not
// copied: its text outlives the sorter; paths are not kept.
class HitSorter {
 public:
  struct Order {
    SortBy by = SortBy::kName;
    bool reverse = false;
    bool unique = false;     // of hits with one name (kName), or one text of rdata (kRdata), the
                             // first only
    std::uint64_t keep = 0;  // only the first so many are wanted; 0: all
  };
  explicit HitSorter(const Order& order)
      : order_(order), sorter_({.keep = order.keep, .unique = order.unique}) {}

  // kIo: no room for it.
  Status Add(const Hit& hit);

  // Once, after the last Add; `each` may end it by returning false. kIo.
  Status ForEach(const std::function<bool(const Hit&)>& each);

 private:
  Order order_;
  Sorter sorter_;
  std::vector<Asked> asked_;
  std::string key_;
  std::string payload_;
};

}  // namespace pdns::query
