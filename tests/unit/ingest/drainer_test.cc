#include "ingest/drainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/ingest/memory_sink.h"
#include "unit/support/dns_message.h"
#include "unit/support/payloads.h"

namespace pdns::ingest {
namespace {

using pdns::testing::WireName;

// One tuple "a<number>", of a source of its own.
void Fill(BatchBuffer& buffer, unsigned number, std::uint64_t frames = 1) {
  const std::string owner = WireName(Numbered("a", number));
  const std::string rdata = "1234";
  buffer.windows[0].Add({AsBytes(owner), record::RrType::kA, AsBytes(rdata)}, {});
  buffer.sources.push_back({{{}, number}, {frames, 0, 0, {}}});
}

void DoNothing() {}

// A collector's part of it: what it fills, and its share.
struct Filler {
  explicit Filler(Drainer& into) : drainer(into) {}

  void FillAndHandOver(unsigned number, std::uint64_t frames = 1) {
    Fill(*buffer, number, frames);
    HandOver();
  }
  void HandOver() { buffer = drainer.Exchange(share, std::move(buffer)); }
  bool Ready() const { return drainer.Ready(*share); }

  Drainer& drainer;
  std::shared_ptr<Drainer::Share> share = Drainer::Join(1);
  std::unique_ptr<BatchBuffer> buffer = drainer.First(*share);
};

TEST(Drainer, AppliesInTheOrderGiven) {
  MemorySink memory;
  Drainer drainer(memory.sink(), DoNothing);
  Filler reader(drainer);
  constexpr unsigned kBuffers = 500;
  for (unsigned i = 1; i <= kBuffers; ++i) {
    EXPECT_TRUE(reader.buffer->empty());
    reader.FillAndHandOver(i);
  }
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), kBuffers);
  for (unsigned i = 0; i < kBuffers; ++i) {
    ASSERT_EQ(batches[i].sources.size(), 1U);
    EXPECT_EQ(batches[i].sources[0].id.variant, i + 1);
    EXPECT_EQ(batches[i].trusted, 1U);
  }
  EXPECT_EQ(drainer.figures().applied.tuples_new, kBuffers);
  EXPECT_EQ(drainer.figures().applied.tuples_updated, 0U);
}

// A number that came up before the hand-over has its name in the batch.
TEST(Drainer, ABatchNamesItsSensors) {
  MemorySink memory;
  Drainer drainer(memory.sink(), DoNothing);
  Filler reader(drainer);
  constexpr unsigned kBatches = 100;
  for (unsigned i = 0; i < kBatches; ++i) {
    const std::string owner = WireName("a");
    record::Sighting sighting;
    sighting.sensors = drainer.sensors().BitOf(Numbered("s", i));
    reader.buffer->windows[0].Add({AsBytes(owner), record::RrType::kA, {}}, sighting);
    reader.FillAndHandOver(i);
  }
  ASSERT_TRUE(drainer.Finish().ok());
  const auto batches = memory.batches();
  ASSERT_EQ(batches.size(), kBatches);
  for (unsigned i = 0; i < kBatches; ++i) {
    ASSERT_GE(batches[i].sensors.size(), std::min(i + 1, record::kMostSensors));
    ASSERT_LE(batches[i].sensors.size(), record::kMostSensors);
  }
  const auto seen = memory.SensorsOf({WireName("a"), 1, ""});
  EXPECT_EQ(seen.size(), record::kMostSensors);
  EXPECT_EQ(memory.trusted().at({WireName("a"), 1, ""}).sensors, record::kAllSensors);
}

TEST(Drainer, TwoBuffersAReaderAndNoMore) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), DoNothing);
  Filler first(drainer);
  EXPECT_TRUE(first.Ready());
  first.FillAndHandOver(1);
  EXPECT_FALSE(first.Ready());
  EXPECT_EQ(drainer.figures().waiting, 1U);

  Fill(*first.buffer, 3);
  std::atomic<bool> came_back{false};
  std::thread reader([&] {
    first.HandOver();  // waits for the disk
    came_back = true;
  });
  EXPECT_FALSE(came_back);
  gate.Open();
  reader.join();
  EXPECT_TRUE(came_back);
  EXPECT_TRUE(first.buffer->empty());
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), 2U);
  EXPECT_TRUE(drainer.Idle());
}

