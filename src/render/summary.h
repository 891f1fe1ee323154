// A summary as text: query::Summary -> [for a person, JSON]. Of Writer::Summary.
//
// Functions: any thread.
#pragma once

#include <string>

#include "query/summary.h"

namespace pdns::render {

// Aligned lines with a heading: a line a type, in the order of their numbers, and the total, if of
// several. "no rows" when there are none.
std::string SummaryText(const query::Summary& summary, bool local);

// One line, without its newline: {"num_results":..,"time_first":..,"time_last":..,"count":..,
// "types":{"A":{the same four}}}. Seconds since the epoch; no times when there are no rows.
std::string SummaryJson(const query::Summary& summary);

}  // namespace pdns::render
