// pdns-admin copy and split: all rows of a database, made anew in another place or by another
// engine; and some of them, in a database of their own. One thread.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command CopyCommand();
Command SplitCommand();

}  // namespace pdns::tools
