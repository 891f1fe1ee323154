#include "store_rocks/sensor_map.h"

#include <bit>

#include "store_rocks/totals.h"

namespace pdns::store_rocks {

SensorMap::SensorMap(std::span<const std::string> names, Totals& totals) {
  bits_.fill(record::SensorBit(record::kOtherSensors));
  static const std::string kNoName;
  if (names.empty()) names = {&kNoName, 1};
  for (unsigned i = 0; i < names.size() && i < record::kMostSensors; ++i)
    bits_[i] = record::SensorBit(totals.SensorNumber(names[i]));
  for (unsigned i = 0; i < bits_.size(); ++i) same_ = same_ && bits_[i] == record::SensorBit(i);
}

record::SensorSet SensorMap::operator()(record::SensorSet of_process) const {
  const record::SensorSet known = of_process & record::kAllSensors;
  if (known == 0) return record::SensorBit(record::kOtherSensors);
  if (same_) return known;
  record::SensorSet mapped = 0;
  for (record::SensorSet left = known; left != 0; left &= left - 1)
    mapped |= bits_[static_cast<std::size_t>(std::countr_zero(left))];
  return mapped;
}

}  // namespace pdns::store_rocks
