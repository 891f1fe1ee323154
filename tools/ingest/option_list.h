// The options of pdns-ingest and their help; ingest_options.cc reads their values.
#pragma once

#include "tools/common/option_table.h"

namespace pdns::tools {

// What --help prints above the list of options.
const char* IngestUsage();

// The options that a file of --config may give as well as the command line. Any thread.
OptionTable IngestConfigTable();

// All options but the positional paths: those of IngestConfigTable(), then those of the command
// line alone. Any thread.
OptionTable IngestTable();

}  // namespace pdns::tools
