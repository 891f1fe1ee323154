// What pdns-query does once its options are known: questions -> lookups -> text on stdout, notes on
// stderr.
#pragma once

#include "base/status.h"
#include "query_options.h"

namespace pdns::tools {

// The exit code. kNoInput, kIo, kCorrupt: before there was anything to print.
Result<int> RunQuery(const QueryOptions& options);

}  // namespace pdns::tools
