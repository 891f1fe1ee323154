#include "source/clock.h"

#include <utility>

namespace pdns::source {

using record::FrameOutcome;

FrameOutcome JudgeTime(std::uint64_t seconds, std::uint64_t now) {
  constexpr std::uint64_t kDay = 86'400;
  constexpr std::uint64_t kFirstDnstap = 1'325'376'000;  // 2012-01-01
  if (seconds < kFirstDnstap) return FrameOutcome::kPastTime;
  return seconds > now + kDay ? FrameOutcome::kFutureTime : FrameOutcome::kUsed;
}

ClockJumps::ClockJumps(std::uint64_t (*now)(),
                       std::function<std::chrono::steady_clock::time_point()> steady)
    : now_(now), steady_(std::move(steady)), ahead_(Ahead()) {}

std::chrono::seconds ClockJumps::Ahead() const {
  const auto steady = std::chrono::floor<std::chrono::seconds>(steady_().time_since_epoch());
  return std::chrono::seconds(now_()) - steady;
}

bool ClockJumps::Jumped() {
  const std::chrono::seconds ahead = Ahead();
  if (std::chrono::abs(ahead - ahead_) < kStep) return false;
  ahead_ = ahead;
  return true;
}

}  // namespace pdns::source
