// pdns-admin checkpoint.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command CheckpointCommand();

}  // namespace pdns::tools
