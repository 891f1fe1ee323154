#include "source/diagnosis.h"

#include <fmt/format.h>

#include <chrono>

#include "dnstap/decode.h"

namespace pdns::source {

using record::FrameOutcome;

bool OnlyForwards(const Counters& counters) {
  const std::uint64_t unread =
      counters.Of(FrameOutcome::kMalformedFrame) + counters.Of(FrameOutcome::kMalformedProtobuf);
  const std::uint64_t wanted = counters.frames - counters.Of(FrameOutcome::kSkipped) - unread;
  return counters.skipped[dnstap::kForwarderResponse] > 0 && wanted == 0;
}

std::uint64_t RefusedForTime(const Counters& counters) {
  return counters.Of(FrameOutcome::kPastTime) + counters.Of(FrameOutcome::kFutureTime);
}

bool OnlyRefusedForTime(const Counters& counters) {
  return counters.Of(FrameOutcome::kUsed) == 0 && RefusedForTime(counters) > 0;
}

std::string TimeComplaint(const Counters& counters) {
  const std::uint64_t refused = RefusedForTime(counters);
  if (refused <= counters.frames / 2) return {};
  const bool past = counters.Of(FrameOutcome::kPastTime) > refused / 2;
  const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::chrono::year_month_day today(now);
  return fmt::format(
      "{} of {} frames are refused for their time, {}: this machine's clock, which says "
      "{:04}-{:02}-"
      "{:02}, or the resolver's is wrong",
      refused, counters.frames, past ? "before 2012" : "more than a day ahead",
      static_cast<int>(today.year()), static_cast<unsigned>(today.month()),
      static_cast<unsigned>(today.day()));
}

}  // namespace pdns::source
