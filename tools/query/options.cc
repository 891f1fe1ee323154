#include "tools/query/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <sstream>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/sensors.h"
#include "ask/when.h"
#include "dns/text.h"
#include "tools/common/options.h"
#include "tools/query/option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

using query::Show;
using Texts = std::vector<std::string>;

Texts TextsOf(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<Texts>() : Texts();
}

Status AddQuestions(const po::variables_map& values, QueryOptions& options) {
  const bool glob = values["glob"].as<bool>();
  const bool regex = values["regex"].as<bool>();
  if (glob && regex) return Status::Usage("give --glob or --regex, not both");
  const ask::Syntax syntax = glob    ? ask::Syntax::kGlob
                             : regex ? ask::Syntax::kRegex
                                     : ask::Syntax::kPlain;
  const auto add = [&options](const std::string& text, Result<ask::Question> question) {
    if (!question.ok()) return question.status();
    options.request.questions.push_back({text, std::move(*question)});
    return Status();
  };
  Status status;
  for (const std::string& text : TextsOf(values, "name"))
    if (status.ok()) status = add(text, ask::AskName(text, syntax));
  for (const std::string& text : TextsOf(values, "rdata"))
    if (status.ok()) status = add(text, ask::AskRdata(text, syntax));
  for (const std::string& text : TextsOf(values, "ptr"))
    if (status.ok()) status = add(text, ask::AskPtr(text));
  for (const std::string& text : TextsOf(values, "text"))
    if (status.ok()) status = add(text, ask::AskText(text));
  for (const std::string& text : TextsOf(values, "raw"))
    if (status.ok()) status = add(text, ask::AskRaw(text));
  options.list = values["file"].as<std::string>();
  const query::Request& request = options.request;
  const bool all_new = request.new_since.has_value() && request.show != Show::kHits;
  if (status.ok() && request.questions.empty() && options.list.empty() && !all_new) {
    return Status::Usage(
        "ask something: a name, an address, --rdata with either, or -f with a list; see --help");
  }
  return status;
}

// Parsed times by option name.
class Times {
 public:
  Times(const po::variables_map& values, std::chrono::sys_seconds now, Texts& notices)
      : values_(values), now_(now), notices_(notices) {}

  std::optional<ask::TimeSpan> Of(const char* name) {
    if (values_.count(name) == 0 || !status_.ok()) return std::nullopt;
    return Read(name, values_[name].as<std::string>());
  }

  // One that is a part of the option's value.
  std::optional<ask::TimeSpan> Read(const char* name, const std::string& text) {
    const auto when = ask::ParseWhen(text, now_);
    if (!when.ok()) {
      status_ = Status::Usage(fmt::format("--{}: {}", name, when.status().message()));
      return std::nullopt;
    }
    if (!when->read_as.empty()) {
      notices_.push_back(fmt::format("--{}: {} is read as {}; seconds since 1970 are @{}", name,
                                     text, when->read_as, text));
    }
    return *when;
  }
  const Status& status() const { return status_; }

 private:
  const po::variables_map& values_;
  std::chrono::sys_seconds now_;
  Texts& notices_;
  Status status_;
};

void NotBefore(query::Between& between, const std::optional<ask::TimeSpan>& when) {
  if (!when.has_value() || when->first < between.from) return;
  between.from = when->first;
  between.from_ago = when->ago;
}
void NotAfter(query::Between& between, const std::optional<ask::TimeSpan>& when) {
  if (!when.has_value() || when->last > between.to) return;
  between.to = when->last;
  between.to_ago = when->ago;
}

Status SetTimes(const po::variables_map& values, Times& times, query::Filter& filter) {
  const bool within = values["within"].as<bool>();
  const auto since = times.Of("since");
  const auto until = times.Of("until");
  if (within && !since.has_value() && !until.has_value())
    return Status::Usage("--within goes with --since, --until or both");
  NotBefore(within ? filter.first : filter.last, since);
  NotAfter(within ? filter.last : filter.first, until);
  if (const auto at = times.Of("at"); at.has_value()) {
    NotAfter(filter.first, at);
    NotBefore(filter.last, at);
  }
  NotBefore(filter.first, times.Of("first-after"));
  NotAfter(filter.first, times.Of("first-before"));
  NotBefore(filter.last, times.Of("last-after"));
  NotAfter(filter.last, times.Of("last-before"));
  return times.status();
}

