#include "tools/tap/options.h"

#include <boost/program_options.hpp>

#include "tools/common/options.h"
#include "tools/tap/option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

Texts Several(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<Texts>() : Texts();
}

std::string Text(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : std::string();
}

// Parses the option `name`, if it is there, into `into`; the option's name goes before the words of
// what was wrong.
template <class T>
Status ParseOne(const po::variables_map& values, const char* name,
                Result<T> (*parse)(std::string_view), T& into) {
  if (values.count(name) == 0) return {};
  auto parsed = parse(values[name].as<std::string>());
  if (!parsed.ok()) {
    return Status::Usage("--" + std::string(name) + ": " + parsed.status().message());
  }
  into = std::move(*parsed);
  return {};
}

template <class T>
Status ParseEach(const po::variables_map& values, const char* name,
                 Result<T> (*parse)(std::string_view), std::vector<T>& into) {
  for (const std::string& text : Several(values, name)) {
    auto parsed = parse(text);
    if (!parsed.ok()) {
      return Status::Usage("--" + std::string(name) + ": " + parsed.status().message());
    }
    into.push_back(std::move(*parsed));
  }
  return {};
}

Status ConvertFilter(const po::variables_map& values, tap::Filter& filter) {
  for (Status parsed :
       {ParseOne(values, "type", tap::ParseMessageTypes, filter.types),
        ParseEach(values, "name", tap::ParseNamePattern, filter.names),
        ParseOne(values, "rrtype", tap::ParseRrTypes, filter.rrtypes),
        ParseOne(values, "rcode", tap::ParseRcodes, filter.rcodes),
        ParseEach(values, "address", tap::ParseBlock, filter.addresses),
        ParseEach(values, "answer-address", tap::ParseBlock, filter.answer_addresses)}) {
    if (!parsed.ok()) return parsed;
  }
  return {};
}

Status ConvertSources(const po::variables_map& values, TapOptions& options) {
  options.sources.files = Several(values, "path");
  options.sources.followed = Several(values, "follow");
  options.sources.sockets = Several(values, "unix");
  options.sources.control = Text(values, "control");
  options.database = Text(values, "database");
  options.live = values["live"].as<bool>();
  if (!options.live && (!options.sources.control.empty() || !options.database.empty())) {
    return Status::Usage("--database and --control go with --live");
  }
  const tap::SourceList& sources = options.sources;
  if (sources.files.empty() && sources.followed.empty() && sources.sockets.empty() &&
      !options.live) {
    return Status::Usage(
        "nothing to show: name a file, - for standard input, --follow FILE, -u SOCKET or --live");
  }
  return {};
}

Result<TapOptions> Convert(const po::variables_map& values) {
  TapOptions options;
  if (Status sources = ConvertSources(values, options); !sources.ok()) return sources;
  if (Status filter = ConvertFilter(values, options.print.filter); !filter.ok()) return filter;
  const bool json = values["json"].as<bool>();
  const bool yaml = values["yaml"].as<bool>();
  if (json && yaml) return Status::Usage("--json or --yaml, not both");
  if (json) options.print.format = tap::Format::kJson;
  if (yaml) options.print.format = tap::Format::kYaml;
  if (values["local"].as<bool>()) options.print.zone = tap::Zone::kLocal;
  // Read as signed: Boost takes -1 for the largest unsigned number.
  const auto count = values["count"].as<std::int64_t>();
  if (count < 0) return Status::Usage("--count: give a number of frames, or 0 for all");
  options.print.limit = static_cast<std::uint64_t>(count);
  return options;
}

}  // namespace

Result<TapOptions> ParseTapOptions(int argc, const char* const* argv) {
  const po::options_description visible = Describe(TapOptionTable());
  po::options_description all = visible;
  all.add_options()("path", po::value<Texts>());
  po::positional_options_description positional;
  positional.add("path", -1);

  po::variables_map values;
  if (Status parsed = ParseCommandLine({argc, argv, all, positional}, values); !parsed.ok())
    return parsed;
  if (auto text = HelpOrVersion(values, "pdns-tap", TapUsage(), visible); text.has_value()) {
    TapOptions only_print;
    only_print.print_and_exit = std::move(*text);
    return only_print;
  }
  return Convert(values);
}

}  // namespace pdns::tools
