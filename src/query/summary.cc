#include "query/summary.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pdns::query {

void SeenRows::Add(const record::History& history) {
  first = rows == 0 ? history.first : std::min(first, history.first);
  last = rows == 0 ? history.last : std::max(last, history.last);
  ++rows;
}

void RowCount::Add(const record::History& history) {
  SeenRows::Add(history);
  count = record::SumOfCounts(count, history.count);
}

void Summary::Add(const Hit& hit) {
  total.Add(hit.history);
  types[hit.tuple.type].Add(hit.history);
}

void KnownList::Expect(std::vector<std::string_view> arguments, const ask::List* list) {
  arguments_ = std::move(arguments);
  list_ = list;
  found_.reserve(arguments_.size() + (list == nullptr ? 0 : list->size()));
}

void KnownList::Finish(bool whole) {
  shown_.resize(found_.size());
  std::iota(shown_.begin(), shown_.end(), 0U);
  if (!whole) {
    std::erase_if(shown_, [this](std::uint32_t number) { return found_[number].rows == 0; });
  }
  // A list is asked in the order of the database, and read by the line; arguments have none.
  std::stable_sort(shown_.begin(), shown_.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return Of(a).line < Of(b).line; });
}

KnownIndicator KnownList::Of(std::uint32_t number) const {
  if (number < arguments_.size()) return {arguments_[number], 0, found_[number]};
  const ask::Listed listed = (*list_)[number - arguments_.size()];
  return {listed.text, listed.line, found_[number]};
}

}  // namespace pdns::query
