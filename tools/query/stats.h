// pdns-query --stats: the whole database in numbers, on stdout; notes on stderr.
#pragma once

#include "base/status.h"
#include "tools/query/options.h"

namespace pdns::tools {

// The exit code: 0, or kIncomplete where a count was cut short, or is not what the writer keeps.
// kNoInput, kIo, kCorrupt: before there was any number.
Result<int> RunQueryStats(const QueryOptions& options);

}  // namespace pdns::tools
