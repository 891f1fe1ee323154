// pdns-admin export.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command ExportCommand();

}  // namespace pdns::tools
