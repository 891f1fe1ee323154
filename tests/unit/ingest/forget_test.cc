// Captures by the thousand: what is remembered of them stays within its bound, and each is taken
// once, whether it is remembered or not.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ingest/file_source.h"
#include "unit/ingest/run.h"
#include "unit/support/frame_stream.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::DataFrame;
using pdns::testing::OpenCapture;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;

// As a service that watches a folder: one memory of sources for months, a run now and then.
struct ManyCaptures : ::testing::Test {
  source::State Read(const std::string& bytes) {
    std::filesystem::remove(path);  // a file cut to nothing and written anew waits for the disk
    WriteFile(path, bytes);
    return source.Read(path).state;
  }
  void Commit() {
    collector.Drain();
    EXPECT_TRUE(drainer.Await().ok());
  }
  // So many others, all committed: what stood before is forgotten.
  void ReadOthers(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      EXPECT_EQ(Read(OpenCapture({NumberedPayload("other", others++)})), source::State::kCutTail);
      if (i % 256 == 255) Commit();
      most = std::max(most, claims.remembered());
    }
    Commit();
  }

  TempDir dir;
  const std::string path = dir / "capture";
  MemorySink memory;
  const Sink sink = memory.sink();
  Claims claims{sink};
  Drainer drainer{sink, [] {}};
  Stop never;
  source::Progress progress;
  Collector collector{drainer, {}, {}};
  FileSource source{collector, claims, never, progress};
  unsigned others = 0;
  std::size_t most = 0;  // remembered at once
};

