// A database at a glance: record::Statistics -> [text for a person, JSON]. Of Writer::Statistics.
//
// Functions: any thread.
#pragma once

#include <string>

#include "record/statistics.h"

namespace pdns::render {

// Aligned lines, the parts of a number indented below it; the sensors, by name only, and the types
// last. Counters and parts that are zero are left out. Estimates are "about 340".
std::string StatsText(const record::Statistics& statistics, bool local);

// One line, without its newline, as schema/rows.md says. `complete`: all was counted.
std::string StatsJson(const record::Statistics& statistics, bool complete);

}  // namespace pdns::render
