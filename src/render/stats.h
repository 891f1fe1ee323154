// A database at a glance: record::Statistics -> [text for a person, JSON]. Of Writer::Statistics.
//
// Functions: any thread.
#pragma once

#include <cstddef>
#include <string>

#include "record/statistics.h"

namespace pdns::render {

// Aligned lines, the parts of a number indented below it; the sensors, by name only, and the types
// last, and of them the kMostTypesShown most common; the others are one line. Counters and parts
// that are zero are left out. Estimates are "about 340".
inline constexpr std::size_t kMostTypesShown = 100;
std::string StatsText(const record::Statistics& statistics, bool local);

// One line, without its newline, as schema/rows.md says, with all types: 2 MB if there are 65,536.
// `complete`: all was counted.
std::string StatsJson(const record::Statistics& statistics, bool complete);

}  // namespace pdns::render
