#include "record/observation.h"

#include <algorithm>

namespace pdns::record {

bool AdjoinByDay(const Sighting& a, const Sighting& b) {
  using std::chrono::days;
  using std::chrono::floor;
  return floor<days>(a.first) <= floor<days>(b.last) + days(1) &&
         floor<days>(b.first) <= floor<days>(a.last) + days(1);
}

void Merge(Sighting& into, const Sighting& from) {
  into.first = std::min(into.first, from.first);
  into.last = std::max(into.last, from.last);
  into.count = SumOfCounts(into.count, from.count);
  into.bailiwick = std::max(into.bailiwick, from.bailiwick);
  into.reasons = static_cast<std::uint8_t>(into.reasons | from.reasons);
  into.sensors |= from.sensors;
}

}  // namespace pdns::record
