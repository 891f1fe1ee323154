#include "query/text/from_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/quote.h"
#include "ask/when.h"
#include "base/amount.h"
#include "base/whole_number.h"
#include "dns/text.h"
#include "record/sensors.h"

namespace pdns::query {
namespace {

constexpr std::uint64_t kDeepest = 10;

void NotBefore(Between& between, const std::optional<ask::TimeSpan>& when) {
  if (!when.has_value() || when->first < between.from) return;
  between.from = when->first;
  between.from_ago = when->ago;
}

void NotAfter(Between& between, const std::optional<ask::TimeSpan>& when) {
  if (!when.has_value() || when->last > between.to) return;
  between.to = when->last;
  between.to_ago = when->ago;
}

class Reader {
 public:
  Reader(const NamedTexts& texts, const TextReading& how) : texts_(texts), how_(how) {
    request_.show = how.show;
    if (texts.Has("quarantined")) request_.trust = store::Trust::kQuarantined;
    SetSensors();
  }

  Result<ReadRequest> Read() {
    for (const auto step :
         {&Reader::SetNewSince, &Reader::AddQuestions, &Reader::SetFilter, &Reader::SetTimes,
          &Reader::SetActive, &Reader::SetCounts, &Reader::SetPart, &Reader::SetSort,
          &Reader::SetPivot, &Reader::CheckCursor}) {
      if (Status status = (this->*step)(); !status.ok()) return status;
    }
    return ReadRequest{std::move(request_), std::move(notices_)};
  }

 private:
  // A name as people know it.
  std::string N(std::string_view name) const { return fmt::format("{}{}", how_.mark, name); }

  // Names as sensor_id has them: no comma stands in a name.
  void SetSensors() {
    for (const std::string& given : texts_.Of("sensor")) {
      for (const std::string_view one : ask::SplitAtCommas(given))
        request_.sensors.push_back(record::SensorFromText(one));
    }
  }

  // Nothing where none is given, or the text is no time: bad_time_ says so then.
  std::optional<ask::TimeSpan> TimeOf(std::string_view name) {
    const auto text = texts_.One(name);
    return text.has_value() ? ReadTime(name, *text) : std::nullopt;
  }

  std::optional<ask::TimeSpan> ReadTime(std::string_view name, std::string_view text,
                                        std::string_view bound = {}) {
    auto when = ask::ParseWhen(text, how_.now);
    if (!when.ok()) {
      if (bad_time_.ok()) bad_time_ = Status::Usage(N(name) + ": " + when.status().message());
      return std::nullopt;
    }
    NoteHowRead(name, bound.empty() ? name : bound, text, *when);
    return std::move(*when);
  }

  // A time that may be a slip: digits that are read as what they may not have been meant for, and
  // bounds that leave nothing, or nothing of dnstap. `bound`: the option that bounds alike.
  void NoteHowRead(std::string_view name, std::string_view bound, std::string_view text,
                   const ask::TimeSpan& when) {
    static constexpr std::array<std::string_view, 4> kLower{"since", "first-after", "last-after",
                                                            "new-since"};
    static constexpr std::array<std::string_view, 3> kUpper{"until", "first-before", "last-before"};
    const auto is_one_of = [bound](const auto& names) {
      return std::find(names.begin(), names.end(), bound) != names.end();
    };
    const bool old = when.last < ask::kFirstDnstap;
    const bool to_come = when.first > how_.now + std::chrono::days(1);
    const std::string_view odd = old ? "before 2012, when there was no dnstap" : "yet to come";
    if (when.odd_seconds) {
      std::string odd_one = fmt::format("{}: {} is seconds since 1970 and read as {}, {}", N(name),
                                        text, when.read_as, odd);
      if (how_.refuse_odd_times && bad_time_.ok())
        bad_time_ = Status::Usage(odd_one + ": if that is meant, give the date");
      notices_.push_back(std::move(odd_one));
    } else if (!when.read_as.empty()) {
      notices_.push_back(fmt::format("{}: {} is read as {}; seconds since 1970 are @{}", N(name),
                                     text, when.read_as, text));
    } else if (!when.ago.has_value() &&
               ((old && !is_one_of(kLower)) || (to_come && !is_one_of(kUpper)))) {
      notices_.push_back(fmt::format("{}: {} is {}", N(name), ask::Quoted(text), odd));
    }
  }

  Status SetNumber(std::string_view name, std::uint64_t& into) const {
    const auto text = texts_.One(name);
    if (!text.has_value()) return {};
    const auto number = WholeNumber<std::uint64_t>(*text);
    // What is held as signed elsewhere must fit.
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (!number.has_value() || *number > kMost)
      return Status::Usage(N(name) + ": give a number from 0 on");
    into = *number;
    return {};
  }

