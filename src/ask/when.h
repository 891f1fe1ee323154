// Times as people type them: text -> [ParseWhen] -> the seconds it stands for.
//
// Functions: any thread. Types are plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace pdns::ask {

// 2012-01-01: from then on there was dnstap. Older rows come from databases of others.
inline constexpr std::chrono::sys_seconds kFirstDnstap{std::chrono::seconds(1'325'376'000)};

// Both ends belong to it; a moment has one second.
struct TimeSpan {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
  // The calendar's form of digits that might be meant otherwise: of a date without signs, and of
  // seconds at which nobody looked (odd_seconds).
  std::string read_as{};
  bool odd_seconds = false;
  std::optional<std::chrono::seconds> ago{};  // of "7d" and "now": how long before `now`
};

// UTC unless it says else, years 1970 to 9999. A coarse time is a span: "2026-11-22" is that whole
// day, "2026-11-22T19" the hour, "2026-11-22T19:00" the minute, "2026-11-22T19:00:05" the second; a
// blank may stand for the T, and a Z or an offset such as +01:00 behind an hour. The same without
// signs in between, as in names of files: 20261122, 20261122T1900, 202611221900, 20261122190005;
// and 2026112219, as long as that many seconds since 1970 are still to come. A year or a month is
// no time: 2026 and 202611 are refused, not seconds of 1970.
// Moments: seconds since 1970 ("1795372876", and any number behind an @), so long before `now`
// ("30s", "90m", "12h", "7d", "2w", "1y" of 365 days), "now". Else kUsage, with the forms.
//
// Seconds other than 0 before kFirstDnstap, or more than a day after `now`, are as a rule a slip of
// a digit: `odd_seconds` of the span. Milliseconds and finer units are refused with their seconds.
Result<TimeSpan> ParseWhen(std::string_view text, std::chrono::sys_seconds now);

}  // namespace pdns::ask
