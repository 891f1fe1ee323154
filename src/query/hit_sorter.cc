#include "query/hit_sorter.h"

#include "base/bytes.h"
#include "dns/rdata_text.h"
#include "record/tuple_key.h"

namespace pdns::query {
namespace {

std::uint64_t Number(std::chrono::sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::chrono::sys_seconds Time(std::uint64_t number) {
  return std::chrono::sys_seconds(std::chrono::seconds(number));
}

Place ReadPlace(Cursor& cursor) {
  Place place;
  place.question = cursor.Varint();
  place.at = cursor.Varint();
  place.key = AsText(cursor.Take(cursor.Varint()));
  return place;
}

}  // namespace

void HitSorter::MakeKey(const Hit& hit) {
  key_.clear();
  AppendSortKey(key_, order_.by, order_.reverse, hit.tuple, hit.sighting);
  // Alike in order is not yet alike: an MX has its preference, and bytes are told as their type is.
  if (order_.unique && order_.by == SortBy::kRdata)
    key_ += dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
}

void HitSorter::StartAfter(const Hit& hit) {
  MakeKey(hit);
  const Place& place = hit.place;
  after_.emplace(key_, OwnedPlace{place.question, std::string(place.key), place.at});
}

bool HitSorter::IsWanted(const Hit& hit) const {
  if (!after_.has_value() || key_ > after_->first) return true;
  return key_ == after_->first && !order_.unique && hit.place > View(after_->second);
}

void HitSorter::AppendPlace(const Place& place) {
  AppendVarint(payload_, place.question);
  AppendVarint(payload_, place.at);
  AppendVarint(payload_, place.key.size());
  payload_ += place.key;
}

Status HitSorter::Add(const Hit& hit) {
  MakeKey(hit);
  if (!IsWanted(hit)) return {};
  const bool of_many = hit.asked != nullptr;
  if (of_many && (asked_.empty() || asked_.back().line != hit.asked->line ||
                  asked_.back().text.data() != hit.asked->text.data())) {
    asked_.push_back(*hit.asked);
  }
  payload_.clear();
  AppendVarint(payload_, of_many ? asked_.size() : 0);
  AppendVarint(payload_, Number(hit.sighting.first));
  AppendVarint(payload_, Number(hit.sighting.last));
  AppendVarint(payload_, hit.sighting.count);
  AppendVarint(payload_, hit.sighting.zone_labels);
  AppendVarint(payload_, hit.sighting.reasons);
  if (order_.places) AppendPlace(hit.place);
  record::AppendTupleKey(payload_, hit.tuple);
  return sorter_.Add(key_, payload_);
}

Status HitSorter::ForEach(const std::function<bool(const Hit&)>& each) {
  bool whole = true;
  Status status = sorter_.ForEach([&](std::string_view /*key*/, std::string_view payload) {
    Cursor cursor(AsBytes(payload));
    Hit hit;
    const std::uint64_t asked = cursor.Varint();
    hit.sighting.first = Time(cursor.Varint());
    hit.sighting.last = Time(cursor.Varint());
    hit.sighting.count = cursor.Varint();
    hit.sighting.zone_labels = static_cast<std::uint8_t>(cursor.Varint());
    hit.sighting.reasons = static_cast<std::uint8_t>(cursor.Varint());
    if (order_.places) hit.place = ReadPlace(cursor);
    const auto tuple = record::DecodeTupleKey(cursor.Take(cursor.left()));
    whole = cursor.ok() && tuple.has_value() && asked <= asked_.size();
    if (!whole) return false;
    hit.tuple = tuple->view();
    if (asked > 0) hit.asked = &asked_[asked - 1];
    return each(hit);
  });
  return status.ok() && !whole ? Status::Io("sorting: what was put on disk came back changed")
                               : status;
}

}  // namespace pdns::query
