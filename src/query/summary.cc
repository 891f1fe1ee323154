#include "query/summary.h"

#include <algorithm>

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

}  // namespace pdns::query
