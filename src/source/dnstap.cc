#include "source/dnstap.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "source/clock.h"

namespace pdns::source {

using record::FrameOutcome;
using record::RecordOutcome;

namespace {

class DnstapReader final : public Reader {
 public:
  explicit DnstapReader(std::unique_ptr<frame::Input> input) : frames_(std::move(input)) {}

  std::optional<Bytes> Next() override { return frames_.Next(); }
  bool Await() override { return frames_.Await(); }
  std::uint64_t position() const override { return frames_.position(); }
  bool SkipTo(std::uint64_t position) override { return frames_.SkipTo(position); }
  Status PassRest() override { return frames_.PassRest(); }
  End end() const override { return frames_.end(); }
  const std::string& reason() const override { return frames_.reason(); }
  const frame::Input& input() const override { return frames_.input(); }

 private:
  frame::Reader frames_;
};

}  // namespace

std::unique_ptr<Reader> ReadDnstap(std::unique_ptr<frame::Input> input) {
  return std::make_unique<DnstapReader>(std::move(input));
}

std::unique_ptr<Decoder> DecodeDnstap(const Policy& policy, record::SensorTable& sensors) {
  return std::make_unique<DnstapDecoder>(policy, sensors);
}

const Opened* DnstapDecoder::Open(Bytes payload, record::Counters& counters) {
  const FrameOutcome outcome = decoder_.Decode(payload, response_);
  if (outcome == FrameOutcome::kUsed) {
    opened_ = {response_.message, response_.zone, response_.seconds,
               sensors_.BitOf(response_.identity)};
    return &opened_;
  }
  counters.Count(outcome);
  if (outcome == FrameOutcome::kSkipped) ++counters.skipped[response_.message_type];
  return nullptr;
}

std::span<const Observation> DnstapDecoder::Decode(const Opened& opened,
                                                   record::Counters& counters) {
  observations_.clear();
  const FrameOutcome outcome = Judge(opened);
  counters.Count(outcome);
  if (outcome != FrameOutcome::kUsed) return observations_;
  for (const dns::Answer& answer : answers_.Judge(opened.zone))
    Observe(answer, opened.sensors, counters);
  return observations_;
}

FrameOutcome DnstapDecoder::Judge(const Opened& opened) {
  if (!opened.body.has_value()) return FrameOutcome::kNoMessage;
  if (!answers_.Walk(*opened.body)) return FrameOutcome::kMalformedDns;
  if (!opened.seconds.has_value()) return FrameOutcome::kNoTime;
  const FrameOutcome timely = JudgeTime(*opened.seconds, policy_.now());
  if (timely != FrameOutcome::kUsed) return timely;
  time_ = std::chrono::sys_seconds(std::chrono::seconds(*opened.seconds));
  newest_ = std::max(newest_, time_);
  return answers_.Refusal();
}

void DnstapDecoder::Observe(const dns::Answer& answer, record::SensorSet sensors,
                            record::Counters& counters) {
  const bool off_chain = answer.outcome == RecordOutcome::kOffChain;
  const bool doubtful = off_chain || answer.outcome == RecordOutcome::kOutOfBailiwick;
  if (doubtful && policy_.untrusted != Untrusted::kStore) {
    counters.Count(answer.outcome);
    if (policy_.untrusted == Untrusted::kDrop) return;
    const auto reason = off_chain ? record::kOffChain : record::kOutOfBailiwick;
    observations_.push_back(
        {answer.tuple, {time_, time_, 1, record::Bailiwick::OfLabels(0), reason, sensors}});
  } else if (doubtful || answer.outcome == RecordOutcome::kStored) {
    counters.Count(RecordOutcome::kStored);
    observations_.push_back(
        {answer.tuple, {time_, time_, 1, answer.bailiwick, record::kTrusted, sensors}});
  } else {
    counters.Count(answer.outcome);
  }
}

// Whatever the case of the question and whatever else its bytes may be.
std::size_t DnstapDecoder::QuestionNumber(const Opened& opened) const {
  constexpr std::size_t kHeader = 12;
  constexpr std::uint64_t kLower = 0x2020202020202020;
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // odd, its bits in no order
  const Bytes message = opened.body.value_or(Bytes());
  if (message.size() <= kHeader) return 0;
  const std::string_view rest = AsText(message.subspan(kHeader));
  const std::size_t size = std::min(rest.find('\0'), rest.size());
  std::uint64_t number = size;
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, rest.data() + at, std::min(size - at, sizeof word));
    number = (number ^ (word | kLower)) * kMix;
    number ^= number >> 32;
  }
  return number;
}

}  // namespace pdns::source
