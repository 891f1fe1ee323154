// pdns-admin restore.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command RestoreCommand();

}  // namespace pdns::tools
