#include "query_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <sstream>

#include "dns/text.h"
#include "options.h"
#include "query/indicator.h"
#include "query/sensors.h"
#include "query/when.h"
#include "query_option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

using Texts = std::vector<std::string>;

Texts TextsOf(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<Texts>() : Texts();
}

Status AddQuestions(const po::variables_map& values, QueryOptions& options) {
  const bool glob = values["glob"].as<bool>();
  const bool regex = values["regex"].as<bool>();
  if (glob && regex) return Status::Usage("give --glob or --regex, not both");
  const query::Syntax syntax = glob    ? query::Syntax::kGlob
                               : regex ? query::Syntax::kRegex
                                       : query::Syntax::kPlain;
  const auto add = [&options](const std::string& text, Result<query::Question> question) {
    if (!question.ok()) return question.status();
    options.questions.push_back({text, std::move(*question)});
    return Status();
  };
  Status status;
  for (const std::string& text : TextsOf(values, "name"))
    if (status.ok()) status = add(text, query::AskName(text, syntax));
  for (const std::string& text : TextsOf(values, "rdata"))
    if (status.ok()) status = add(text, query::AskRdata(text, syntax));
  for (const std::string& text : TextsOf(values, "ptr"))
    if (status.ok()) status = add(text, query::AskPtr(text));
  for (const std::string& text : TextsOf(values, "text"))
    if (status.ok()) status = add(text, query::AskText(text));
  for (const std::string& text : TextsOf(values, "raw"))
    if (status.ok()) status = add(text, query::AskRaw(text));
  options.list = values["file"].as<std::string>();
  const bool all_new = options.new_since.has_value() && options.show != QueryOptions::Show::kHits;
  if (status.ok() && options.questions.empty() && options.list.empty() && !all_new) {
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

  std::optional<query::TimeSpan> Of(const char* name) {
    if (values_.count(name) == 0 || !status_.ok()) return std::nullopt;
    return Read(name, values_[name].as<std::string>());
  }

  // One that is a part of the option's value.
  std::optional<query::TimeSpan> Read(const char* name, const std::string& text) {
    const auto when = query::ParseWhen(text, now_);
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

void NotBefore(query::Between& between, std::optional<query::TimeSpan> when) {
  if (when.has_value()) between.from = std::max(between.from, when->first);
}
void NotAfter(query::Between& between, std::optional<query::TimeSpan> when) {
  if (when.has_value()) between.to = std::min(between.to, when->last);
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
    filter.active = query::DaySpan{floor<days>(on->first), floor<days>(on->last)};
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
  filter.active = query::DaySpan{floor<days>(from->first), floor<days>(to->last)};
  if (filter.active->from <= filter.active->to) return {};
  return Status::Usage("--active-between: the first date comes after the second");
}

// Names as sensor_id has them: no comma stands in a name.
Texts SensorsOf(const po::variables_map& values) {
  Texts sensors;
  for (const std::string& given : TextsOf(values, "sensor")) {
    std::string_view text = given;
    while (true) {
      const std::size_t comma = text.find(',');
      sensors.push_back(query::SensorFromText(text.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      text.remove_prefix(comma + 1);
    }
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
    auto zone = query::NamePattern::Parse(text);
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
  using Show = QueryOptions::Show;
  int given = 0;
  const auto set = [&](const char* name, Show show) {
    if (!values[name].as<bool>()) return;
    options.show = show;
    ++given;
  };
  set("summarize", Show::kSummary);
  set("count-only", Show::kCount);
  set("timeline", Show::kTimeline);
  set("hits", Show::kHits);
  set("dot", Show::kDot);
  if (given > 1)
    return Status::Usage("give one of --summarize, --count-only, --timeline, --hits and --dot");
  using render::FormatKind;
  const bool columns = options.format != FormatKind::kDig && options.format != FormatKind::kNames &&
                       options.format != FormatKind::kValues;
  if (options.days && (options.show != Show::kRows || !columns))
    return Status::Usage("--days goes with rows as table, JSON, CSV or TSV");
  return {};
}

Status SetSort(const po::variables_map& values, QueryOptions& options) {
  options.reverse = values["reverse"].as<bool>();
  if (values.count("sort") == 0)
    return options.reverse ? Status::Usage("--reverse goes with --sort") : Status();
  const auto text = values["sort"].as<std::string>();
  options.sort = query::SortByFromText(text);
  if (options.sort.has_value()) return {};
  return Status::Usage(
      fmt::format("--sort: '{}' is none of first, last, count, name, type, rdata", text));
}

Status SetNewSince(const po::variables_map& values, Times& times, QueryOptions& options) {
  const auto since = times.Of("new-since");
  if (!since.has_value()) return times.status();
  options.new_since = since->first;
  const bool other_order = values.count("sort") > 0 || !values["pivot"].defaulted();
  if (!other_order && !options.quarantined) return {};
  return Status::Usage(
      "--new-since prints trusted rows in the order in which they were stored and does not go with "
      "--quarantined, --sort or --pivot");
}

// The one thing that a pivot begins at.
Result<query::PivotStart> PivotStartOf(const QueryOptions& options) {
  const Status refused = Status::Usage("--pivot begins at one name or one address");
  if (options.questions.size() != 1 || !options.list.empty()) return refused;
  const auto indicator = query::ParseIndicator(options.questions[0].text);
  if (!indicator.ok()) return indicator.status();
  if (indicator->kind == query::Indicator::Kind::kBlock) {
    if (indicator->block.first != indicator->block.last) return refused;
    return query::PivotStart(indicator->block);
  }
  const auto pattern = query::NamePattern::Parse(indicator->name);
  const auto name = dns::NameFromText(indicator->name);
  if (!pattern.ok() || !pattern->exact() || !name.has_value()) return refused;
  return query::PivotStart(*name);
}

Status SetPivot(const po::variables_map& values, QueryOptions& options) {
  if (values["pivot"].defaulted()) {
    return options.show == QueryOptions::Show::kDot ? Status::Usage("--dot goes with --pivot")
                                                    : Status();
  }
  if (options.sort.has_value() || options.quarantined || options.show == QueryOptions::Show::kHits)
    return Status::Usage("--pivot does not go with --sort, --quarantined or --hits");
  const auto depth = values["pivot"].as<std::int64_t>();
  constexpr std::int64_t kDeepest = 10;
  if (depth < 1 || depth > kDeepest) return Status::Usage("--pivot: give 1 to 10 steps");
  options.pivot.depth = static_cast<unsigned>(depth);
  if (Status set = SetNumber(values, "max-fanout", options.pivot.max_fanout); !set.ok()) return set;
  const auto slack = ParseDuration(values["slack"].as<std::string>());
  if (!slack.ok()) return Status::Usage("--slack: " + slack.status().message());
  options.pivot.slack = *slack;
  const auto start = PivotStartOf(options);
  if (!start.ok()) return start.status();
  options.pivot_from = *start;
  return {};
}

Status SetFormat(const po::variables_map& values, QueryOptions& options) {
  const bool json = values["json"].as<bool>();
  if (json) options.format = render::FormatKind::kJson;
  if (values.count("format") > 0) {
    const auto text = values["format"].as<std::string>();
    const auto format = render::FormatFromText(text);
    if (!format.has_value()) {
      return Status::Usage(
          fmt::format("--format: '{}' is none of table, json, csv, tsv, dig, names, values", text));
    }
    if (json && *format != render::FormatKind::kJson)
      return Status::Usage("--json and another --format: give one");
    options.format = *format;
  }
  options.wire = values["wire"].as<bool>();
  if (options.wire && options.format != render::FormatKind::kJson)
    return Status::Usage("--wire goes with --json");
  options.local = values["local"].as<bool>();
  options.csv_safe = values["csv-safe"].as<bool>();
  const bool separated =
      options.format == render::FormatKind::kCsv || options.format == render::FormatKind::kTsv;
  if (options.csv_safe && !separated) return Status::Usage("--csv-safe goes with -p csv or tsv");
  options.days = values["days"].as<bool>();
  const auto colour = values["color"].as<std::string>();
  if (colour != "auto" && colour != "always" && colour != "never")
    return Status::Usage("--color: give auto, always or never");
  if (colour != "auto") options.colour = colour == "always";
  return SetShow(values, options);
}

Status SetPart(const po::variables_map& values, QueryOptions& options) {
  Status status = SetNumber(values, "limit", options.limit);
  if (status.ok()) status = SetNumber(values, "offset", options.offset);
  if (!status.ok()) return status;
  options.cursor = values["cursor"].as<std::string>();
  const bool part = options.limit != 0 || options.offset != 0 || !options.cursor.empty();
  const bool of_rows =
      options.show != QueryOptions::Show::kHits && options.show != QueryOptions::Show::kDot;
  if (part && !of_rows)
    return Status::Usage("--limit, --offset and --cursor go with rows, not with --hits or --dot");
  return {};
}

std::string ValueText(const boost::any& value) {
  if (const auto* text = boost::any_cast<std::string>(&value)) return *text;
  if (const auto* flag = boost::any_cast<bool>(&value)) return *flag ? "yes" : "no";
  if (const auto* number = boost::any_cast<std::int64_t>(&value)) return std::to_string(*number);
  std::string all;
  if (const auto* texts = boost::any_cast<Texts>(&value))
    for (const std::string& text : *texts) all.append(text).append(1, '\0');
  return all;
}

// What decides about rows and their order: all options but those of looks and of the part that is
// shown. As given, so that 7d stays 7d.
std::string AskedText(const po::variables_map& values, const QueryOptions& options) {
  static constexpr std::array<std::string_view, 16> kOther{
      "color",    "count-only", "csv-safe", "cursor", "database", "days",      "format",   "help",
      "help-all", "json",       "limit",    "local",  "offset",   "summarize", "timeline", "wire"};
  std::string asked = options.told_once() ? values["format"].as<std::string>() : "";
  for (const auto& [name, value] : values) {
    if (std::find(kOther.begin(), kOther.end(), name) != kOther.end()) continue;
    asked.append(1, '\n').append(name).append(1, '=').append(ValueText(value.value()));
  }
  return asked;
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
  if (options.format != render::FormatKind::kTable && options.format != render::FormatKind::kJson)
    return Status::Usage("--stats comes as text or, with --json, as JSON: leave --format out");
  return options;
}

Result<QueryOptions> Convert(const po::variables_map& values, std::chrono::sys_seconds now) {
  if (values["stats"].as<bool>()) return ConvertStats(values);
  QueryOptions options;
  options.database = values["database"].as<std::string>();
  options.quarantined = values["quarantined"].as<bool>();
  options.sensor = SensorsOf(values);
  if (values["recount"].as<bool>()) return Status::Usage("--recount goes with --stats");
  Times times(values, now, options.notices);
  Status status = SetFormat(values, options);
  if (status.ok()) status = SetNewSince(values, times, options);
  if (status.ok()) status = AddQuestions(values, options);
  if (status.ok()) status = SetFilter(values, times, options.filter);
  if (status.ok()) status = SetPart(values, options);
  if (status.ok()) status = SetSort(values, options);
  if (status.ok()) status = SetPivot(values, options);
  if (!status.ok()) return status;
  options.asked = AskedText(values, options);
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
