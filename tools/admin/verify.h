// pdns-admin verify.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command VerifyCommand();

}  // namespace pdns::tools
