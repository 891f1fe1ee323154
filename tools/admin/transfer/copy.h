// pdns-admin copy: all rows of a database, made anew in another place or by another engine. One
// thread.
#pragma once

#include "tools/admin/command.h"

namespace pdns::tools {

Command CopyCommand();

}  // namespace pdns::tools