  Status SetNewSince() {
    const auto since = TimeOf("new-since");
    if (!since.has_value()) return bad_time_;
    request_.new_since = NewSince{since->first, since->ago};
    const bool other_order = texts_.Has("sort") || texts_.Has("pivot");
    if (!other_order && !texts_.Has("quarantined")) return {};
    return Status::Usage(fmt::format(
        "{} prints trusted rows in the order in which they were stored and does not go with {}, "
        "{} or {}",
        N("new-since"), N("quarantined"), N("sort"), N("pivot")));
  }

  template <class Ask>
  Status AddEach(std::string_view name, const Ask& ask) {
    for (const std::string& text : texts_.Of(name)) {
      auto question = ask(text);
      if (!question.ok()) return question.status();
      request_.questions.push_back({text, std::move(*question)});
    }
    return {};
  }

  Status AddQuestions() {
    const bool glob = texts_.Has("glob");
    const bool regex = texts_.Has("regex");
    if (glob && regex)
      return Status::Usage(fmt::format("give {} or {}, not both", N("glob"), N("regex")));
    const ask::Syntax syntax = glob    ? ask::Syntax::kGlob
                               : regex ? ask::Syntax::kRegex
                                       : ask::Syntax::kPlain;
    Status status =
        AddEach("q", [syntax](const std::string& text) { return ask::AskName(text, syntax); });
    if (status.ok()) {
      status = AddEach("rdata",
                       [syntax](const std::string& text) { return ask::AskRdata(text, syntax); });
    }
    if (status.ok()) status = AddEach("ptr", ask::AskPtr);
    if (status.ok()) status = AddEach("text", ask::AskText);
    if (status.ok()) status = AddEach("raw", ask::AskRaw);
    const bool all_new = request_.new_since.has_value() && request_.show != Show::kHits;
    if (status.ok() && request_.questions.empty() && !how_.list && !all_new)
      return Status::Usage(std::string(how_.ask_something));
    return status;
  }

  Status SetFilter() {
    Filter& filter = request_.filter;
    for (const std::string& types : texts_.Of("type"))
      if (Status added = filter.types.Add(types); !added.ok()) return added;
    for (const std::string& text : texts_.Of("exclude"))
      if (Status added = filter.Exclude(text); !added.ok()) return added;
    for (const std::string& text : texts_.Of("bailiwick")) {
      auto zone = ask::NamePattern::Parse(text);
      if (!zone.ok()) return zone.status();
      filter.bailiwicks.push_back(std::move(*zone));
    }
    return {};
  }

  Status SetTimes() {
    Filter& filter = request_.filter;
    const bool within = texts_.Has("within");
    const auto since = TimeOf("since");
    const auto until = TimeOf("until");
    if (within && !texts_.Has("since") && !texts_.Has("until")) {
      return Status::Usage(
          fmt::format("{} goes with {}, {} or both", N("within"), N("since"), N("until")));
    }
    NotBefore(within ? filter.first : filter.last, since);
    NotAfter(within ? filter.last : filter.first, until);
    if (const auto at = TimeOf("at"); at.has_value()) {
      NotAfter(filter.first, at);
      NotBefore(filter.last, at);
    }
    NotBefore(filter.first, TimeOf("first-after"));
    NotAfter(filter.first, TimeOf("first-before"));
    NotBefore(filter.last, TimeOf("last-after"));
    NotAfter(filter.last, TimeOf("last-before"));
    return bad_time_;
  }

  // Whole days: a time stands for its day.
  Status SetActive() {
    using std::chrono::days;
    using std::chrono::floor;
    std::optional<DaySpan>& active = request_.filter.active;
    if (const auto on = TimeOf("active-on"); on.has_value())
      active = DaySpan{floor<days>(on->first), floor<days>(on->last), on->ago, on->ago};
    const auto text = texts_.One("active-between");
    if (!text.has_value() || !bad_time_.ok()) return bad_time_;
    if (active.has_value()) {
      return Status::Usage(
          fmt::format("give {} or {}, not both", N("active-on"), N("active-between")));
    }
    const std::size_t comma = text->find(',');
    if (comma == std::string::npos) {
      return Status::Usage(N("active-between") + ": give two dates, such as 2026-11-22,2026-11-24");
    }
    const auto from = ReadTime("active-between", text->substr(0, comma), "since");
    const auto to = ReadTime("active-between", text->substr(comma + 1), "until");
    if (!bad_time_.ok()) return bad_time_;
    active = DaySpan{floor<days>(from->first), floor<days>(to->last), from->ago, to->ago};
    if (active->from <= active->to) return {};
    return Status::Usage(N("active-between") + ": the first date comes after the second");
  }

