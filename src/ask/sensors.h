// Sensors by the names that people give: names -> [SensorsNamed] -> the set that a filter takes.
//
// Functions: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/sensors.h"

namespace pdns::ask {

// `known`: store::Snapshot::sensors(). Those that have no number of their own go by
// record::kOtherSensorsName. 0 where no name is asked. kUsage, with the names that the database
// has, for one that it has not.
Result<record::SensorSet> SensorsNamed(const std::vector<std::string>& names,
                                       const std::vector<std::string>& known);

}  // namespace pdns::ask
