// pdns-admin expire.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command ExpireCommand();

}  // namespace pdns::tools
