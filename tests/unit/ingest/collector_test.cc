#include "ingest/collector.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "unit/ingest/memory_sink.h"
#include "unit/support/payloads.h"

namespace pdns::ingest {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

constexpr std::size_t kMuch = 1U << 30;

record::SourceId Id(std::uint8_t number) {
  record::SourceId id;
  id.first_frame[0] = number;
  return id;
}

struct CollectorTest : ::testing::Test {
  ~CollectorTest() override { gate.Open(); }

  Collector Make(std::size_t most, nanoseconds interval) {
    return Collector(drainer, source::Policy{}, {most, interval});
  }

  void Take(Collector& collector, unsigned number) {
    const std::string payload = NumberedPayload("h", number);
    collector.Add(AsBytes(payload), counters);
  }
  void TakeFrom(Collector& collector, std::uint8_t source, std::uint64_t frames) {
    const std::string payload = NumberedPayload("h", static_cast<unsigned>(frames));
    collector.Add(AsBytes(payload), counters,
                  source::Place(Id(source), {frames, frames * 10, 6, {}}));
  }

  // A payload that is counted and leaves nothing behind.
  static std::string Skipped() {
    pdns::testing::Dnstap what;
    what.type = 5;
    return pdns::testing::Payload(what);
  }

  MemorySink memory;
  Gate gate;  // shut, when before_apply waits at it
  record::Counters counters;
  Drainer drainer{memory.sink(), [] {}};
};

TEST_F(CollectorTest, AFullWindowIsHandedOver) {
  Collector collector = Make(1, hours(1));
  for (unsigned i = 0; i < 10; ++i) Take(collector, i);
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.batches().size(), 10U);
  EXPECT_EQ(memory.trusted().size(), 10U);
}

// A batch that the sink refuses: what a source has comes again, what moved none is lost.
TEST_F(CollectorTest, OfAFailedBatchWhatMovedNoSourceIsLost) {
  memory.before_apply = [](std::size_t /*number*/) { return Status::Io("disk full"); };
  Collector collector = Make(kMuch, hours(1));
  for (unsigned i = 0; i < 3; ++i) Take(collector, i);
  for (std::uint64_t i = 1; i <= 5; ++i) TakeFrom(collector, 1, i);
  for (unsigned i = 10; i < 12; ++i) Take(collector, i);
  collector.Drain();
  EXPECT_FALSE(drainer.Finish().ok());
  EXPECT_EQ(drainer.figures().failed.lost, 5U);
  EXPECT_EQ(drainer.figures().failed.kept, 5U);
}

TEST_F(CollectorTest, AnOldWindowIsHandedOver) {
  Collector collector = Make(kMuch, nanoseconds(1));
  Take(collector, 1);
  EXPECT_EQ(collector.UntilOld(), nanoseconds(0));
  collector.DrainIfOld();
  Take(collector, 2);
  collector.DrainIfOld();
  collector.DrainIfOld();  // empty: nothing to hand over
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.batches().size(), 2U);
}

TEST_F(CollectorTest, AYoungWindowStays) {
  Collector collector = Make(kMuch, hours(1));
  EXPECT_EQ(collector.UntilOld(), hours(1));  // empty
  for (unsigned i = 0; i < 1000; ++i) Take(collector, i);
  EXPECT_LE(collector.UntilOld(), hours(1));
  EXPECT_GT(collector.UntilOld(), hours(0));
  collector.DrainIfOld();
  EXPECT_TRUE(memory.batches().empty());
  collector.Drain();
  EXPECT_EQ(collector.UntilOld(), hours(1));
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.batches().size(), 1U);
  EXPECT_EQ(memory.trusted().size(), 1000U);
}

TEST_F(CollectorTest, AgeIsLookedAtWhileFramesPourIn) {
  Collector collector = Make(kMuch, nanoseconds(1));
  for (unsigned i = 1; i <= 600; ++i) TakeFrom(collector, 1, i);
  collector.Drain();
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  EXPECT_GE(batches.size(), 3U);
  EXPECT_EQ(batches.back().sources.at(0).position.frames, 600U);
  EXPECT_EQ(memory.observations(), 600U);
}

TEST_F(CollectorTest, PositionsRideWithTheirObservations) {
  Collector collector = Make(1, hours(1));
  for (unsigned i = 1; i <= 20; ++i) TakeFrom(collector, 1, i);
  ASSERT_TRUE(drainer.Finish().ok());
  std::uint64_t observations = 0;
  for (const AppliedBatch& batch : memory.batches()) {
    ASSERT_EQ(batch.sources.size(), 1U);
    observations += batch.trusted;
    EXPECT_EQ(batch.sources[0].position.frames, observations);
    EXPECT_EQ(batch.sources[0].position.bytes, observations * 10);
  }
  EXPECT_EQ(observations, 20U);
}

TEST_F(CollectorTest, ABatchHoldsTheLastPositionOfEachSource) {
  Collector collector = Make(kMuch, hours(1));
  for (unsigned i = 1; i <= 5; ++i) TakeFrom(collector, 1, i);
  for (unsigned i = 1; i <= 3; ++i) TakeFrom(collector, 2, i);
  collector.Drain();
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), 1U);
  ASSERT_EQ(batches[0].sources.size(), 2U);
  EXPECT_EQ(batches[0].sources[0].id, Id(1));
  EXPECT_EQ(batches[0].sources[0].position.frames, 5U);
  EXPECT_EQ(batches[0].sources[1].id, Id(2));
  EXPECT_EQ(batches[0].sources[1].position.frames, 3U);
}

