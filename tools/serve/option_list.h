// The options of pdns-serve and their help; serve/options.cc reads their values.
#pragma once

#include "tools/common/option_table.h"

namespace pdns::tools {

// What --help prints above the list of options.
const char* ServeUsage();

// All options. Any thread.
OptionTable ServeOptionTable();

// Those that may stand in the file of --config. Any thread.
OptionTable ServeConfigTable();

}  // namespace pdns::tools
