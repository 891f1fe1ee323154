#include "options.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

namespace pdns::tools {

namespace po = boost::program_options;

Status ParseCommandLine(const CommandLine& line, po::variables_map& values) {
  try {
    po::store(po::command_line_parser(line.argc, line.argv)
                  .options(line.all)
                  .positional(line.positional)
                  .run(),
              values);
    if (line.config != nullptr && values.count("config") > 0) {
      const auto path = values["config"].as<std::string>();
      std::ifstream file(path);
      // A directory opens like a file, and then holds nothing.
      if (!file || std::filesystem::is_directory(path))
        return Status::NoInput("config file " + path + " cannot be read");
      po::store(po::parse_config_file(file, *line.config), values);
    }
    po::notify(values);
  } catch (const po::error& error) {
    return Status::Usage(std::string(error.what()) + "; see --help");
  }
  return {};
}

Result<std::uint64_t> ParseSize(std::string_view text) {
  constexpr std::string_view kUnits = "KMG";
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  unsigned shift = 0;
  if (error == std::errc() && end - stop == 1) {
    const std::size_t unit = kUnits.find(*stop);
    if (unit != std::string_view::npos) shift = 10 * (static_cast<unsigned>(unit) + 1);
  }
  const bool valid = error == std::errc() && (stop == end || shift > 0) &&
                     number <= std::numeric_limits<std::uint64_t>::max() >> shift;
  if (!valid) return Status::Usage(fmt::format("'{}' is no size such as 512M or 2G", text));
  return number << shift;
}

std::optional<std::string> HelpOrVersion(const po::variables_map& values, std::string_view program,
                                         std::string_view usage,
                                         const po::options_description& visible) {
  if (values["version"].as<bool>()) return fmt::format("{} {}\n", program, PDNS_VERSION);
  if (!values["help"].as<bool>()) return std::nullopt;
  std::ostringstream text;
  text << usage << visible;
  return text.str();
}

}  // namespace pdns::tools