// The digest of a position is made late: never too late, and of no other source's frame.
TEST_F(CollectorTest, EachPositionNamesItsLastFrame) {
  Collector collector = Make(kMuch, hours(1));
  std::map<record::SourceId, source::Place> places;
  std::map<record::SourceId, std::string> last;
  const auto take = [&](std::uint8_t source, unsigned number) {
    const std::string payload = NumberedPayload("h", number);
    source::Place& place = places.try_emplace(Id(source), Id(source)).first->second;
    place.Move(AsBytes(payload), place.bytes() + payload.size());
    collector.Add(AsBytes(payload), counters, place);
    last[Id(source)] = payload;
  };
  std::vector<std::map<record::SourceId, std::string>> expected;
  unsigned number = 0;
  for (const std::vector<std::uint8_t>& batch :
       {std::vector<std::uint8_t>{1, 1, 2, 1, 3, 3}, {3, 2}, {1}, {1, 2, 1, 2}}) {
    last.clear();
    for (const std::uint8_t source : batch) take(source, ++number);
    expected.push_back(last);
    collector.Drain();
  }
  places.at(Id(2)).Break();
  collector.AddBroken(counters, &places.at(Id(2)));
  collector.Drain();
  expected.push_back({{Id(2), last.at(Id(2))}});
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), expected.size());
  for (std::size_t i = 0; i < batches.size(); ++i) {
    std::map<record::SourceId, record::Position> ends;  // the last of a source counts
    for (const auto& [id, position] : batches[i].sources) ends[id] = position;
    ASSERT_EQ(ends.size(), expected[i].size());
    for (const auto& [id, payload] : expected[i])
      EXPECT_EQ(ends.at(id).last_frame, Sha256(AsBytes(payload))) << "batch " << i;
  }
  EXPECT_TRUE(batches.back().sources.at(0).position.broken);
}

TEST_F(CollectorTest, FramesThatLeaveNothingAreCountedAndMoveAFile) {
  Collector collector = Make(kMuch, nanoseconds(1));
  const std::string skipped = Skipped();
  collector.DrainIfOld();
  collector.Drain();  // nothing yet
  collector.Add(AsBytes(skipped), counters);
  EXPECT_FALSE(collector.empty());
  collector.DrainIfOld();
  EXPECT_TRUE(collector.empty());
  collector.Drain();
  collector.Add(AsBytes(skipped), counters, source::Place(Id(1), {1, 10, 6, {}}));
  collector.Drain();
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_TRUE(batches[0].sources.empty());
  EXPECT_EQ(batches[0].trusted, 0U);
  EXPECT_EQ(batches[0].counters.frames, 1U);
  EXPECT_EQ(batches[0].counters.skipped[5], 1U);
  EXPECT_EQ(batches[1].trusted, 0U);
  EXPECT_EQ(batches[1].counters.frames, 1U);
  EXPECT_EQ(batches[1].sources.at(0).position.frames, 1U);
  EXPECT_EQ(counters.frames, 2U);
}

TEST_F(CollectorTest, EachFrameCountsForItsSourceAndForItsBatch) {
  Collector collector = Make(kMuch, hours(1));
  record::Counters other;
  const std::string skipped = Skipped();
  Take(collector, 1);
  Take(collector, 2);
  collector.Add(AsBytes(skipped), other);
  EXPECT_EQ(counters.frames, 2U);  // told when another's frame comes
  collector.Drain();
  EXPECT_EQ(other.frames, 1U);  // and when it is handed over
  Take(collector, 3);
  collector.AddOpened(collector.Open(AsBytes(skipped), other), other, nullptr);
  collector.AddBroken(other, nullptr);
  collector.FinishCounting();
  collector.Drain();
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(counters.Of(record::FrameOutcome::kUsed), 3U);
  EXPECT_EQ(counters.Of(record::RecordOutcome::kStored), 3U);
  EXPECT_EQ(counters.frames, 3U);
  EXPECT_EQ(other.Of(record::FrameOutcome::kSkipped), 2U);
  EXPECT_EQ(other.Of(record::FrameOutcome::kMalformedFrame), 1U);
  EXPECT_EQ(other.frames, 3U);
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].counters.frames, 3U);
  EXPECT_EQ(batches[1].counters.frames, 3U);
  record::Counters both = counters;
  both.Add(other);
  EXPECT_EQ(memory.counters(), both);
}

TEST_F(CollectorTest, AFrameThatEndsOpenedAgesAsOthersDo) {
  Collector collector = Make(kMuch, std::chrono::milliseconds(1));
  const std::string skipped = Skipped();
  EXPECT_EQ(collector.Open(AsBytes(skipped), counters), nullptr);
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  collector.DrainIfOld();
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.counters().frames, 1U);
}

TEST_F(CollectorTest, WhileTheDiskIsBehindTheWindowGrows) {
  memory.before_apply = [this](std::size_t) {
    gate.Wait();
    return Status();
  };
  Collector collector = Make(kMuch, nanoseconds(1));
  Take(collector, 1);
  collector.DrainIfOldAndReady();  // goes to the disk, which is slow
  for (unsigned i = 2; i <= 100; ++i) {
    Take(collector, i);
    collector.DrainIfOldAndReady();  // does not wait for it
  }
  EXPECT_TRUE(memory.batches().empty());
  gate.Open();
  while (!drainer.Idle()) std::this_thread::yield();
  collector.DrainIfOldAndReady();
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].trusted, 1U);
  EXPECT_EQ(batches[1].trusted, 99U);
}

}  // namespace
}  // namespace pdns::ingest
