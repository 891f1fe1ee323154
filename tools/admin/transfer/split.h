// pdns-admin split: some rows of a database, in a new one of their own; with --remove, they go from
// the first. One thread.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command SplitCommand();

}  // namespace pdns::tools
