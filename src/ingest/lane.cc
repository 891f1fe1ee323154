#include "ingest/lane.h"

#include <ctime>

namespace pdns::ingest {

using record::FrameFate;
using record::RecordFate;

void Lane::Take(Bytes payload, aggregate::Window& window, Counters& counters) {
  const FrameFate fate = Judge(payload);
  counters.Count(fate);
  if (fate == FrameFate::kSkipped) ++counters.skipped[response_.message_type];
  if (fate != FrameFate::kUsed) return;
  for (const dns::Answer& answer : answers_.Judge(response_.zone)) Fold(answer, window, counters);
}

FrameFate Lane::Judge(Bytes payload) {
  constexpr std::uint64_t kDay = 86400;
  if (const FrameFate fate = decoder_.Decode(payload, response_); fate != FrameFate::kUsed)
    return fate;
  if (!response_.message.has_value()) return FrameFate::kNoMessage;
  if (!answers_.Walk(*response_.message)) return FrameFate::kMalformedDns;
  if (!response_.seconds.has_value()) return FrameFate::kNoTime;
  const auto now = static_cast<std::uint64_t>(std::time(nullptr));
  if (*response_.seconds > now + kDay) return FrameFate::kFutureTime;
  time_ = std::chrono::sys_seconds(std::chrono::seconds(*response_.seconds));
  return answers_.Refusal();
}

void Lane::Fold(const dns::Answer& answer, aggregate::Window& window, Counters& counters) const {
  const bool off_chain = answer.fate == RecordFate::kOffChain;
  const bool doubtful = off_chain || answer.fate == RecordFate::kOutOfBailiwick;
  if (doubtful && policy_.untrusted != Untrusted::kStore) {
    counters.Count(answer.fate);
    if (policy_.untrusted == Untrusted::kDrop) return;
    const auto reason = off_chain ? record::kOffChain : record::kOutOfBailiwick;
    window.Add(answer.tuple, {time_, time_, 1, 0, reason});
  } else if (doubtful || answer.fate == RecordFate::kStored) {
    counters.Count(RecordFate::kStored);
    window.Add(answer.tuple, {time_, time_, 1, answer.zone_labels, record::kTrusted});
  } else {
    counters.Count(answer.fate);
  }
}

}  // namespace pdns::ingest
