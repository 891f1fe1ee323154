// dnstap as a source: Frame Streams -> [ReadDnstap] -> payloads -> [DecodeDnstap] -> tuples.
//
// A record is a data frame. The order of the checks is the order of record/outcome.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "dns/answers.h"
#include "dnstap/decode.h"
#include "record/outcome.h"
#include "record/sensors.h"
#include "source/decoder.h"
#include "source/policy.h"
#include "source/reader.h"

namespace pdns::source {

std::unique_ptr<Reader> ReadDnstap(std::unique_ptr<frame::Input> input);
std::unique_ptr<Decoder> DecodeDnstap(const Policy& policy, record::SensorTable& sensors);

inline constexpr auto kDnstapOutcomes = std::to_array<record::FrameOutcome>(
    {record::FrameOutcome::kUsed, record::FrameOutcome::kSkipped,
     record::FrameOutcome::kMalformedFrame, record::FrameOutcome::kMalformedProtobuf,
     record::FrameOutcome::kMalformedDns, record::FrameOutcome::kNoMessage,
     record::FrameOutcome::kNoTime, record::FrameOutcome::kPastTime,
     record::FrameOutcome::kFutureTime, record::FrameOutcome::kNotResponse,
     record::FrameOutcome::kOpcode, record::FrameOutcome::kQuestion, record::FrameOutcome::kRcode,
     record::FrameOutcome::kTruncated, record::FrameOutcome::kNotStored});

// The stages in a row: payload -> dnstap -> dns -> verdicts -> observations. One frame, one thread,
// no lock and no queue. One thread at a time.
class DnstapDecoder final : public Decoder {
 public:
  // `sensors` outlives the decoder; all decoders of a process have the same one.
  DnstapDecoder(const Policy& policy, record::SensorTable& sensors)
      : policy_(policy), decoder_(policy.accepted), sensors_(sensors) {}

  const Opened* Open(Bytes payload, record::Counters& counters) override;
  std::span<const Observation> Decode(const Opened& opened, record::Counters& counters) override;
  std::size_t QuestionNumber(const Opened& opened) const override;
  std::chrono::sys_seconds newest() const override { return newest_; }

 private:
  record::FrameOutcome Judge(const Opened& opened);
  void Observe(const dns::Answer& answer, record::SensorSet sensors, record::Counters& counters);

  Policy policy_;
  dnstap::Decoder decoder_;
  record::SensorOfFrame sensors_;
  dnstap::Response response_;
  Opened opened_;
  dns::AnswerReader answers_;
  std::vector<Observation> observations_;
  std::chrono::sys_seconds time_;
  std::chrono::sys_seconds newest_;
};

}  // namespace pdns::source
