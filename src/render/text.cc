#include "render/text.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

#include "base/bytes.h"
#include "dns/text.h"
#include "record/fate.h"
#include "record/name.h"

namespace pdns::render {
namespace {

std::string Offset(const std::tm& parts) {
  const long minutes = std::labs(parts.tm_gmtoff) / 60;
  return fmt::format("{}{:02}:{:02}", parts.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

bool InFourDigits(std::chrono::sys_seconds time) {
  using std::chrono::sys_days;
  using std::chrono::year;
  return sys_days(year(1970) / 1 / 1) <= time && time < sys_days(year(10000) / 1 / 1);
}

// Digits of `value` from text[at] on, as many as `places`.
void PutDigits(std::string& text, std::size_t at, std::size_t places, unsigned value) {
  for (std::size_t i = places; i > 0; --i, value /= 10)
    text[at + i - 1] = static_cast<char>('0' + value % 10);
}

// There are two times in every row, and the C library's calendar with a formatter is five times as
// dear.
std::string UtcText(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto seconds = static_cast<unsigned>((time - day).count());
  std::string text = "0000-00-00T00:00:00Z";
  PutDigits(text, 0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  PutDigits(text, 5, 2, static_cast<unsigned>(date.month()));
  PutDigits(text, 8, 2, static_cast<unsigned>(date.day()));
  PutDigits(text, 11, 2, seconds / 3600);
  PutDigits(text, 14, 2, seconds / 60 % 60);
  PutDigits(text, 17, 2, seconds % 60);
  return text;
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
  if ((reasons & record::kOffChain) != 0) text = record::NameOf(record::RecordFate::kOffChain).name;
  if ((reasons & record::kOutOfBailiwick) != 0) {
    if (!text.empty()) text.push_back(',');
    text += record::NameOf(record::RecordFate::kOutOfBailiwick).name;
  }
  return text;
}

std::string BailiwickText(const query::Hit& hit) {
  return dns::NameToText(record::Suffix(hit.tuple.owner, hit.sighting.zone_labels));
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