// A backfill that has all its buffers on the way to the disk leaves those of the sockets alone.
TEST(Drainer, NoReaderTakesTheBuffersOfAnother) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), DoNothing);
  Filler busy(drainer);
  busy.FillAndHandOver(0);
  EXPECT_FALSE(busy.Ready());
  Filler late(drainer);
  EXPECT_TRUE(late.Ready());
  late.FillAndHandOver(1);  // does not wait
  gate.Open();
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), 2U);
}

TEST(Drainer, AwaitWaitsForWhatWasHandedOverBefore) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), DoNothing);
  EXPECT_TRUE(drainer.Await().ok());  // nothing was
  Filler reader(drainer);
  reader.FillAndHandOver(1);
  EXPECT_FALSE(drainer.Idle());
  std::atomic<bool> written{false};
  std::thread waiter([&] {
    EXPECT_TRUE(drainer.Await().ok());
    written = true;
    EXPECT_EQ(memory.trusted().size(), 1U);
  });
  for (int i = 0; i < 1000; ++i) {
    std::this_thread::yield();
    ASSERT_FALSE(written);
  }
  gate.Open();
  waiter.join();
}

TEST(Drainer, EachShareKnowsWhatItsBuffersCameTo) {
  MemorySink memory;
  Drainer drainer(memory.sink(), DoNothing);
  Filler one(drainer);
  Filler other(drainer);
  one.FillAndHandOver(1);
  one.FillAndHandOver(2, 2);
  other.FillAndHandOver(1, 2);
  ASSERT_TRUE(drainer.Await().ok());
  EXPECT_EQ(drainer.AppliedOf(*one.share).tuples_new, 2U);
  EXPECT_EQ(drainer.AppliedOf(*other.share).tuples_new, 0U);
  EXPECT_EQ(drainer.AppliedOf(*other.share).tuples_updated, 1U);
  EXPECT_EQ(drainer.figures().drains, 3U);
}

TEST(Drainer, FinishWritesWhatWasHandedOver) {
  MemorySink memory;
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Drainer drainer(memory.sink(), DoNothing);
  std::vector<std::unique_ptr<Filler>> readers;
  for (unsigned i = 0; i < 3; ++i) {
    readers.push_back(std::make_unique<Filler>(drainer));
    readers.back()->FillAndHandOver(i);
  }
  gate.Open();
  EXPECT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), 3U);
  EXPECT_TRUE(drainer.Finish().ok());  // once more does no harm
}

TEST(Drainer, ItsEndIsAFinish) {
  MemorySink memory;
  {
    Drainer drainer(memory.sink(), DoNothing);
    Filler(drainer).FillAndHandOver(1);
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
  Drainer drainer(memory.sink(), [&failures] { ++failures; });
  Filler reader(drainer);
  for (unsigned i = 0; i < 50; ++i) {  // a reader that has not noticed yet is not held up
    reader.FillAndHandOver(i);
    EXPECT_TRUE(reader.buffer->empty());
  }
  const Status finished = drainer.Finish();
  EXPECT_EQ(finished.code(), Code::kIo);
  EXPECT_EQ(finished.message(), "disk full");
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(asked, 3U);
  EXPECT_EQ(memory.trusted().size(), 2U);
  EXPECT_EQ(drainer.figures().applied.tuples_new, 2U);
}

TEST(Drainer, ManyReaders) {
  MemorySink memory;
  constexpr unsigned kReaders = 8;
  constexpr unsigned kBuffers = 200;
  Drainer drainer(memory.sink(), DoNothing);
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&drainer, reader] {
      Filler filler(drainer);
      for (unsigned i = 0; i < kBuffers; ++i) filler.FillAndHandOver(reader * kBuffers + i);
    });
  }
  for (std::thread& reader : readers) reader.join();
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(memory.trusted().size(), kReaders * kBuffers);
  EXPECT_EQ(memory.batches().size(), kReaders * kBuffers);
}

TEST(Drainer, CountsNewAndUpdated) {
  MemorySink memory;
  Drainer drainer(memory.sink(), DoNothing);
  Filler reader(drainer);
  std::uint64_t frames = 0;
  for (const unsigned number : {1U, 2U, 1U, 1U}) reader.FillAndHandOver(number, ++frames);
  ASSERT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(drainer.figures().applied.tuples_new, 2U);
  EXPECT_EQ(drainer.figures().applied.tuples_updated, 2U);
}

}  // namespace
}  // namespace pdns::ingest
