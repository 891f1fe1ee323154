// The options of pdns-query and their help; query_options.cc reads their values.
#pragma once

#include <string>

#include "tools/common/option_table.h"

namespace pdns::tools {

// What --help prints, and --help-all above the list of options. Any thread.
std::string QueryUsage();

// All options but the positional names. Any thread.
OptionTable QueryOptionTable();

}  // namespace pdns::tools
