// The options of pdns-query and their help, for query_options.cc, which says what they do.
#pragma once

namespace boost::program_options {
class options_description;
}

namespace pdns::tools {

// What --help prints, and --help-all above the list.
const char* QueryUsage();

// All options but the positional names. One thread.
boost::program_options::options_description QueryOptionList();

}  // namespace pdns::tools
