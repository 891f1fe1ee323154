// One run of pdns-ingest that owns its database: inherited and new sockets, the store, the service,
// its attendants; and the way to the next process.
#pragma once

#include <string>

#include "base/status.h"
#include "ingest_options.h"

namespace pdns::tools {

struct CommandLineGiven {
  int argc;
  const char* const* argv;
};

// The exit code. After SIGHUP it does not return: the program is executed anew with all its
// sockets.
Result<int> RunIngest(const CommandLineGiven& given, const IngestOptions& options,
                      const std::string& database);

}  // namespace pdns::tools
