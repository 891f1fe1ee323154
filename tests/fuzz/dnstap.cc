// dnstap payloads: whatever is decoded is whole, and decoded the same again.
#include "check.h"
#include "dnstap/decode.h"
#include "record/name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pdns::record::FrameOutcome;
  const pdns::Bytes payload(data, size);
  static pdns::dnstap::Decoder all(~pdns::dnstap::TypeSet{0});
  static pdns::dnstap::Decoder none(0);
  pdns::dnstap::Response first;
  const FrameOutcome outcome = all.Decode(payload, first);
  if (outcome == FrameOutcome::kUsed) {
    MUST_HOLD(first.message_type >= 1 && first.message_type < pdns::record::kMessageTypes);
    if (first.zone) MUST_HOLD(pdns::record::NameLength(*first.zone) == first.zone->size());
    MUST_HOLD(first.identity.size() <= size);
    if (first.message) MUST_HOLD(first.message->size() <= size);
  } else {
    MUST_HOLD(outcome == FrameOutcome::kSkipped || outcome == FrameOutcome::kMalformedProtobuf);
    MUST_HOLD(outcome != FrameOutcome::kSkipped || first.message_type == 0);
  }
  pdns::dnstap::Response second;
  const FrameOutcome unwanted = none.Decode(payload, second);
  MUST_HOLD(unwanted != FrameOutcome::kUsed);
  if (outcome == FrameOutcome::kUsed) {
    MUST_HOLD(unwanted == FrameOutcome::kSkipped && second.message_type == first.message_type);
  }
  return 0;
}
