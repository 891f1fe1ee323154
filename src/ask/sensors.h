// Sensors by the names that people give: names -> [SensorsNamed] -> the set that a filter takes;
// and one name as the text that rows show.
//
// Functions: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/sensors.h"

namespace pdns::ask {

// The name of one sensor: printable, with a comma and a backslash as \xNN as well. So names joined
// by commas can be told apart, and SensorFromText gives back the very bytes.
std::string SensorText(std::string_view name);

// Reverses SensorText. What is no escape (\x and two digits) stands for itself.
std::string SensorFromText(std::string_view text);

// `known`: store::Snapshot::sensors(). Those that have no number of their own go by
// record::kOtherSensorsName. 0 where no name is asked. kUsage, with the names that the database
// has, for one that it has not.
Result<record::SensorSet> SensorsNamed(const std::vector<std::string>& names,
                                       const std::vector<std::string>& known);

}  // namespace pdns::ask
