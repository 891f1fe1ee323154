// The command import: rows of COF into the database, by the live ingester if there is one.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command ImportCommand();

}  // namespace pdns::tools
