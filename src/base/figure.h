// A number that an operator watches: whoever counts -> [Figure] -> metrics, a line of statistics.
//
// A vector of them is a snapshot. Figures of one name are one family: they share help and kind, and
// their labels tell them apart.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pdns {

struct Figure {
  enum class Kind : std::uint8_t {
    kCounter,  // only grows while the process lives; the name ends in _total
    kGauge,    // goes up and down
  };

  std::string name;  // [a-z_][a-z0-9_]*, in base units: pdns_drain_seconds_total
  std::string help;  // one sentence, one line
  Kind kind = Kind::kGauge;
  std::vector<std::pair<std::string, std::string>> labels;  // name as above, any value
  double value = 0;
};

}  // namespace pdns
