#include "ingest/drainer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/ingest/memory_sink.h"
#include "unit/ingest/payloads.h"
#include "unit/support/dns_message.h"

namespace pdns::ingest {
namespace {

using pdns::testing::WireName;

// One tuple "a<number>", of a source of its own.
void Fill(Harvest& harvest, unsigned number, std::uint64_t frames = 1) {
  const std::string owner = WireName(Numbered("a", number));
  const std::string rdata = "1234";
  harvest.windows[0].Add({AsBytes(owner), record::RrType::kA, AsBytes(rdata)}, {});
  harvest.sources.push_back({{{}, number}, {frames, 0, 0, {}}});
}

void DoNothing() {}

TEST(Drainer, AppliesInTheOrderGiven) {
  MemorySink memory;
  Drainer drainer(memory.sink(), 1, 1, DoNothing);
  auto harvest = drainer.First();
  constexpr unsigned kHarvests = 500;
  for (unsigned i = 1; i <= kHarvests; ++i) {
    EXPECT_TRUE(harvest->empty());
    Fill(*harvest, i);
    harvest = drainer.Exchange(std::move(harvest));
  }
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), kHarvests);
  for (unsigned i = 0; i < kHarvests; ++i) {
    ASSERT_EQ(batches[i].sources.size(), 1U);
    EXPECT_EQ(batches[i].sources[0].id.variant, i + 1);
    EXPECT_EQ(batches[i].trusted, 1U);
  }
  EXPECT_EQ(drainer.applied().tuples_new, kHarvests);
  EXPECT_EQ(drainer.applied().tuples_updated, 0U);
}

TEST(Drainer, TwoHarvestsALaneAndNoMore) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), 2, 1, DoNothing);
  auto first = drainer.First();
  auto second = drainer.First();
  EXPECT_TRUE(drainer.Ready());
  Fill(*first, 1);
  first = drainer.Exchange(std::move(first));
  EXPECT_TRUE(drainer.Ready());
  Fill(*second, 2);
  second = drainer.Exchange(std::move(second));
  EXPECT_FALSE(drainer.Ready());

  Fill(*first, 3);
  std::atomic<bool> came_back{false};
  std::thread lane([&] {
    first = drainer.Exchange(std::move(first));  // waits for the disk
    came_back = true;
  });
  EXPECT_FALSE(came_back);
  gate.Open();
  lane.join();
  EXPECT_TRUE(came_back);
  EXPECT_TRUE(first->empty());
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), 3U);
}

// The lanes that began earlier have all harvests on the way to the disk.
TEST(Drainer, ALaneMayBeginLate) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), 2, 1, DoNothing);
  auto early = drainer.First();
  for (unsigned i = 0; i < 3; ++i) {
    Fill(*early, i);
    early = drainer.Exchange(std::move(early));
  }
  EXPECT_FALSE(drainer.Ready());
  std::thread lane([&drainer] {
    auto late = drainer.First();
    ASSERT_NE(late, nullptr);
    EXPECT_TRUE(late->empty());
    Fill(*late, 3);
    late = drainer.Exchange(std::move(late));
  });
  gate.Open();
  lane.join();
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), 4U);
}

TEST(Drainer, FinishWritesWhatWasHandedOver) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), 3, 1, DoNothing);
  for (unsigned i = 0; i < 3; ++i) {
    auto harvest = drainer.First();
    Fill(*harvest, i);
    harvest = drainer.Exchange(std::move(harvest));
  }
  gate.Open();
  EXPECT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), 3U);
  EXPECT_TRUE(drainer.Finish().ok());  // once more does no harm
}

TEST(Drainer, ItsEndIsAFinish) {
  MemorySink memory;
  {
    Drainer drainer(memory.sink(), 1, 1, DoNothing);
    auto harvest = drainer.First();
    Fill(*harvest, 1);
    harvest = drainer.Exchange(std::move(harvest));
  }
  EXPECT_EQ(memory.trusted().size(), 1U);
}

TEST(Drainer, AfterAFailureNothingMoreIsWritten) {
  MemorySink memory;
  std::size_t asked = 0;
  memory.before_apply = [&asked](std::size_t number) {
    ++asked;
    return number == 2 ? Status::Io("disk full") : Status();
  };
  std::atomic<int> failures{0};
  Drainer drainer(memory.sink(), 1, 1, [&failures] { ++failures; });
  auto harvest = drainer.First();
  for (unsigned i = 0; i < 50; ++i) {  // a lane that has not noticed yet is not held up
    Fill(*harvest, i);
    harvest = drainer.Exchange(std::move(harvest));
    EXPECT_TRUE(harvest->empty());
  }
  const Status finished = drainer.Finish();
  EXPECT_EQ(finished.code(), Code::kIo);
  EXPECT_EQ(finished.message(), "disk full");
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(asked, 3U);
  EXPECT_EQ(memory.trusted().size(), 2U);
  EXPECT_EQ(drainer.applied().tuples_new, 2U);
}

TEST(Drainer, ManyLanes) {
  MemorySink memory;
  constexpr unsigned kLanes = 8;
  constexpr unsigned kHarvests = 200;
  Drainer drainer(memory.sink(), kLanes, 1, DoNothing);
  std::vector<std::thread> lanes;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back([&drainer, lane] {
      auto harvest = drainer.First();
      for (unsigned i = 0; i < kHarvests; ++i) {
        Fill(*harvest, lane * kHarvests + i);
        harvest = drainer.Exchange(std::move(harvest));
      }
    });
  }
  for (std::thread& lane : lanes) lane.join();
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), kLanes * kHarvests);
  EXPECT_EQ(memory.batches().size(), kLanes * kHarvests);
}

TEST(Drainer, CountsNewAndUpdated) {
  MemorySink memory;
  Drainer drainer(memory.sink(), 1, 1, DoNothing);
  auto harvest = drainer.First();
  std::uint64_t frames = 0;
  for (const unsigned number : {1U, 2U, 1U, 1U}) {
    Fill(*harvest, number, ++frames);
    harvest = drainer.Exchange(std::move(harvest));
  }
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(drainer.applied().tuples_new, 2U);
  EXPECT_EQ(drainer.applied().tuples_updated, 2U);
}

}  // namespace
}  // namespace pdns::ingest
