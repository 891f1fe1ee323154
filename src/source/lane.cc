#include "source/lane.h"

#include <algorithm>
#include <ctime>

namespace pdns::source {

using record::FrameOutcome;
using record::RecordOutcome;

void Lane::Take(Bytes payload, aggregate::Window& window, Counters& counters) {
  if (Open(payload, counters) != nullptr) Take(opened_, window, counters);
}

const Opened* Lane::Open(Bytes payload, Counters& counters) {
  const FrameOutcome outcome = decoder_.Decode(payload, opened_.response);
  if (outcome == FrameOutcome::kUsed) {
    opened_.sensors = sensors_.BitOf(opened_.response.identity);
    return &opened_;
  }
  counters.Count(outcome);
  if (outcome == FrameOutcome::kSkipped) ++counters.skipped[opened_.response.message_type];
  return nullptr;
}

void Lane::Take(const Opened& frame, aggregate::Window& window, Counters& counters) {
  const FrameOutcome outcome = Judge(frame.response);
  counters.Count(outcome);
  if (outcome != FrameOutcome::kUsed) return;
  for (const dns::Answer& answer : answers_.Judge(frame.response.zone))
    Fold(answer, frame.sensors, window, counters);
}

FrameOutcome Lane::Judge(const dnstap::Response& response) {
  constexpr std::uint64_t kDay = 86400;
  constexpr std::uint64_t kFirstDnstap = 1'325'376'000;  // 2012-01-01: there was none before
  if (!response.message.has_value()) return FrameOutcome::kNoMessage;
  if (!answers_.Walk(*response.message)) return FrameOutcome::kMalformedDns;
  if (!response.seconds.has_value()) return FrameOutcome::kNoTime;
  if (*response.seconds < kFirstDnstap) return FrameOutcome::kPastTime;
  if (*response.seconds > policy_.now() + kDay) return FrameOutcome::kFutureTime;
  time_ = std::chrono::sys_seconds(std::chrono::seconds(*response.seconds));
  newest_ = std::max(newest_, time_);
  return answers_.Refusal();
}

void Lane::Fold(const dns::Answer& answer, record::SensorSet sensors, aggregate::Window& window,
                Counters& counters) const {
  const bool off_chain = answer.outcome == RecordOutcome::kOffChain;
  const bool doubtful = off_chain || answer.outcome == RecordOutcome::kOutOfBailiwick;
  if (doubtful && policy_.untrusted != Untrusted::kStore) {
    counters.Count(answer.outcome);
    if (policy_.untrusted == Untrusted::kDrop) return;
    const auto reason = off_chain ? record::kOffChain : record::kOutOfBailiwick;
    window.Add(answer.tuple, {time_, time_, 1, record::Bailiwick::OfLabels(0), reason, sensors});
  } else if (doubtful || answer.outcome == RecordOutcome::kStored) {
    counters.Count(RecordOutcome::kStored);
    window.Add(answer.tuple, {time_, time_, 1, answer.bailiwick, record::kTrusted, sensors});
  } else {
    counters.Count(answer.outcome);
  }
}

}  // namespace pdns::source
