#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/bytes.h"
#include "dns/text.h"
#include "record/name.h"
#include "record/outcome.h"
#include "record/sensors.h"

namespace pdns::render {
namespace {

std::string Offset(const std::tm& parts) {
  const long minutes = std::labs(parts.tm_gmtoff) / 60;
  return fmt::format("{}{:02}:{:02}", parts.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

template <class Time>
bool InFourDigits(Time time) {
  using std::chrono::sys_days;
  using std::chrono::year;
  return sys_days(year(1970) / 1 / 1) <= time && time < sys_days(year(10000) / 1 / 1);
}

// Digits of `value` from text[at] on, as many as `places`.
void PutDigits(std::string& text, std::size_t at, std::size_t places, unsigned value) {
  for (std::size_t i = places; i > 0; --i, value /= 10)
    text[at + i - 1] = static_cast<char>('0' + value % 10);
}

void PutDate(std::string& text, std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  PutDigits(text, 0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  PutDigits(text, 5, 2, static_cast<unsigned>(date.month()));
  PutDigits(text, 8, 2, static_cast<unsigned>(date.day()));
}

// There are two times in every row, and the C library's calendar with a formatter is five times as
// dear.
std::string UtcText(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto seconds = static_cast<unsigned>((time - day).count());
  std::string text = "0000-00-00T00:00:00Z";
  PutDate(text, day);
  PutDigits(text, 11, 2, seconds / 3600);
  PutDigits(text, 14, 2, seconds / 60 % 60);
  PutDigits(text, 17, 2, seconds % 60);
  return text;
}

// "11-24" where the year is known from `before`, else all of the date. `before` moves on.
std::string ShortDay(std::chrono::sys_days day, std::string& before) {
  std::string text = DayText(day);
  constexpr std::size_t kYear = 5;                // with its hyphen
  const bool date = text.find('-') == kYear - 1;  // not a number of days
  const bool known = date && text.substr(0, kYear) == before.substr(0, kYear);
  before = text;
  return known ? text.substr(kYear) : text;
}

}  // namespace

std::string TimeText(std::chrono::sys_seconds time, bool local) {
  if (!local && InFourDigits(time)) return UtcText(time);
  // By time_t: through the system clock's nanoseconds the years after 2262 would overflow.
  const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
  std::tm parts{};
  const std::tm* done = local ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts);
  if (done == nullptr) return std::to_string(seconds);  // no calendar goes that far
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", parts.tm_year + 1900L,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     local ? Offset(parts) : "Z");
}

std::string ReasonText(std::uint8_t reasons) {
  std::string text;
  if ((reasons & record::kOffChain) != 0)
    text = record::NameOf(record::RecordOutcome::kOffChain).name;
  if ((reasons & record::kOutOfBailiwick) != 0) {
    if (!text.empty()) text.push_back(',');
    text += record::NameOf(record::RecordOutcome::kOutOfBailiwick).name;
  }
  return text;
}

std::string BailiwickText(const query::Hit& hit) {
  const record::Bailiwick bailiwick = hit.history.bailiwick;
  if (!bailiwick.known()) return {};
  return dns::NameToText(record::Suffix(hit.tuple.owner, bailiwick.labels()));
}

std::string SensorsText(record::SensorSet sensors, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const std::size_t numbered = std::min<std::size_t>(names.size(), record::kMostSensors);
  std::vector<std::string_view> seen_by;
  for (unsigned number = 0; number < numbered; ++number)
    if ((sensors & record::SensorBit(number)) != 0) seen_by.push_back(names[number]);
  std::sort(seen_by.begin(), seen_by.end());
  if ((sensors & ~(record::SensorBit(static_cast<unsigned>(numbered)) - 1)) != 0)
    seen_by.push_back(record::kOtherSensorsName);
  std::string text;
  for (std::size_t i = 0; i < seen_by.size(); ++i) {
    if (i > 0) text.push_back(',');
    text += record::SensorText(seen_by[i]);
  }
  return text;
}

std::string DayText(std::chrono::sys_days day) {
  if (!InFourDigits(day)) return std::to_string(day.time_since_epoch().count());
  std::string text = "0000-00-00";
  PutDate(text, day);
  return text;
}

std::string DaysText(const record::History& history) {
  std::string text;
  for (const record::DayRun& run : record::RunsOf(history)) {
    if (!text.empty()) text.push_back(' ');
    text += DayText(run.first);
    if (run.first != run.last) text.append(1, '/').append(DayText(run.last));
  }
  return text;
}

std::string DaysBrief(const record::History& history) {
  constexpr std::size_t kWidest = 40;
  constexpr std::string_view kMore = ", ...";
  const auto runs = record::RunsOf(history);
  std::string text = std::to_string(record::CountDays(history)) + ": ";
  std::string before = DayText(record::DayOf(history.first));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::string piece = i == 0 ? "" : ", ";
    piece += ShortDay(runs[i].first, before);
    if (runs[i].first != runs[i].last) piece.append("..").append(ShortDay(runs[i].last, before));
    const std::size_t rest = i + 1 < runs.size() ? kMore.size() : 0;
    if (i > 0 && text.size() + piece.size() + rest > kWidest) return text.append(kMore);
    text += piece;
  }
  return text;
}

std::string_view NewText(store::NewKind kind) {
  return kind == store::NewKind::kName ? "rrname" : "rdata";
}

std::array<std::string, 3> FreshTexts(const query::Hit& hit, bool local) {
  if (!hit.new_mark.has_value()) return {};
  return {std::to_string(hit.new_mark->sequence), TimeText(hit.new_mark->committed, local),
          std::string(NewText(hit.new_mark->kind))};
}

std::string AskedText(const query::Hit& hit) {
  return hit.asked == nullptr ? std::string() : Printable(hit.asked->text);
}

std::string PathText(const query::Hit& hit) {
  std::string text;
  for (const std::string& step : hit.path) {
    if (!text.empty()) text += " > ";
    text += Printable(step);
  }
  return text;
}

}  // namespace pdns::render
