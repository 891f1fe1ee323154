#include "serve/api/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/name_pattern.h"
#include "ask/quote.h"
#include "dns/address_block.h"
#include "dns/text.h"
#include "query/text/from_texts.h"

namespace pdns::serve {
namespace {

using query::Show;

enum class Kind : std::uint8_t { kFlag, kOne, kMany };

// Paths, as bits.
constexpr unsigned Bit(ApiPath path) { return 1U << static_cast<unsigned>(path); }
constexpr unsigned kQuery = Bit(ApiPath::kQuery);
constexpr unsigned kPivot = Bit(ApiPath::kPivot);
constexpr unsigned kRows = kQuery | Bit(ApiPath::kLookup);
constexpr unsigned kNew = Bit(ApiPath::kNew);
constexpr unsigned kTimes = kRows | kPivot;
constexpr unsigned kAll = kTimes | kNew;

struct Known {
  std::string_view name;
  Kind kind;
  unsigned paths;
};

constexpr std::array kKnown{
    Known{"q", Kind::kMany, kQuery | kPivot | kNew},
    Known{"rdata", Kind::kMany, kQuery | kNew},
    Known{"text", Kind::kMany, kQuery | kNew},
    Known{"raw", Kind::kMany, kQuery | kNew},
    Known{"ptr", Kind::kMany, kQuery | kNew},
    Known{"glob", Kind::kFlag, kQuery | kNew},
    Known{"regex", Kind::kFlag, kQuery | kNew},
    Known{"type", Kind::kMany, kAll},
    Known{"since", Kind::kOne, kAll},
    Known{"until", Kind::kOne, kTimes},
    Known{"within", Kind::kFlag, kTimes},
    Known{"at", Kind::kOne, kTimes},
    Known{"active-on", Kind::kOne, kTimes},
    Known{"active-between", Kind::kOne, kTimes},
    Known{"first-after", Kind::kOne, kTimes},
    Known{"first-before", Kind::kOne, kTimes},
    Known{"last-after", Kind::kOne, kTimes},
    Known{"last-before", Kind::kOne, kTimes},
    Known{"min-count", Kind::kOne, kAll},
    Known{"max-count", Kind::kOne, kAll},
    Known{"bailiwick", Kind::kMany, kAll},
    Known{"sensor", Kind::kMany, kAll},
    Known{"exclude", Kind::kMany, kAll},
    Known{"new-since", Kind::kOne, kRows},
    Known{"quarantined", Kind::kFlag, kRows},
    Known{"sort", Kind::kOne, kRows},
    Known{"reverse", Kind::kFlag, kRows},
    Known{"limit", Kind::kOne, kRows},
    Known{"offset", Kind::kOne, kRows},
    Known{"cursor", Kind::kOne, kRows},
    Known{"days", Kind::kFlag, kAll},
    Known{"wire", Kind::kFlag, kAll},
    Known{"show", Kind::kOne, kRows},
    Known{"depth", Kind::kOne, kPivot},
    Known{"max-fanout", Kind::kOne, kPivot},
    Known{"slack", Kind::kOne, kPivot},
    Known{"after", Kind::kOne, kNew},
};

constexpr std::array<std::pair<std::string_view, Show>, 6> kShows{{
    {"rows", Show::kRows},
    {"names", Show::kNames},
    {"values", Show::kValues},
    {"summary", Show::kSummary},
    {"count", Show::kCount},
    {"hits", Show::kHits},
}};

Status Unknown(std::string_view name) {
  return Status::Usage(fmt::format("there is no parameter {} here", ask::Quoted(name)));
}

Result<bool> TruthOf(const Parameter& one) {
  const std::string value = ask::LowerText(one.value);
  if (value.empty() || value == "1" || value == "true") return true;
  if (value == "0" || value == "false") return false;
  return Status::Usage(
      fmt::format("{}: {} is neither true nor false", one.name, ask::Quoted(one.value)));
}

// Where a parameter is not called as the option is.
std::string_view OptionOf(ApiPath path, std::string_view name) {
  if (name == "depth") return "pivot";
  return path == ApiPath::kNew && name == "since" ? "new-since" : name;
}

// The parameters by the names of options; flags that are false are none.
Result<query::NamedTexts> TextsOf(ApiPath path, const Url& url) {
  query::NamedTexts texts;
  std::vector<std::string_view> given;
  for (const Parameter& one : url.parameters) {
    const auto* const known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& row) {
      return row.name == one.name && (row.paths & Bit(path)) != 0;
    });
    if (known == kKnown.end()) return Unknown(one.name);
    const bool again = std::find(given.begin(), given.end(), one.name) != given.end();
    if (again && known->kind != Kind::kMany)
      return Status::Usage(fmt::format("{}: is given twice", one.name));
    given.push_back(one.name);
    if (known->kind == Kind::kFlag) {
      const auto truth = TruthOf(one);
      if (!truth.ok()) return truth.status();
      if (*truth) texts.Add(one.name, "");
      continue;
    }
    if (one.value.empty()) return Status::Usage(one.name + ": is given an empty text");
    texts.Add(OptionOf(path, one.name), one.value);
  }
  return texts;
}

