// One run of pdns-ingest that owns its database: inherited and new sockets, the store, the service,
// what watches over it; and the way to the next process.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "net/handed.h"
#include "tools/common/engine.h"
#include "tools/ingest/options.h"

namespace pdns::tools {

struct CommandLineGiven {
  int argc;
  const char* const* argv;
};

// The exit code. `handed` is what this process inherited. After SIGHUP it does not return: the
// program is executed anew with all its sockets; where that cannot be, it serves on as before. If
// it failed before anything was served, in a process that was started so, `handed` holds what was
// inherited, for another try with the configuration before.
Result<int> RunIngest(const CommandLineGiven& given, const IngestOptions& options,
                      const Place& place, std::vector<net::Handed>& handed);

}  // namespace pdns::tools