// Whole days: a time stands for its day.
Status SetActive(const po::variables_map& values, Times& times, query::Filter& filter) {
  using std::chrono::days;
  using std::chrono::floor;
  if (const auto on = times.Of("active-on"); on.has_value())
    filter.active = query::DaySpan{floor<days>(on->first), floor<days>(on->last), on->ago, on->ago};
  if (values.count("active-between") == 0 || !times.status().ok()) return times.status();
  if (filter.active.has_value())
    return Status::Usage("give --active-on or --active-between, not both");
  const auto text = values["active-between"].as<std::string>();
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos)
    return Status::Usage("--active-between: give two dates, such as 2026-11-22,2026-11-24");
  const auto from = times.Read("active-between", text.substr(0, comma));
  const auto to = times.Read("active-between", text.substr(comma + 1));
  if (!times.status().ok()) return times.status();
  filter.active =
      query::DaySpan{floor<days>(from->first), floor<days>(to->last), from->ago, to->ago};
  if (filter.active->from <= filter.active->to) return {};
  return Status::Usage("--active-between: the first date comes after the second");
}

// Names as sensor_id has them: no comma stands in a name.
Texts SensorsOf(const po::variables_map& values) {
  Texts sensors;
  for (const std::string& given : TextsOf(values, "sensor")) {
    for (const std::string_view one : ask::SplitAtCommas(given))
      sensors.push_back(ask::SensorFromText(one));
  }
  return sensors;
}

// Read as signed: Boost takes -1 for the largest unsigned number.
Result<std::uint64_t> NumberOf(const po::variables_map& values, const char* name) {
  const auto number = values[name].as<std::int64_t>();
  if (number < 0) return Status::Usage(fmt::format("--{}: give a number from 0 on", name));
  return static_cast<std::uint64_t>(number);
}

Status SetNumber(const po::variables_map& values, const char* name, std::uint64_t& into) {
  if (values.count(name) == 0) return {};
  const auto number = NumberOf(values, name);
  if (!number.ok()) return number.status();
  into = *number;
  return {};
}

Status SetFilter(const po::variables_map& values, Times& times, query::Filter& filter) {
  for (const std::string& types : TextsOf(values, "type"))
    if (Status added = filter.types.Add(types); !added.ok()) return added;
  for (const std::string& text : TextsOf(values, "exclude"))
    if (Status added = filter.Exclude(text); !added.ok()) return added;
  for (const std::string& text : TextsOf(values, "bailiwick")) {
    auto zone = ask::NamePattern::Parse(text);
    if (!zone.ok()) return zone.status();
    filter.bailiwicks.push_back(std::move(*zone));
  }
  Status status = SetTimes(values, times, filter);
  if (status.ok()) status = SetActive(values, times, filter);
  if (status.ok()) status = SetNumber(values, "min-count", filter.min_count);
  if (status.ok()) status = SetNumber(values, "max-count", filter.max_count);
  return status;
}

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

Status SetSort(const po::variables_map& values, QueryOptions& options) {
  const bool reverse = values["reverse"].as<bool>();
  if (values.count("sort") == 0)
    return reverse ? Status::Usage("--reverse goes with --sort") : Status();
  const auto text = values["sort"].as<std::string>();
  const auto by = query::SortByFromText(text);
  if (!by.has_value()) {
    return Status::Usage(fmt::format("--sort: '{}' is none of {}", text, query::SortNames(", ")));
  }
  options.request.order = query::Order{*by, reverse};
  return {};
}

Status SetNewSince(const po::variables_map& values, Times& times, QueryOptions& options) {
  const auto since = times.Of("new-since");
  if (!since.has_value()) return times.status();
  options.request.new_since = query::NewSince{since->first, since->ago};
  const bool other_order = values.count("sort") > 0 || !values["pivot"].defaulted();
  if (!other_order && !values["quarantined"].as<bool>()) return {};
  return Status::Usage(
      "--new-since prints trusted rows in the order in which they were stored and does not go with "
      "--quarantined, --sort or --pivot");
}

