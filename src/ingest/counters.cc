#include "ingest/counters.h"

#include "dnstap/decode.h"

namespace pdns::ingest {

using record::FrameFate;

bool OnlyForwards(const Counters& counters) {
  const std::uint64_t unread =
      counters.Of(FrameFate::kMalformedFrame) + counters.Of(FrameFate::kMalformedProtobuf);
  const std::uint64_t wanted = counters.frames - counters.Of(FrameFate::kSkipped) - unread;
  return counters.skipped[dnstap::kForwarderResponse] > 0 && wanted == 0;
}

}  // namespace pdns::ingest
