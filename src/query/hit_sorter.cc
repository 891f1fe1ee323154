#include "query/hit_sorter.h"

#include "base/bytes.h"
#include "query/hit_bytes.h"

namespace pdns::query {

// Without what breaks ties.
void HitSorter::MakeKey(const Hit& hit) {
  key_.clear();
  if (order_.unique && order_.by == SortBy::kRdata) {
    AppendValueKey(key_, hit.tuple);
  } else if (order_.by.has_value()) {
    AppendSortKey(key_, *order_.by, order_.reverse, hit.tuple, hit.history);
  }
}

void HitSorter::StartAfter(const CursorHit& hit) {
  MakeKey(hit.view());
  if (TiesByPlace()) AppendPlaceOrder(key_, hit.side, hit.place);
  after_ = key_;
}

Status HitSorter::Add(const Hit& hit) {
  MakeKey(hit);
  if (TiesByPlace()) AppendPlaceOrder(key_, hit.place, hit.tuple);
  if (after_.has_value() && key_ <= *after_) return {};
  if (hit.asked != nullptr) asked_.try_emplace(hit.place.question, *hit.asked);
  payload_.clear();
  AppendHit(payload_, hit);
  return sorter_.Add(key_, payload_);
}

Status HitSorter::ForEach(const std::function<bool(const Hit&)>& each) {
  bool whole = true;
  Status status = sorter_.ForEach([&](std::string_view /*key*/, std::string_view payload) {
    Cursor cursor(AsBytes(payload));
    Hit hit = ReadHit(cursor);
    whole = cursor.ok();
    if (!whole) return false;
    const auto asked = asked_.find(hit.place.question);
    if (asked != asked_.end()) hit.asked = &asked->second;
    return each(hit);
  });
  return status.ok() && !whole ? Status::Io("sorting: what was put on disk came back changed")
                               : status;
}

}  // namespace pdns::query
