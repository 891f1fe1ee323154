#include "ask/when.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ask/quote.h"

namespace pdns::ask {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kDay = 86400;
constexpr sys_seconds kEarliest{};
constexpr sys_seconds kLatest{seconds(253402300799)};  // 9999-12-31T23:59:59Z

// A number that fills the text: digits only, few enough not to overflow.
std::optional<std::int64_t> Number(std::string_view digits) {
  constexpr std::size_t kMostDigits = 12;
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  std::int64_t number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return number;
}

std::optional<TimeSpan> Span(sys_seconds first, std::int64_t length) {
  const sys_seconds last = first + seconds(length - 1);
  if (first < kEarliest || last > kLatest) return std::nullopt;
  return TimeSpan{first, last, {}};
}

std::optional<std::int64_t> SecondsOf(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return kDay;
    case 'w':
      return 7 * kDay;
    case 'y':
      return 365 * kDay;
    default:
      return std::nullopt;
  }
}

std::optional<TimeSpan> ParseAgo(std::string_view text, sys_seconds now) {
  const auto unit = SecondsOf(text.back());
  const auto number = Number(text.substr(0, text.size() - 1));
  // More units than seconds since 1970 reach before it, whatever the unit.
  if (!unit.has_value() || !number.has_value() || *number > kLatest.time_since_epoch().count())
    return std::nullopt;
  const seconds ago(*number * *unit);
  auto span = Span(now - ago, 1);
  if (span.has_value()) span->ago = ago;
  return span;
}

std::optional<sys_seconds> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = Number(text.substr(0, 4));
  const auto month = Number(text.substr(5, 2));
  const auto day = Number(text.substr(8, 2));
  if (!year.has_value() || !month.has_value() || !day.has_value()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return sys_seconds(std::chrono::sys_days(date));
}

