#include "tools/common/options.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <sstream>

#include "base/setting_file.h"

namespace pdns::tools {

namespace po = boost::program_options;

namespace {

Result<std::string> ConfigText(const std::string& path, const CommandLine& line) {
  std::optional<std::string>* const known = line.config_text;
  if (known != nullptr && known->has_value()) return **known;
  auto text = ReadSettingFile(path);
  if (!text.ok())
    return Status::NoInput("config file " + path + " cannot be read: " + text.status().message());
  if (known != nullptr) *known = *text;
  return text;
}

// A text that was given and is empty, as by "$UNSET" in a script: no option means anything by it,
// and without its --tls-client-ca a service would let everybody in.
Status CheckTexts(const po::variables_map& values) {
  for (const auto& [name, value] : values) {
    const auto* text = boost::any_cast<std::string>(&value.value());
    if (text != nullptr && text->empty() && !value.defaulted())
      return Status::Usage(fmt::format("--{}: is given an empty text", name));
  }
  return {};
}

}  // namespace

Status ParseCommandLine(const CommandLine& line, po::variables_map& values) {
  try {
    po::store(po::command_line_parser(line.argc, line.argv)
                  .options(line.all)
                  .positional(line.positional)
                  .run(),
              values);
    if (line.config != nullptr && values.count("config") > 0) {
      auto text = ConfigText(values["config"].as<std::string>(), line);
      if (!text.ok()) return text.status();
      std::istringstream file(*text);
      po::store(po::parse_config_file(file, *line.config), values);
    }
    po::notify(values);
  } catch (const po::error& error) {
    return Status::Usage(std::string(error.what()) + "; see --help");
  }
  return CheckTexts(values);
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
