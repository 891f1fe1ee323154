#include "query/lookup.h"

#include <algorithm>
#include <string>

#include "store/reverse_key.h"

namespace pdns::query {
namespace {

// The quarantine has no reverse index: its rows are asked whether one of their reverse keys would
// lie in the range.
bool PointsInto(const record::Tuple& tuple, const store::KeyRange& range) {
  return store::ReverseKeysOf(tuple).AnyOf([&](std::string_view key) { return range.Holds(key); });
}

}  // namespace

Outcome Lookup(store::Reader& reader, const Request& request, const store::RowSink& sink) {
  Outcome outcome;
  const auto& types = request.types;
  const bool filter_reverse =
      request.quarantined && request.question.index == store::Index::kReverse;
  const auto pass = [&](const store::Row& row) {
    const bool wanted =
        (types.empty() || std::find(types.begin(), types.end(), row.tuple.type) != types.end()) &&
        (!filter_reverse || PointsInto(row.tuple, request.question.range));
    if (!wanted) return true;
    if (request.limit != 0 && outcome.rows == request.limit) {
      outcome.limited = true;
      return false;
    }
    ++outcome.rows;
    return sink(row);
  };
  const store::Index index =
      request.quarantined ? store::Index::kQuarantine : request.question.index;
  outcome.status =
      reader.Scan(index, filter_reverse ? store::KeyRange{} : request.question.range, pass);
  return outcome;
}

}  // namespace pdns::query
