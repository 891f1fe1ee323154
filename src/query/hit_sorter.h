// Answers in another order than the store's: Hit -> [HitSorter] -> hits, sorted.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/hit.h"
#include "query/sort_key.h"
#include "query/sorter.h"

namespace pdns::query {

// Equal hits stay in the order they were added, which is that of their places. Memory and disk are
// Sorter's. What was asked is not copied: its text outlives the sorter; paths are not kept.
class HitSorter {
 public:
  struct Order {
    SortBy by = SortBy::kName;
    bool reverse = false;
    bool unique = false;     // of hits with one name (kName), or one text of rdata (kRdata), the
                             // first only
    std::uint64_t keep = 0;  // only the first so many are wanted; 0: all
    bool places = false;     // of the hits are kept
  };
  explicit HitSorter(const Order& order)
      : order_(order), sorter_({.keep = order.keep, .unique = order.unique}) {}

  // Before the first Add: only what is behind this hit is wanted. Of its tuple, sighting and place
  // what the order looks at must be right.
  void StartAfter(const Hit& hit);

  // kIo: no room for it.
  Status Add(const Hit& hit);

  // Once, after the last Add; `each` may end it by returning false. kIo.
  Status ForEach(const std::function<bool(const Hit&)>& each);

 private:
  void MakeKey(const Hit& hit);
  bool IsWanted(const Hit& hit) const;
  void AppendPlace(const Place& place);

  Order order_;
  Sorter sorter_;
  std::optional<std::pair<std::string, OwnedPlace>> after_;  // key and place
  std::vector<Asked> asked_;
  std::string key_;
  std::string payload_;
};

}  // namespace pdns::query
