// dnstap payloads: what is read by hand is what the generated code reads, to the last field.
#include "check.h"
#include "dnstap/decode.h"
#include "dnstap/fields.h"

namespace {

void CheckSame(pdns::dnstap::Decoder& decoder, pdns::Bytes payload) {
  pdns::dnstap::Response ours;
  pdns::dnstap::Response theirs;
  const auto outcome = decoder.Decode(payload, ours);
  pdns::dnstap::Fields fields;
  const bool by_hand = ReadFields(payload, fields);
  MUST_HOLD(outcome == decoder.DecodeGenerated(payload, theirs));
  MUST_HOLD(ours.message_type == theirs.message_type);
  MUST_HOLD(ours.seconds == theirs.seconds);
  MUST_HOLD(ours.message.has_value() == theirs.message.has_value());
  MUST_HOLD(ours.zone.has_value() == theirs.zone.has_value());
  MUST_HOLD(ours.identity.size() == theirs.identity.size());
  if (!by_hand) return;  // both are the generated code's, whose memory is reused
  MUST_HOLD(pdns::Same(ours.identity, theirs.identity));
  if (ours.zone) MUST_HOLD(pdns::Same(*ours.zone, *theirs.zone));
  if (ours.message) MUST_HOLD(pdns::Same(*ours.message, *theirs.message));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static pdns::dnstap::Decoder all(~pdns::dnstap::TypeSet{0});
  static pdns::dnstap::Decoder one(pdns::dnstap::SetOf(pdns::dnstap::kResolverResponse));
  CheckSame(all, {data, size});
  CheckSame(one, {data, size});
  return 0;
}
