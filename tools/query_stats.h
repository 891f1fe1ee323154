// pdns-query --stats: the whole database in numbers, on stdout; notes on stderr.
#pragma once

#include "base/status.h"
#include "query_options.h"

namespace pdns::tools {

// The exit code. kNoInput, kIo, kCorrupt: before anything was counted.
Result<int> RunQueryStats(const QueryOptions& options);

}  // namespace pdns::tools
