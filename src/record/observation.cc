#include "record/observation.h"

#include <algorithm>

namespace pdns::record {

void Merge(Sighting& into, const Sighting& from) {
  into.first = std::min(into.first, from.first);
  into.last = std::max(into.last, from.last);
  // Foreign values may lie above the limit already: compare before adding.
  const std::uint64_t room = kMaxCount - std::min(into.count, kMaxCount);
  into.count = from.count >= room ? kMaxCount : into.count + from.count;
  into.zone_labels = std::max(into.zone_labels, from.zone_labels);
  into.reasons = static_cast<std::uint8_t>(into.reasons | from.reasons);
}

}  // namespace pdns::record