// The one thing that a pivot begins at.
Result<query::PivotStart> PivotStartOf(const QueryOptions& options) {
  const Status refused = Status::Usage("--pivot begins at one name or one address");
  const auto& questions = options.request.questions;
  if (questions.size() != 1 || !options.list.empty()) return refused;
  const auto indicator = ask::ParseIndicator(questions[0].text);
  if (!indicator.ok()) return indicator.status();
  if (indicator->kind == ask::Indicator::Kind::kBlock) {
    if (indicator->block.first != indicator->block.last) return refused;
    return query::PivotStart(indicator->block);
  }
  const auto pattern = ask::NamePattern::Parse(indicator->name);
  const auto name = dns::NameFromText(indicator->name);
  if (!pattern.ok() || !pattern->exact() || !name.has_value()) return refused;
  return query::PivotStart(*name);
}

Status SetPivot(const po::variables_map& values, QueryOptions& options) {
  query::Request& request = options.request;
  if (values["pivot"].defaulted())
    return request.show == Show::kGraph ? Status::Usage("--dot goes with --pivot") : Status();
  const bool quarantined = request.trust == store::Trust::kQuarantined;
  if (request.order.has_value() || quarantined || request.show == Show::kHits)
    return Status::Usage("--pivot does not go with --sort, --quarantined or --hits");
  const auto depth = values["pivot"].as<std::int64_t>();
  constexpr std::int64_t kDeepest = 10;
  if (depth < 1 || depth > kDeepest) return Status::Usage("--pivot: give 1 to 10 steps");
  const auto slack = ParseDuration(values["slack"].as<std::string>());
  if (!slack.ok()) return Status::Usage("--slack: " + slack.status().message());
  const auto start = PivotStartOf(options);
  if (!start.ok()) return start.status();
  query::PivotRequest pivot{*start, static_cast<unsigned>(depth)};
  pivot.slack = *slack;
  if (Status set = SetNumber(values, "max-fanout", pivot.max_fanout); !set.ok()) return set;
  request.pivot = pivot;
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

Status SetPart(const po::variables_map& values, QueryOptions& options) {
  query::Request& request = options.request;
  Status status = SetNumber(values, "limit", request.limit);
  if (status.ok()) status = SetNumber(values, "offset", request.offset);
  if (!status.ok()) return status;
  request.cursor = values["cursor"].as<std::string>();
  const bool part = request.limit != 0 || request.offset != 0 || !request.cursor.empty();
  const bool of_rows = request.show != Show::kHits && request.show != Show::kGraph;
  if (part && !of_rows)
    return Status::Usage("--limit, --offset and --cursor go with rows, not with --hits or --dot");
  return {};
}

// Asked last: it depends on all that says what is shown and in which order.
Status CheckCursor(const query::Request& request) {
  if (request.cursor.empty() || request.may_have_cursor()) return {};
  return Status::Usage(
      "--cursor goes neither with --pivot nor with names or values in an order of your choice; "
      "take --offset");
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
  query::Request& request = options.request;
  if (values["quarantined"].as<bool>()) request.trust = store::Trust::kQuarantined;
  request.sensors = SensorsOf(values);
  if (values["recount"].as<bool>()) return Status::Usage("--recount goes with --stats");
  Times times(values, now, options.notices);
  Status status = SetFormat(values, options);
  if (status.ok()) status = SetNewSince(values, times, options);
  if (status.ok()) status = AddQuestions(values, options);
  if (status.ok()) status = SetFilter(values, times, request.filter);
  if (status.ok()) status = SetPart(values, options);
  if (status.ok()) status = SetSort(values, options);
  if (status.ok()) status = SetPivot(values, options);
  if (status.ok()) status = CheckCursor(request);
  if (!status.ok()) return status;
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
  all.add(visible).add_options()("name", po::value<Texts>());
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
