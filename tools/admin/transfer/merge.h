// pdns-admin merge: the rows of several databases, added to one. One thread.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command MergeCommand();

}  // namespace pdns::tools