// "HH", "HH:MM" or "HH:MM:SS" of the day that begins at `day`.
std::optional<TimeSpan> ParseClock(std::string_view text, sys_seconds day) {
  struct Part {
    std::int64_t below;
    std::int64_t unit;  // seconds
  };
  constexpr std::array<Part, 3> kParts{{{24, 3600}, {60, 60}, {60, 1}}};
  sys_seconds first = day;
  for (const Part& part : kParts) {
    const auto number = Number(text.substr(0, 2));
    if (text.size() < 2 || !number.has_value() || *number >= part.below) return std::nullopt;
    first += seconds(*number * part.unit);
    text.remove_prefix(2);
    if (text.empty()) return Span(first, part.unit);
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

// How far local time is ahead of UTC, cut off from the end: "Z", "+01:00", "-0330".
std::optional<seconds> CutOffset(std::string_view& text) {
  constexpr std::size_t kDateSize = 10;
  constexpr std::int64_t kMost = 99;  // hours; no place is as far, and any is well defined
  if (text.ends_with('Z') || text.ends_with('z')) {
    text.remove_suffix(1);
    return seconds(0);
  }
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string_view::npos || sign <= kDateSize) return seconds(0);
  std::string digits(text.substr(sign + 1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  const auto number = Number(digits);
  if (digits.size() != 4 || !number.has_value() || *number % 100 > 59 || *number / 100 > kMost)
    return std::nullopt;
  const seconds ahead(*number / 100 * 3600 + *number % 100 * 60);
  const bool behind = text[sign] == '-';
  text = text.substr(0, sign);
  return behind ? -ahead : ahead;
}

std::optional<TimeSpan> ParseCalendar(std::string_view text) {
  constexpr std::size_t kDateSize = 10;
  constexpr std::string_view kBetween = "Tt ";
  const auto ahead = CutOffset(text);
  const auto day = ParseDate(text.substr(0, kDateSize));
  if (!ahead.has_value() || !day.has_value()) return std::nullopt;
  if (text.size() == kDateSize) return Span(*day, kDay);
  if (kBetween.find(text[kDateSize]) == std::string_view::npos) return std::nullopt;
  const auto span = ParseClock(text.substr(kDateSize + 1), *day);
  if (!span.has_value()) return std::nullopt;
  return Span(span->first - *ahead, (span->last - span->first).count() + 1);
}

// "20261122", "20261122T1900", "2026112219" to "20261122190005" with their signs; nothing for other
// texts.
std::optional<std::string> WithSigns(std::string_view text) {
  constexpr std::size_t kDateSize = 8;
  const std::size_t end = std::min(text.find_first_of("Zz+-"), text.size());
  const std::string_view zone = text.substr(end);
  const std::string_view date = text.substr(0, end).substr(0, kDateSize);
  std::string_view clock = text.substr(date.size(), end - date.size());
  const bool parted = clock.starts_with('T') || clock.starts_with('t');
  if (parted) clock.remove_prefix(1);
  const std::size_t size = clock.size();
  const bool whole = size == 2 || size == 4 || size == 6 || (size == 0 && !parted);
  if (date.size() != kDateSize || !whole || !Number(date) || (size > 0 && !Number(clock)))
    return std::nullopt;
  std::string out = fmt::format("{}-{}-{}", date.substr(0, 4), date.substr(4, 2), date.substr(6));
  for (std::size_t i = 0; i < size; i += 2)
    out.append(1, i == 0 ? 'T' : ':').append(clock.substr(i, 2));
  return out.append(zone);
}

// Ten digits that were seconds since 1970 a day from now at the latest: those are meant.
bool IsPast(std::string_view text, sys_seconds now) {
  constexpr std::size_t kDigits = 10;
  const auto number = Number(text);
  return text.size() == kDigits && number.has_value() &&
         sys_seconds(seconds(*number)) <= now + seconds(kDay);
}

// "2026-11-22T18:41:16Z"
std::string CalendarText(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// With 0 everybody means the beginning.
bool IsOdd(sys_seconds time, sys_seconds now) {
  return (time < kFirstDnstap && time > kEarliest) || time > now + seconds(kDay);
}

std::optional<TimeSpan> OfSeconds(std::int64_t number, sys_seconds now) {
  auto span = Span(sys_seconds(seconds(number)), 1);
  if (!span.has_value() || !IsOdd(span->first, now)) return span;
  span->odd_seconds = true;
  span->read_as = CalendarText(span->first);
  return span;
}

// "1795372876000", with or without an @: the seconds of milliseconds, microseconds, nanoseconds.
std::string_view SecondsOfFiner(std::string_view text, sys_seconds now) {
  constexpr std::size_t kDigits = 10;  // of seconds from 2001 to 2286
  if (text.starts_with('@')) text.remove_prefix(1);
  const std::size_t size = text.size();
  const bool finer = size == kDigits + 3 || size == kDigits + 6 || size == kDigits + 9;
  if (!finer || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  const auto number = Number(text.substr(0, kDigits));
  if (IsOdd(sys_seconds(seconds(number.value_or(0))), now)) return {};
  return text.substr(0, kDigits);
}

std::optional<TimeSpan> Parse(std::string_view text, sys_seconds now) {
  if (text.empty()) return std::nullopt;
  if (text == "now") {
    auto span = Span(now, 1);
    if (span.has_value()) span->ago = seconds(0);
    return span;
  }
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (const auto signs = WithSigns(text); signs.has_value() && !IsPast(text, now)) {
    auto span = ParseCalendar(*signs);
    if (span.has_value() && digits) span->read_as = *signs;
    constexpr std::size_t kDateSize = 8;  // which is no time that anybody means in seconds
    if (span.has_value() || !digits || text.size() == kDateSize) return span;
  }
  if (digits && (text.size() == 4 || text.size() == 6)) return std::nullopt;  // a year, a month
  const bool marked = text.starts_with('@');
  if (const auto number = Number(text.substr(marked ? 1 : 0))) return OfSeconds(*number, now);
  if (auto ago = ParseAgo(text, now)) return ago;
  return ParseCalendar(text);
}

}  // namespace

Result<TimeSpan> ParseWhen(std::string_view text, sys_seconds now) {
  if (const auto span = Parse(text, now)) return *span;
  if (const std::string_view number = SecondsOfFiner(text, now); !number.empty()) {
    return Status::Usage(
        fmt::format("{} is finer than seconds since 1970: give {}", Quoted(text), number));
  }
  return Status::Usage(fmt::format(
      "{} is no time from 1970 to 9999: give 2026-11-22, 2026-11-22T19:00 or 2026-11-22T19:00:05 "
      "(UTC, or with an offset such as +01:00), seconds since 1970, how long ago (30s, 90m, 12h, "
      "7d, 2w, 1y), or now",
      Quoted(text)));
}

}  // namespace pdns::ask
