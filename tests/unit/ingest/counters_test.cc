#include "ingest/counters.h"

#include <gtest/gtest.h>

namespace pdns::ingest {
namespace {

using record::FrameFate;

Counters Skipped(std::size_t type) {
  Counters counters;
  counters.Count(FrameFate::kSkipped);
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
  counters.Count(FrameFate::kMalformedFrame);  // the file is cut off badly: still a forwarder
  counters.Count(FrameFate::kMalformedProtobuf);
  EXPECT_TRUE(OnlyForwards(counters));

  for (const FrameFate fate : {FrameFate::kUsed, FrameFate::kMalformedDns, FrameFate::kNoMessage,
                               FrameFate::kNoTime, FrameFate::kRcode, FrameFate::kTruncated}) {
    Counters resolver = counters;
    resolver.Count(fate);  // a RESOLVER_RESPONSE, though refused
    EXPECT_FALSE(OnlyForwards(resolver));
  }
}

}  // namespace
}  // namespace pdns::ingest
