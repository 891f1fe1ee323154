// The options of pdns-tap and their help; tap_options.cc reads their values.
#pragma once

#include "tools/common/option_table.h"

namespace pdns::tools {

// What --help prints above the list of options.
const char* TapUsage();

// All options but the positional names. Any thread.
OptionTable TapOptionTable();

}  // namespace pdns::tools
