#include "ask/sensors.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace pdns::ask {
namespace {

record::SensorSet SetOf(const std::string& name, const std::vector<std::string>& known) {
  const std::size_t numbered = std::min<std::size_t>(known.size(), record::kMostSensors);
  record::SensorSet set = 0;
  for (std::size_t number = 0; number < numbered; ++number)
    if (known[number] == name) set |= record::SensorBit(static_cast<unsigned>(number));
  if (name == record::kOtherSensorsName)
    set |= record::kAllSensors & ~(record::SensorBit(static_cast<unsigned>(numbered)) - 1);
  return set;
}

std::string Listed(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list += name.empty() ? "'' (frames without an identity)" : record::SensorText(name);
  }
  return list.empty() ? "none" : list;
}

}  // namespace

Result<record::SensorSet> SensorsNamed(const std::vector<std::string>& names,
                                       const std::vector<std::string>& known) {
  record::SensorSet all = 0;
  for (const std::string& name : names) {
    const record::SensorSet set = SetOf(name, known);
    if (set == 0) {
      return Status::Usage(fmt::format("sensor '{}' is not in this database, which has {}",
                                       record::SensorText(name), Listed(known)));
    }
    all |= set;
  }
  return all;
}

}  // namespace pdns::ask