Result<Show> ShowOf(const query::NamedTexts& texts) {
  const std::string_view text = texts.One("show").value_or(kShows.front().first);
  const auto* const found = std::find_if(kShows.begin(), kShows.end(),
                                         [text](const auto& one) { return one.first == text; });
  if (found != kShows.end()) return found->second;
  return Status::Usage(fmt::format("show: {} is none of rows, names, values, summary, count, hits",
                                   ask::Quoted(text)));
}

// Rows, names and values have a limit, whether one is asked for or not; numbers of rows have one
// only where it is asked for, and a pivot is bounded by its size.
Status SetLimit(const query::NamedTexts& texts, query::Request& request) {
  if (request.limit > ApiRequest::kMostRows)
    return Status::Usage(fmt::format("limit: at most {}", ApiRequest::kMostRows));
  if (request.offset > ApiRequest::kMostOffset) {
    return Status::Usage(
        fmt::format("offset: at most {}; a cursor goes on anywhere", ApiRequest::kMostOffset));
  }
  if (request.pivot.has_value()) return {};
  if (request.show != Show::kRows && !request.distinct()) return {};
  if (!texts.Has("limit")) request.limit = ApiRequest::kDefaultLimit;
  if (request.limit == 0) request.limit = ApiRequest::kMostRows;
  return {};
}

// As ask::AskName and its like read them: of texts that they took.
ApiAsked NameAsked(const std::string& text, bool pattern, std::string_view kind) {
  const bool q = kind == "q";
  if (pattern) return {text, text, q ? "pattern" : kind};
  const auto indicator = ask::ParseIndicator(text);
  if (!indicator.ok()) return {text, text, q ? "name" : kind};
  if (indicator->kind == ask::Indicator::Kind::kBlock)
    return {text, dns::BlockText(indicator->block), q ? "block" : kind};
  const auto parsed = ask::NamePattern::Parse(indicator->name);
  const auto name = dns::NameFromText(indicator->name);
  if (!parsed.ok() || !parsed->exact() || !name.has_value())
    return {text, indicator->name, q ? "pattern" : kind};
  return {text, dns::NameToText(name->wire()), q ? "name" : kind};
}

// In the order in which RequestFromTexts asks them.
std::vector<ApiAsked> AskedOf(const query::NamedTexts& texts) {
  const bool pattern = texts.Has("glob") || texts.Has("regex");
  std::vector<ApiAsked> asked;
  for (const std::string_view kind : {"q", "rdata"})
    for (const std::string& text : texts.Of(kind)) asked.push_back(NameAsked(text, pattern, kind));
  for (const std::string& text : texts.Of("ptr")) {
    const auto name = ask::PtrName(text);
    asked.push_back({text, name.ok() ? *name : text, "ptr"});
  }
  for (const std::string_view kind : {"text", "raw"})
    for (const std::string& text : texts.Of(kind)) asked.push_back({text, text, kind});
  return asked;
}

}  // namespace

void ApiRequest::LimitTo(std::uint64_t rows_left) {
  const bool of_rows = request.show == Show::kRows || request.distinct();
  if (!of_rows || (request.limit != 0 && request.limit <= rows_left)) return;
  request.limit = rows_left;
  key_limits = true;
}

Result<ApiRequest> ParseApi(ApiPath path, const Url& url, std::chrono::sys_seconds now) {
  auto texts = TextsOf(path, url);
  if (!texts.ok()) return texts.status();
  query::TextReading how{.now = now};
  how.list = path == ApiPath::kLookup;
  how.depth = "depth";
  how.ask_something = "ask something: q is a name, an address or a block";
  const auto show = ShowOf(*texts);
  if (!show.ok()) return show.status();
  how.show = *show;
  if (path == ApiPath::kPivot && !texts->Has("pivot")) texts->Add("pivot", "2");
  if (path == ApiPath::kNew && !texts->Has("new-since")) texts->Add("new-since", "now");
  ApiRequest parsed;
  parsed.asked = AskedOf(*texts);
  auto read = query::RequestFromTexts(*texts, how);
  if (!read.ok()) return read.status();
  parsed.request = std::move(read->request);
  parsed.notices = std::move(read->notices);
  parsed.days = texts->Has("days");
  parsed.wire = texts->Has("wire");
  if (Status limit = SetLimit(*texts, parsed.request); !limit.ok()) return limit;
  if (Status status = query::CheckRequest(parsed.request); !how.list && !status.ok()) return status;
  return parsed;
}

Status NoParameters(const Url& url) {
  return url.parameters.empty() ? Status() : Unknown(url.parameters.front().name);
}

}  // namespace pdns::serve
