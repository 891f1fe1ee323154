// Makes the tables of a cluster.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

// The command; any thread.
Command InitClusterCommand();

}  // namespace pdns::tools
