// pdns-admin stats.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command StatsCommand();

}  // namespace pdns::tools
