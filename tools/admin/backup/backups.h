// pdns-admin backups.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command BackupsCommand();

}  // namespace pdns::tools
