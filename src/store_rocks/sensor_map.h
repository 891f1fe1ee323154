// Sensors of a process -> [SensorMap] -> sensors of the database, which numbers them in another
// order. Made for one batch; it gives numbers to names that are new to the database.
//
// The constructor changes `totals`: one thread. After that any thread may read.
#pragma once

#include <array>
#include <span>
#include <string>

#include "record/sensors.h"

namespace pdns::store_rocks {

class Totals;

class SensorMap {
 public:
  // `names` by the numbers of the process; without any, there is one sensor without a name.
  SensorMap(std::span<const std::string> names, Totals& totals);

  // Never empty: without a bit of kAllSensors it was one of the others, since a row that says no
  // sensor at all cannot be stored.
  record::SensorSet operator()(record::SensorSet of_process) const;

 private:
  std::array<record::SensorSet, record::kOtherSensors + 1> bits_{};
  bool same_ = true;
};

}  // namespace pdns::store_rocks
