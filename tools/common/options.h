// What the tools' command lines share: parsing by Boost.Program_options without its exceptions,
// help, version.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// "512M", "1G", "65536": bytes, with K, M, G, T as powers of 1024.
Result<std::uint64_t> ParseSize(std::string_view text);

// "90s", "15m", "1h", "30d", "2w"; "0" needs no unit. Any that fits a file's or a clock's time.
Result<std::chrono::seconds> ParseDuration(std::string_view text);

// An age, a size or both: "1h", "256M", "1h,256M". Small letters are units of time, capital ones of
// size; a bare number would be either, and is refused but for 0, which is both.
struct Bounds {
  std::optional<std::chrono::seconds> age;
  std::optional<std::uint64_t> size;
};
Result<Bounds> ParseBounds(std::string_view text);

// The text that --help or --version ask for; nothing when neither was given.
std::optional<std::string> HelpOrVersion(
    const boost::program_options::variables_map& values, std::string_view program,
    std::string_view usage, const boost::program_options::options_description& visible);

}  // namespace pdns::tools