TEST_F(ManyCaptures, AHundredThousandAreForgottenAgain) {
  ReadOthers(100'000);
  EXPECT_LE(most, Claims::kSweepAt);
  EXPECT_EQ(memory.observations(), 100'000U);
}

TEST_F(ManyCaptures, WhatWasForgottenIsNotTakenAgain) {
  const auto payloads = NumberedPayloads("h", 50);
  const std::vector<std::string> part(payloads.begin(), payloads.begin() + 20);
  EXPECT_EQ(Read(OpenCapture(part)), source::State::kCutTail);
  ReadOthers(2000);
  EXPECT_LE(most, Claims::kSweepAt);
  EXPECT_EQ(Read(OpenCapture(part)), source::State::kAlreadyTaken);
  EXPECT_EQ(Read(Capture(payloads)), source::State::kContinued);  // it has grown since
  ReadOthers(2000);
  EXPECT_EQ(Read(Capture(payloads)), source::State::kAlreadyTaken);
  EXPECT_EQ(Read(OpenCapture(part)), source::State::kAlreadyTaken);
  Commit();
  ExpectNumbered(memory, "h", 50);
  ExpectNumbered(memory, "other", 4000);
}

// Captures whose first frame is the same, as of resolvers that begin with a fixed question: the
// second frame tells them apart.
struct AlikeCaptures : ManyCaptures {
  static constexpr unsigned kCaptures = 3000;

  static std::string Alike(unsigned number, bool grown = false) {
    std::vector<std::string> payloads{NumberedPayload("first", 0), NumberedPayload("h", number)};
    if (grown) payloads.push_back(NumberedPayload("grown", number));
    return OpenCapture(payloads);
  }
  // By `reader`, in an order that `step` chooses: no divisor of kCaptures.
  void ReadAlike(FileSource& reader, unsigned step, source::State expected, bool grown = false) {
    const std::uint64_t opens = reader.opens();
    const std::size_t asked = memory.progress_calls();
    for (unsigned i = 0; i < kCaptures; ++i) {
      std::filesystem::remove(path);
      WriteFile(path, Alike(i * step % kCaptures, grown));
      ASSERT_EQ(reader.Read(path).state, expected) << i;
      if (i % 256 == 255) Commit();
      most = std::max(most, claims.remembered());
    }
    Commit();
    // Two looks at a file: at what it differs from, and at what it is. The sink is asked for what
    // the second finds, and when a source is forgotten, and by a new process once for each variant.
    EXPECT_LE(reader.opens() - opens, 2 * kCaptures + 2);
    EXPECT_LE(memory.progress_calls() - asked, 8 * kCaptures);
  }
};

TEST_F(AlikeCaptures, ThousandsCostAsManyLooks) {
  ReadAlike(source, 1, source::State::kCutTail);
  EXPECT_LE(most, Claims::kSweepAt);
  ReadOthers(2000);
  ReadAlike(source, 7, source::State::kAlreadyTaken);
  ExpectNumbered(memory, "first", 1, kCaptures);
  ExpectNumbered(memory, "h", kCaptures);
}

TEST_F(AlikeCaptures, ANewProcessKnowsThemByTheLedger) {
  ReadAlike(source, 1, source::State::kCutTail);
  Claims fresh(sink);
  Collector again(drainer, {}, {});
  FileSource reader(again, fresh, never, progress);
  ReadAlike(reader, 1771, source::State::kAlreadyTaken);
  ReadAlike(reader, 13, source::State::kCutTail, true);  // each has grown by a frame
  again.Drain();
  Commit();
  ExpectNumbered(memory, "first", 1, kCaptures);
  ExpectNumbered(memory, "h", kCaptures);
  ExpectNumbered(memory, "grown", kCaptures);
}

// Captures that have any number of frames in common, read in any order by two readers, each of them
// twice, and once more when all have grown.
TEST_F(ManyCaptures, AnyMixOfCapturesThatBeginAlike) {
  constexpr unsigned kMix = 600;
  constexpr unsigned kMostAlike = 20;
  std::mt19937 random(41);
  std::vector<unsigned> alike;  // frames that capture i has in common with others
  for (unsigned i = 0; i < kMix; ++i)
    alike.push_back(1 + static_cast<unsigned>(random() % kMostAlike));
  const auto bytes_of = [&alike](unsigned i, unsigned own) {
    std::vector<std::string> payloads = NumberedPayloads("alike", alike[i]);
    for (unsigned k = 0; k < own; ++k) payloads.push_back(NumberedPayload("own", 10 * i + k));
    return OpenCapture(payloads);
  };
  for (const unsigned own : {5U, 10U}) {
    std::vector<unsigned> order;
    for (unsigned i = 0; i < 2 * kMix; ++i) order.push_back(i % kMix);
    std::shuffle(order.begin(), order.end(), random);
    std::atomic<std::size_t> next{0};
    const auto read_some = [&](const std::string& own_path) {
      Collector own_collector(drainer, {}, {});
      FileSource own_source(own_collector, claims, never, progress);
      for (std::size_t i = next++; i < order.size(); i = next++) {
        std::filesystem::remove(own_path);
        WriteFile(own_path, bytes_of(order[i], own));
        const source::State state = own_source.Read(own_path).state;
        EXPECT_TRUE(state == source::State::kCutTail || state == source::State::kAlreadyTaken);
        if (i % 32 == 0) own_collector.Drain();
      }
      own_collector.Drain();
    };
    std::thread first([&] { read_some(dir / "first"); });
    std::thread second([&] { read_some(dir / "second"); });
    first.join();
    second.join();
    Commit();
    EXPECT_EQ(memory.counters().frames,
              others + std::accumulate(alike.begin(), alike.end(), 0U) + own * kMix);
    ReadOthers(1500);
  }
  ExpectNumbered(memory, "own", 10 * kMix);
}

// Two readers meet each capture under two names while others are forgotten.
TEST_F(ManyCaptures, TwinsAreTakenOnceWhileOthersAreForgotten) {
  constexpr unsigned kCaptures = 3000;
  const auto read_all = [this](const std::string& own) {
    Collector own_collector(drainer, {}, {});
    FileSource own_source(own_collector, claims, never, progress);
    for (unsigned i = 0; i < kCaptures; ++i) {
      std::filesystem::remove(own);
      WriteFile(own, OpenCapture({NumberedPayload("twin", i)}));
      const source::State state = own_source.Read(own).state;
      EXPECT_TRUE(state == source::State::kCutTail || state == source::State::kAlreadyTaken);
      if (i % 16 == 15) own_collector.Drain();
    }
    own_collector.Drain();
  };
  std::thread first([&] { read_all(dir / "first"); });
  std::thread second([&] { read_all(dir / "second"); });
  first.join();
  second.join();
  Commit();
  EXPECT_EQ(memory.counters().frames, kCaptures);
  ExpectNumbered(memory, "twin", kCaptures);
}

}  // namespace
}  // namespace pdns::ingest
