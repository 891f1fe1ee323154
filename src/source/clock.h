// The wall clock of this machine, by which times of records are judged, and whether it was put
// somewhere else meanwhile.
//
//   record's time, now -> [JudgeTime] -> used, or refused as past_time or future_time
//   wall clock, steady clock -> [ClockJumps] -> a step of an hour or more since the last one
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "record/outcome.h"
#include "source/policy.h"

namespace pdns::source {

// kUsed; kPastTime: before 2012-01-01, when there was no dnstap; kFutureTime: more than a day ahead
// of `now`. Seconds since 1970. Any thread.
record::FrameOutcome JudgeTime(std::uint64_t seconds, std::uint64_t now);

// Tells steps of the wall clock from the passing of time, which a steady clock measures. The slow
// corrections of a time daemon add up to no hour. A machine that sleeps may look like a step: its
// steady clock stands still meanwhile. One thread at a time.
class ClockJumps {
 public:
  static constexpr std::chrono::seconds kStep{3600};

  // `now` as of the policy, which judges the records.
  explicit ClockJumps(std::uint64_t (*now)(),
                      std::function<std::chrono::steady_clock::time_point()> steady =
                          std::chrono::steady_clock::now);

  // Was the clock put at least kStep forward or back since this said so last, or since it was made?
  bool Jumped();

 private:
  std::chrono::seconds Ahead() const;

  std::uint64_t (*now_)();
  std::function<std::chrono::steady_clock::time_point()> steady_;
  std::chrono::seconds ahead_;  // of the steady clock, when that was asked last
};

}  // namespace pdns::source
