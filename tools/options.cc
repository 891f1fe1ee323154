#include "options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

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

namespace {

// A number and at most one letter: the number, and where in `units` the letter stands, one more than
// that; zero for no letter. Nothing when it is anything else.
std::optional<std::pair<std::uint64_t, std::size_t>> NumberWithUnit(std::string_view text,
                                                                    std::string_view units) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || end - stop > 1) return std::nullopt;
  if (stop == end) return std::pair(number, std::size_t{0});
  const std::size_t unit = units.find(*stop);
  if (unit == std::string_view::npos) return std::nullopt;
  return std::pair(number, unit + 1);
}

}  // namespace

Result<std::uint64_t> ParseSize(std::string_view text) {
  const auto parsed = NumberWithUnit(text, "KMGT");
  const unsigned shift = parsed.has_value() ? 10 * static_cast<unsigned>(parsed->second) : 0;
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() >> shift;
  if (!parsed.has_value() || parsed->first > most)
    return Status::Usage(fmt::format("'{}' is no size such as 512M or 2G", text));
  return parsed->first << shift;
}

Result<std::chrono::seconds> ParseDuration(std::string_view text) {
  constexpr std::array<std::uint64_t, 6> kSeconds{1, 1, 60, 3600, 86400, 604800};
  constexpr std::uint64_t kMost = 100ULL * 366 * 86400;
  const auto parsed = NumberWithUnit(text, "smhdw");
  if (!parsed.has_value() || parsed->first > kMost / kSeconds.at(parsed->second))
    return Status::Usage(fmt::format("'{}' is no time such as 90s, 15m, 1h or 30d", text));
  return std::chrono::seconds(parsed->first * kSeconds.at(parsed->second));
}

Result<AgeAndSize> ParseAgeAndSize(std::string_view text) {
  AgeAndSize limits;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find_first_of(",|"));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const auto age = ParseDuration(one);
    const auto size = ParseSize(one);
    if (age.ok() == size.ok())  // neither, or a number without a unit
      return Status::Usage(fmt::format("'{}' is neither an age such as 30d nor a size such as 100G",
                                       one));
    if (age.ok()) limits.age = *age;
    if (size.ok()) limits.size = *size;
  }
  if (limits.age.count() == 0 && limits.size == 0)
    return Status::Usage("give an age such as 30d, a size such as 100G, or both");
  return limits;
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
