#include "source/diagnosis.h"

#include <gtest/gtest.h>

namespace pdns::source {
namespace {

using record::FrameOutcome;

Counters Skipped(std::size_t type) {
  Counters counters;
  counters.Count(FrameOutcome::kSkipped);
  ++counters.skipped[type];
  return counters;
}

TEST(Counters, AForwarderIsKnownByWhatItDoesNotSend) {
  constexpr std::size_t kClientResponse = 6;
  constexpr std::size_t kForwarderResponse = 8;
  EXPECT_FALSE(OnlyForwards(Counters()));
  EXPECT_FALSE(OnlyForwards(Skipped(kClientResponse)));
  EXPECT_TRUE(OnlyForwards(Skipped(kForwarderResponse)));

  Counters counters = Skipped(kForwarderResponse);
  counters.Add(Skipped(kClientResponse));
  EXPECT_TRUE(OnlyForwards(counters));
  counters.Count(FrameOutcome::kMalformedFrame);  // the file is cut off badly: still a forwarder
  counters.Count(FrameOutcome::kMalformedProtobuf);
  EXPECT_TRUE(OnlyForwards(counters));

  for (const FrameOutcome outcome :
       {FrameOutcome::kUsed, FrameOutcome::kMalformedDns, FrameOutcome::kNoMessage,
        FrameOutcome::kNoTime, FrameOutcome::kRcode, FrameOutcome::kTruncated}) {
    Counters resolver = counters;
    resolver.Count(outcome);  // a RESOLVER_RESPONSE, though refused
    EXPECT_FALSE(OnlyForwards(resolver));
  }
}

}  // namespace
}  // namespace pdns::source
