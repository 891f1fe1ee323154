#include "record/counters.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace pdns::record {
namespace {

Counters RandomCounters(std::mt19937& random) {
  Counters counters;
  for (auto i = random() % 50; i > 0; --i) {
    const auto outcome = static_cast<FrameOutcome>(random() % kFrameOutcomes);
    counters.Count(outcome);
    if (outcome == FrameOutcome::kSkipped) ++counters.skipped[random() % kMessageTypes];
    counters.Count(static_cast<RecordOutcome>(random() % kRecordOutcomes));
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
    stored += one.Of(RecordOutcome::kStored);
    total.Add(one);
    ASSERT_TRUE(total.AddUp());
  }
  EXPECT_EQ(total.frames, frames);
  EXPECT_EQ(total.Of(RecordOutcome::kStored), stored);
  EXPECT_GT(stored, 0U);
}

TEST(Counters, AFrameWithoutAnOutcomeDoesNotAddUp) {
  Counters counters;
  ++counters.frames;
  EXPECT_FALSE(counters.AddUp());
  counters = {};
  counters.Count(FrameOutcome::kSkipped);  // of which type?
  EXPECT_FALSE(counters.AddUp());
  counters = {};
  ++counters.frame[0];
  EXPECT_FALSE(counters.AddUp());
}

// As the store does: by name, and back.
Counters Rebuilt(const Counters& counters) {
  Counters rebuilt;
  for (const NamedCount& one : NonZero(counters))
    EXPECT_TRUE(AddNamed(rebuilt, FullName(one.name), one.count));
  return rebuilt;
}

TEST(Counters, AreAllInTheirNames) {
  EXPECT_TRUE(NonZero({}).empty());
  std::mt19937 random(21);
  for (int i = 0; i < 200; ++i) {
    const Counters one = RandomCounters(random);
    EXPECT_EQ(Rebuilt(one), one);
  }
}

TEST(Counters, EachHasANameOfItsOwn) {
  Counters all;
  for (std::size_t i = 0; i < kFrameOutcomes; ++i) all.Count(static_cast<FrameOutcome>(i));
  for (std::size_t i = 0; i < kMessageTypes; ++i) ++all.skipped[i];
  for (std::size_t i = 0; i < kRecordOutcomes; ++i) all.Count(static_cast<RecordOutcome>(i));
  std::set<std::string> names;
  for (const NamedCount& one : NonZero(all)) names.insert(FullName(one.name));
  EXPECT_EQ(names.size(),
            kFrameOutcomes - 1 + kMessageTypes + kRecordOutcomes);  // skipped is a sum
  for (const char* name : {"used", "stored", "refused.rcode", "skipped.CLIENT_QUERY",
                           "skipped.UNKNOWN", "record.class", "quarantine.off_chain"})
    EXPECT_EQ(names.count(name), 1U) << name;
}

TEST(Counters, NamesThatAreNone) {
  Counters counters;
  for (const char* name : {"", ".", "rcode", "refused", "refused.", "refused.rcodes", "used.",
                           ".used", "skipped", "frames", "refused_rcode", "Used"})
    EXPECT_FALSE(AddNamed(counters, name, 1)) << name;
  EXPECT_EQ(counters, Counters());
}

TEST(Counters, ANamedOneAddsToItsSums) {
  Counters counters;
  EXPECT_TRUE(AddNamed(counters, "skipped.TOOL_QUERY", 5));
  EXPECT_TRUE(AddNamed(counters, "used", 2));
  EXPECT_TRUE(AddNamed(counters, "used", 3));
  EXPECT_TRUE(AddNamed(counters, "stored", 9));
  EXPECT_EQ(counters.frames, 10U);
  EXPECT_EQ(counters.Of(FrameOutcome::kSkipped), 5U);
  EXPECT_EQ(counters.Of(FrameOutcome::kUsed), 5U);
  EXPECT_EQ(counters.Of(RecordOutcome::kStored), 9U);
  EXPECT_TRUE(counters.AddUp());
}

}  // namespace
}  // namespace pdns::record
