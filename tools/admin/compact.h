// pdns-admin compact.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command CompactCommand();

}  // namespace pdns::tools
