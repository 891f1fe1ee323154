#include "tools/query/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <sstream>

#include "query/text/from_texts.h"
#include "tools/common/options.h"
#include "tools/query/given_texts.h"
#include "tools/query/option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

using query::Show;

Status SetShow(const po::variables_map& values, QueryOptions& options) {
  int given = 0;
  const auto is_given = [&](const char* name) {
    const bool is = values[name].as<bool>();
    given += is ? 1 : 0;
    return is;
  };
  options.request.show = options.format->rows;
  if (is_given("summarize")) options.request.show = Show::kSummary;
  if (is_given("count-only")) options.request.show = Show::kCount;
  if (is_given("hits")) options.request.show = Show::kHits;
  if (is_given("dot")) options.request.show = Show::kGraph;
  if (is_given("timeline")) {
    options.format = render::FindFormat("timeline");
    options.request.show = options.format->rows;
  }
  if (given > 1)
    return Status::Usage("give one of --summarize, --count-only, --timeline, --hits and --dot");
  if (options.days && (options.request.show != Show::kRows || !options.format->days)) {
    return Status::Usage("--days goes with rows as " +
                         render::FormatNames(" or ", &render::Format::days));
  }
  return {};
}

Status SetFormatName(const po::variables_map& values, QueryOptions& options) {
  const bool json = values["json"].as<bool>();
  if (json) options.format = render::FindFormat("json");
  if (values.count("format") == 0) return {};
  const auto text = values["format"].as<std::string>();
  const render::Format* const format = render::FindFormat(text);
  if (format == nullptr || !format->by_name) {
    return Status::Usage(
        fmt::format("--format: '{}' is none of {}", text, render::FormatNames(", ")));
  }
  if (json && format != options.format)
    return Status::Usage("--json and another --format: give one");
  options.format = format;
  return {};
}

Status SetFormat(const po::variables_map& values, QueryOptions& options) {
  if (Status set = SetFormatName(values, options); !set.ok()) return set;
  options.wire = values["wire"].as<bool>();
  if (options.wire && !options.format->wire) {
    return Status::Usage("--wire goes with -p " +
                         render::FormatNames(" or ", &render::Format::wire));
  }
  options.local = values["local"].as<bool>();
  options.csv_safe = values["csv-safe"].as<bool>();
  if (options.csv_safe && !options.format->spreadsheet) {
    return Status::Usage("--csv-safe goes with -p " +
                         render::FormatNames(" or ", &render::Format::spreadsheet));
  }
  options.days = values["days"].as<bool>();
  const auto colour = values["color"].as<std::string>();
  if (colour != "auto" && colour != "always" && colour != "never")
    return Status::Usage("--color: give auto, always or never");
  if (colour != "auto") options.colour = colour == "always";
  return SetShow(values, options);
}

// --stats goes with what says where and how, and with nothing that asks or picks.
Result<QueryOptions> ConvertStats(const po::variables_map& values) {
  static constexpr std::array<std::string_view, 7> kTaken{"stats", "recount", "database", "format",
                                                          "json",  "local",   "color"};
  for (const auto& [name, value] : values) {
    if (value.defaulted() || std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end())
      continue;
    return Status::Usage(fmt::format(
        "--stats is of the whole database and goes without {}; for numbers of what is asked give "
        "--summarize or --count-only in its place",
        name == "name" ? "a question" : "--" + name));
  }
  QueryOptions options;
  options.stats = true;
  options.recount = values["recount"].as<bool>();
  options.database = values["database"].as<std::string>();
  if (Status set = SetFormat(values, options); !set.ok()) return set;
  if (!options.format->statistics)
    return Status::Usage("--stats comes as text or, with --json, as JSON: leave --format out");
  return options;
}

Result<QueryOptions> Convert(const po::variables_map& values, std::chrono::sys_seconds now) {
  if (values["stats"].as<bool>()) return ConvertStats(values);
  QueryOptions options;
  options.database = values["database"].as<std::string>();
  options.list = values["file"].as<std::string>();
  if (values["recount"].as<bool>()) return Status::Usage("--recount goes with --stats");
  if (Status set = SetFormat(values, options); !set.ok()) return set;
  query::TextReading how{.now = now, .show = options.request.show};
  how.list = !options.list.empty();
  how.mark = "--";
  how.ask_something =
      "ask something: a name, an address, --rdata with either, or -f with a list; see --help";
  auto read = query::RequestFromTexts(GivenTexts(values), how);
  if (!read.ok()) return read.status();
  options.request = std::move(read->request);
  options.notices = std::move(read->notices);
  return options;
}

// The depth of --pivot may be left out, which Boost would take the name behind it for.
std::vector<std::string> WithDepth(int argc, const char* const* argv) {
  constexpr std::string_view kPivot = "--pivot";
  std::vector<std::string> arguments(argv, argv + argc);
  for (std::size_t i = 1; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (arguments[i] != kPivot) continue;
    const bool depth = i + 1 < arguments.size() && !arguments[i + 1].empty() &&
                       arguments[i + 1].find_first_not_of("0123456789") == std::string::npos;
    if (!depth) arguments[i] += "=2";
  }
  return arguments;
}

}  // namespace

Result<QueryOptions> ParseQueryOptions(int argc, const char* const* argv,
                                       std::chrono::sys_seconds now) {
  const po::options_description visible = Describe(QueryOptionTable());
  po::options_description all;
  all.add(visible).add_options()("name", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("name", -1);

  const std::vector<std::string> arguments = WithDepth(argc, argv);
  std::vector<const char*> pointers;
  pointers.reserve(arguments.size());
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  po::variables_map values;
  if (Status parsed = ParseCommandLine({argc, pointers.data(), all, positional}, values);
      !parsed.ok())
    return parsed;
  QueryOptions only_print;
  if (values["help-all"].as<bool>()) {
    std::ostringstream text;
    text << QueryUsage() << visible;
    only_print.print_and_exit = text.str();
    return only_print;
  }
  const po::options_description nothing_more;
  if (auto text = HelpOrVersion(values, "pdns-query", QueryUsage(), nothing_more);
      text.has_value()) {
    only_print.print_and_exit = std::move(*text);
    return only_print;
  }
  return Convert(values, now);
}

}  // namespace pdns::tools
