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

std::string SensorText(std::string_view name) {
  std::string text;
  for (const char& c : name) {
    const bool special = c == ',' || c == '\\';
    text += special ? "\\x" + ToHex(AsBytes({&c, 1})) : Printable({&c, 1});
  }
  return text;
}

std::string SensorFromText(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const auto byte = text.starts_with("\\x") ? FromHex(text.substr(2, 2)) : std::nullopt;
    const bool escape = byte.has_value() && byte->size() == 1;
    name.push_back(escape ? byte->front() : text.front());
    text.remove_prefix(escape ? 4 : 1);
  }
  return name;
}

}  // namespace pdns::record
