#include "ingest/counters.h"

#include <gtest/gtest.h>

#include <random>

namespace pdns::ingest {
namespace {

using record::FrameFate;
using record::RecordFate;

Counters RandomCounters(std::mt19937& random) {
  Counters counters;
  for (auto i = random() % 50; i > 0; --i) {
    const auto fate = static_cast<FrameFate>(random() % record::kFrameFates);
    counters.Count(fate);
    if (fate == FrameFate::kSkipped) ++counters.skipped[random() % record::kMessageTypes];
    counters.Count(static_cast<RecordFate>(random() % record::kRecordFates));
  }
  return counters;
}

TEST(Counters, AddUpAndSoDoTheirSums) {
  std::mt19937 random(20);
  Counters total;
  std::uint64_t frames = 0;
  std::uint64_t stored = 0;
  for (int i = 0; i < 200; ++i) {
    const Counters one = RandomCounters(random);
    EXPECT_TRUE(one.AddUp());
    frames += one.frames;
    stored += one.Of(RecordFate::kStored);
    total.Add(one);
    ASSERT_TRUE(total.AddUp());
  }
  EXPECT_EQ(total.frames, frames);
  EXPECT_EQ(total.Of(RecordFate::kStored), stored);
  EXPECT_GT(stored, 0U);
}

TEST(Counters, AFrameWithoutAFateDoesNotAddUp) {
  Counters counters;
  ++counters.frames;
  EXPECT_FALSE(counters.AddUp());
  counters = {};
  counters.Count(FrameFate::kSkipped);  // of which type?
  EXPECT_FALSE(counters.AddUp());
  counters = {};
  ++counters.frame[0];
  EXPECT_FALSE(counters.AddUp());
}

Counters Skipped(std::size_t type) {
  Counters counters;
  counters.Count(FrameFate::kSkipped);
  ++counters.skipped[type];
  return counters;
}

TEST(Counters, AForwarderIsKnownByWhatItDoesNotSend) {
  constexpr std::size_t kClientResponse = 6;
  constexpr std::size_t kForwarderResponse = 8;
  EXPECT_FALSE(Counters().OnlyForwards());
  EXPECT_FALSE(Skipped(kClientResponse).OnlyForwards());
  EXPECT_TRUE(Skipped(kForwarderResponse).OnlyForwards());

  Counters counters = Skipped(kForwarderResponse);
  counters.Add(Skipped(kClientResponse));
  EXPECT_TRUE(counters.OnlyForwards());
  counters.Count(FrameFate::kMalformedFrame);  // the file is cut off badly: still a forwarder
  counters.Count(FrameFate::kMalformedProtobuf);
  EXPECT_TRUE(counters.OnlyForwards());

  for (const FrameFate fate : {FrameFate::kUsed, FrameFate::kMalformedDns, FrameFate::kNoMessage,
                               FrameFate::kNoTime, FrameFate::kRcode, FrameFate::kTruncated}) {
    Counters resolver = counters;
    resolver.Count(fate);  // a RESOLVER_RESPONSE, though refused
    EXPECT_FALSE(resolver.OnlyForwards());
  }
}

}  // namespace
}  // namespace pdns::ingest
