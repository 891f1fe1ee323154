// What the tools' command lines share: parsing by Boost.Program_options without its exceptions,
// help, version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/amount.h"  // of the values of options
#include "base/status.h"

namespace boost::program_options {
class options_description;
class positional_options_description;
class variables_map;
}  // namespace boost::program_options

namespace pdns::tools {

// A command line to parse: `visible` is what --help shows, `all` has positional names as well.
struct CommandLine {
  int argc;
  const char* const* argv;
  const boost::program_options::options_description& all;
  const boost::program_options::positional_options_description& positional;
  const boost::program_options::options_description* config = nullptr;  // allowed in --config FILE
  // What the file of --config holds: set, it is taken in place of the file; else what was read.
  std::optional<std::string>* config_text = nullptr;
};

// kUsage with Boost's words, or for an option whose text is empty; kNoInput when the file of
// --config cannot be read.
Status ParseCommandLine(const CommandLine& line, boost::program_options::variables_map& values);

// The text that --help or --version ask for; nothing when neither was given.
std::optional<std::string> HelpOrVersion(
    const boost::program_options::variables_map& values, std::string_view program,
    std::string_view usage, const boost::program_options::options_description& visible);

}  // namespace pdns::tools
