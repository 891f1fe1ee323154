// pdns-admin ledger.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command LedgerCommand();

}  // namespace pdns::tools
