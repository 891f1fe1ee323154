// What pdns-query does once its options are known: questions -> lookups -> text on stdout, notes on
// stderr.
#pragma once

#include "base/status.h"
#include "tools/query/options.h"

namespace pdns::tools {

// The exit code: 0, kNothingFound, or kIncomplete where something was printed and there is more.
// kUsage: a list, a cursor or a sensor that goes with no such database. kNoInput, kIo, kCorrupt:
// before a row was found, so that nothing is printed.
Result<int> RunQuery(QueryOptions options);

}  // namespace pdns::tools
