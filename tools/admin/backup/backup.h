// pdns-admin backup.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command BackupCommand();

}  // namespace pdns::tools
