#include "record/sensors.h"

#include <algorithm>

namespace pdns::record {

SensorSet SensorTable::BitOf(std::string_view identity) {
  if (identity.size() > kMaxSensorName) return SensorBit(kOtherSensors);
  const std::lock_guard lock(mutex_);
  const auto found = std::find(names_.begin(), names_.end(), identity);
  const auto number = static_cast<unsigned>(found - names_.begin());
  if (number == kMostSensors) return SensorBit(kOtherSensors);
  if (found == names_.end()) names_.emplace_back(identity);
  return SensorBit(number);
}

std::vector<std::string> SensorTable::names() const {
  const std::lock_guard lock(mutex_);
  return names_;
}

SensorSet SensorOfFrame::Ask(Bytes identity) {
  bit_ = table_.BitOf(AsText(identity));
  last_ = AsText(identity.first(std::min(identity.size(), kMaxSensorName + 1)));
  return bit_;
}

}  // namespace pdns::record
