// pdns-admin repair.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command RepairCommand();

}  // namespace pdns::tools