  Status SetCounts() {
    Status status = SetNumber("min-count", request_.filter.min_count);
    if (status.ok()) status = SetNumber("max-count", request_.filter.max_count);
    return status;
  }

  Status SetPart() {
    Status status = SetNumber("limit", request_.limit);
    if (status.ok()) status = SetNumber("offset", request_.offset);
    if (!status.ok()) return status;
    request_.cursor = texts_.One("cursor").value_or("");
    const bool part = request_.limit != 0 || request_.offset != 0 || !request_.cursor.empty();
    const bool of_rows = request_.show != Show::kHits && request_.show != Show::kGraph;
    if (!part || of_rows) return {};
    return Status::Usage(fmt::format("{}, {} and {} go with rows, not with {} or {}", N("limit"),
                                     N("offset"), N("cursor"), N("hits"), N("dot")));
  }

  Status SetSort() {
    const auto text = texts_.One("sort");
    const bool reverse = texts_.Has("reverse");
    if (!text.has_value()) {
      if (!reverse) return {};
      return Status::Usage(fmt::format("{} goes with {}", N("reverse"), N("sort")));
    }
    const auto by = SortByFromText(*text);
    if (!by.has_value()) {
      return Status::Usage(
          fmt::format("{}: {} is none of {}", N("sort"), ask::Quoted(*text), SortNames(", ")));
    }
    request_.order = Order{*by, reverse};
    return {};
  }

  Status SetPivot() {
    if (!texts_.Has("pivot")) {
      if (request_.show != Show::kGraph) return {};
      return Status::Usage(fmt::format("{} goes with {}", N("dot"), N("pivot")));
    }
    const bool quarantined = request_.trust == store::Trust::kQuarantined;
    if (request_.order.has_value() || quarantined || request_.show == Show::kHits) {
      return Status::Usage(fmt::format("{} does not go with {}, {} or {}", N("pivot"), N("sort"),
                                       N("quarantined"), N("hits")));
    }
    std::uint64_t depth = 0;
    if (!SetNumber("pivot", depth).ok() || depth < 1 || depth > kDeepest) {
      return Status::Usage(fmt::format("{}: give 1 to {} steps",
                                       N(how_.depth.empty() ? "pivot" : how_.depth), kDeepest));
    }
    PivotRequest pivot;
    pivot.depth = static_cast<unsigned>(depth);
    if (const auto text = texts_.One("slack"); text.has_value()) {
      const auto slack = ParseDuration(*text);
      if (!slack.ok()) return Status::Usage(N("slack") + ": " + slack.status().message());
      pivot.slack = *slack;
    }
    const auto start = PivotStartOf();
    if (!start.ok()) return start.status();
    pivot.start = *start;
    if (Status set = SetNumber("max-fanout", pivot.max_fanout); !set.ok()) return set;
    request_.pivot = pivot;
    return {};
  }

  // The one thing that a pivot begins at.
  Result<PivotStart> PivotStartOf() const {
    const Status refused = Status::Usage(N("pivot") + " begins at one name or one address");
    const auto& questions = request_.questions;
    if (questions.size() != 1 || how_.list) return refused;
    const auto indicator = ask::ParseIndicator(questions[0].text);
    if (!indicator.ok()) return indicator.status();
    if (indicator->kind == ask::Indicator::Kind::kBlock) {
      if (indicator->block.first != indicator->block.last) return refused;
      return PivotStart(indicator->block);
    }
    const auto pattern = ask::NamePattern::Parse(indicator->name);
    const auto name = dns::NameFromText(indicator->name);
    if (!pattern.ok() || !pattern->exact() || !name.has_value()) return refused;
    return PivotStart(*name);
  }

  // Asked last: it depends on all that says what is shown and in which order.
  Status CheckCursor() {
    if (request_.cursor.empty() || request_.may_have_cursor()) return {};
    return Status::Usage(
        fmt::format("{} goes neither with {} nor with names or values in an order of your choice; "
                    "take {}",
                    N("cursor"), N("pivot"), N("offset")));
  }

  const NamedTexts& texts_;
  const TextReading& how_;
  Request request_;
  std::vector<std::string> notices_;
  Status bad_time_;  // of the first text that is no time
};

}  // namespace

Result<ReadRequest> RequestFromTexts(const NamedTexts& texts, const TextReading& how) {
  return Reader(texts, how).Read();
}

}  // namespace pdns::query
