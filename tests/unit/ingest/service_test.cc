#include "ingest/service.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "unit/ingest/run.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/places.h"
#include "unit/support/stdin_pipe.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::kCompressions;
using pdns::testing::OpenCapture;
using pdns::testing::StartFrame;
using pdns::testing::StdinPipe;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::TestData;
using pdns::testing::U32;
using pdns::testing::WriteFile;
using record::FrameOutcome;
using record::RecordOutcome;

struct ServiceTest : ::testing::Test {
  static std::string CapturePath(const std::string& name) {
    return std::string(pdns::testing::kTestData) + "/" + name;
  }
  std::string File(const std::string& name, const std::string& bytes) {
    WriteFile(dir / name, bytes);
    return dir / name;
  }

  TempDir dir;
  MemorySink memory;
};

using StateList = std::vector<source::State>;

TEST_F(ServiceTest, NothingToDo) {
  const RunReport report = RunFiles(memory, {});
  EXPECT_TRUE(report.sources.empty());
  EXPECT_TRUE(memory.batches().empty());
}

// The numbers of tests/data/*.counters.txt, which another program counted.
TEST_F(ServiceTest, RealCaptures) {
  const RunReport report =
      RunFiles(memory, {CapturePath("bind-rr.dnstap"), CapturePath("unbound-rr.dnstap")});
  ASSERT_EQ(States(report), (StateList{source::State::kComplete, source::State::kComplete}));
  const record::Counters& bind = report.sources[0].counters;
  EXPECT_EQ(bind.frames, 1661U);
  EXPECT_EQ(bind.Of(FrameOutcome::kUsed), 1625U);
  EXPECT_EQ(bind.Of(FrameOutcome::kRcode), 12U);
  EXPECT_EQ(bind.Of(FrameOutcome::kTruncated), 24U);
  EXPECT_EQ(bind.Of(RecordOutcome::kStored), 6692U);
  EXPECT_EQ(bind.Of(RecordOutcome::kOutOfBailiwick), 6U);
  const record::Counters& unbound = report.sources[1].counters;
  EXPECT_EQ(unbound.frames, 2325U);
  EXPECT_EQ(unbound.Of(FrameOutcome::kUsed), 2238U);
  EXPECT_EQ(unbound.Of(RecordOutcome::kStored), 7350U);
  EXPECT_EQ(unbound.Of(RecordOutcome::kOutOfBailiwick), 30U);
  EXPECT_EQ(memory.observations(), 6692U + 7350U);
}

TEST_F(ServiceTest, HoweverTheWindowsFallTheRowsAreTheSame) {
  const std::string path = CapturePath("bind-rr.dnstap");
  RunFiles(memory, {path});
  MemorySink small;
  RunFiles(small, {path}, {1, std::chrono::nanoseconds(1)});
  EXPECT_GT(small.batches().size(), 1000U);
  EXPECT_EQ(memory.batches().size(), 1U);
  const Rows expected = memory.trusted();
  const Rows rows = small.trusted();
  ASSERT_EQ(rows.size(), expected.size());
  for (const auto& [key, sighting] : expected) {
    const auto row = rows.find(key);
    ASSERT_NE(row, rows.end());
    EXPECT_EQ(row->second.first, sighting.first);
    EXPECT_EQ(row->second.last, sighting.last);
    EXPECT_EQ(row->second.count, sighting.count);
    EXPECT_EQ(row->second.bailiwick, sighting.bailiwick);
  }
  EXPECT_EQ(small.quarantined().size(), memory.quarantined().size());
}

// From several files at once and from one by several workers, in one process and the next.
TEST_F(ServiceTest, EachTupleKnowsItsSensors) {
  const auto from = [](const std::string& sensor, unsigned count) {
    std::vector<std::string> payloads;
    for (unsigned i = 0; i < count; ++i)
      payloads.push_back(FromSensor(sensor, NumberedPayload("h", i)));
    return payloads;
  };
  const auto seen = [this](unsigned number) {
    return memory.SensorsOf({pdns::testing::WireName(Numbered("h", number) + ".example"), 1,
                             std::string("\xc0\0\2\1", 4)});
  };
  using Names = std::set<std::string>;
  WriteFile(dir / "b", Capture(from("b", 20)));
  WriteFile(dir / "c", Capture(from("c", 10)));
  WriteFile(dir / "none", Capture(NumberedPayloads("h", 5)));
  RunFiles(memory, {dir / "b", dir / "c", dir / "none"}, {.cores = 3});
  EXPECT_EQ(seen(4), (Names{"", "b", "c"}));
  EXPECT_EQ(seen(9), (Names{"b", "c"}));
  EXPECT_EQ(seen(10), (Names{"b"}));

  std::vector<std::string> mixed = from("a", 15);
  for (std::string& payload : from("c", 11)) mixed.push_back(std::move(payload));
  WriteFile(dir / "mixed", Capture(mixed));
  RunFiles(memory, {dir / "mixed"}, {.cores = 3});
  EXPECT_EQ(seen(4), (Names{"", "a", "b", "c"}));
  EXPECT_EQ(seen(10), (Names{"a", "b", "c"}));
  EXPECT_EQ(seen(14), (Names{"a", "b"}));
  EXPECT_EQ(seen(15), (Names{"b"}));
}

TEST_F(ServiceTest, ManySmallFilesByOneAndBySeveralWorkers) {
  std::filesystem::create_directories(dir / "many");
  constexpr unsigned kFiles = 300;
  for (unsigned i = 0; i < kFiles; ++i) {
    const std::string bytes = Capture(NumberedPayloads("h", 3, 3 * i));
    File(Numbered("many/", i),
         i % 3 == 0 ? Compress(kCompressions[i % kCompressions.size()], bytes) : bytes);
  }
  const RunReport report = RunFiles(memory, {dir / "many"});
  EXPECT_EQ(States(report), StateList(kFiles, source::State::kComplete));
  for (const source::Report& source : report.sources) EXPECT_EQ(source.counters.frames, 3U);
  ExpectNumbered(memory, "h", 3 * kFiles);
}

TEST_F(ServiceTest, ACorruptFileKeepsWhatStoodBefore) {
  const std::string good = OpenCapture(NumberedPayloads("h", 5));
  for (const std::string& bad : {U32(0xffffffff), U32(1U << 20 | 1), std::string(8, '\0'),
                                 StopFrame() + DataFrame(NumberedPayload("x", 1))}) {
    MemorySink fresh;
    const std::string path = File("a", good + bad + OpenCapture(NumberedPayloads("x", 5)));
    const std::string other = File("b", Capture(NumberedPayloads("o", 5)));
    const RunReport report = RunFiles(fresh, {path, other});
    EXPECT_EQ(States(report), (StateList{source::State::kCorrupt, source::State::kComplete}));
    EXPECT_EQ(report.sources[0].counters.frames, 6U);
    EXPECT_EQ(report.sources[0].counters.Of(FrameOutcome::kMalformedFrame), 1U);
    EXPECT_FALSE(report.sources[0].reason.empty());
    EXPECT_TRUE(report.NeedsAttention());
    ExpectNumbered(fresh, "h", 5);
    ExpectNumbered(fresh, "x", 0);
    ExpectNumbered(fresh, "o", 5);
    EXPECT_EQ(fresh.counters(), report.Total());
    const RunReport again = RunFiles(fresh, {path, other});
    EXPECT_EQ(States(again), (StateList{source::State::kCorrupt, source::State::kAlreadyTaken}));
    EXPECT_EQ(again.Total().Of(FrameOutcome::kMalformedFrame), 1U);  // told again, counted once
    EXPECT_EQ(fresh.counters(), report.Total());
    ExpectNumbered(fresh, "h", 5);
  }
}

// The batch with the fault is refused, as a crash before it would do: the next run counts it.
TEST_F(ServiceTest, AFaultCountsOnceWhereverARunEnds) {
  const std::string path = File("a", OpenCapture(NumberedPayloads("h", 5)) + U32(0xffffffff));
  for (std::size_t refused = 0; refused <= 6; ++refused) {
    MemorySink fresh;
    fresh.before_apply = [refused](std::size_t batch) {
      return batch == refused ? Status::Io("no room") : Status();
    };
    Stop stop;
    EXPECT_EQ(RunOn(fresh, {path}, stop, {.window_memory = 1}).ok(), refused == 6);
    fresh.before_apply = [](std::size_t) { return Status(); };
    EXPECT_EQ(States(RunFiles(fresh, {path})), StateList{source::State::kCorrupt});
    EXPECT_EQ(fresh.counters().frames, 6U) << refused;
    EXPECT_EQ(fresh.counters().Of(FrameOutcome::kMalformedFrame), 1U) << refused;
  }
}

TEST_F(ServiceTest, AMendedCaptureGoesOnAndMayBreakAgain) {
  const std::string good = OpenCapture(NumberedPayloads("h", 5));
  const std::string more = good + DataFrame(NumberedPayload("h", 5));
  for (const std::string& bytes : {good + U32(0xffffffff), more + U32(0xffffffff)}) {
    EXPECT_EQ(States(RunFiles(memory, {File("a", bytes)})), StateList{source::State::kCorrupt});
    EXPECT_EQ(States(RunFiles(memory, {File("a", bytes)})), StateList{source::State::kCorrupt});
  }
  EXPECT_EQ(memory.counters().Of(FrameOutcome::kMalformedFrame), 2U);
  EXPECT_EQ(memory.counters().frames, 8U);
  ExpectNumbered(memory, "h", 6);
}

// It has no name by which the next run would know it.
TEST_F(ServiceTest, WhatIsBrokenBeforeItsFirstFrameIsToldAndNotCounted) {
  const std::string path = File("a", OpenCapture({}) + U32(0xffffffff));
  for (int i = 0; i < 2; ++i) {
    const RunReport report = RunFiles(memory, {path});
    EXPECT_EQ(States(report), StateList{source::State::kCorrupt});
    EXPECT_EQ(report.Total().Of(FrameOutcome::kMalformedFrame), 1U);
  }
  EXPECT_TRUE(memory.batches().empty());
}

TEST_F(ServiceTest, DamagedCompressedDataIsCorrupt) {
  std::string bytes = Compress("xz", TestData("bind-rr.dnstap"));
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() * 3 / 4), 1000, '\xff');
  const RunReport report = RunFiles(memory, {File("a", bytes)});
  EXPECT_EQ(States(report), StateList{source::State::kCorrupt});
  EXPECT_GT(memory.observations(), 0U);
  // The whole one goes on from there.
  EXPECT_EQ(States(RunFiles(memory, {CapturePath("bind-rr.dnstap")})),
            StateList{source::State::kContinued});
  EXPECT_EQ(memory.observations(), 6692U);
}

TEST_F(ServiceTest, WhatCannotBeReadStopsNobodyElse) {
  const std::vector<std::string> paths{
      dir / "missing",
      File("text", "this is no capture"),
      File("foreign", ControlFrame(2, {"protobuf:other.Thing"}) + DataFrame("x")),
      File("good", Capture(NumberedPayloads("h", 5))),
      File("packed", Compress("gzip", "this is no capture either")),
      File("no_start", DataFrame("x")),
      "/proc/self/mem",
      "/dev/null"};
  const RunReport report = RunFiles(memory, paths);
  constexpr auto kUnreadable = source::State::kUnreadable;
  EXPECT_EQ(States(report),
            (StateList{kUnreadable, kUnreadable, kUnreadable, source::State::kComplete, kUnreadable,
                       kUnreadable, kUnreadable, source::State::kCutTail}));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(report.sources[i].name, paths[i]);
    EXPECT_EQ(report.sources[i].reason.empty(), i == 3) << paths[i];
    EXPECT_EQ(report.sources[i].counters.frames, i == 3 ? 5U : 0U) << paths[i];
  }
  ExpectNumbered(memory, "h", 5);
}

TEST_F(ServiceTest, EmptyCapturesAreFine) {
  const RunReport report = RunFiles(
      memory,
      {File("empty", ""), File("closed", StartFrame() + StopFrame()), File("begun", StartFrame())});
  EXPECT_EQ(States(report), (StateList{source::State::kCutTail, source::State::kComplete,
                                       source::State::kCutTail}));
  EXPECT_FALSE(report.NeedsAttention());
  EXPECT_TRUE(memory.batches().empty());
}

TEST_F(ServiceTest, FramesAddUpPerSource) {
  pdns::testing::Dnstap client;
  client.type = 6;
  const RunReport report = RunFiles(
      memory, {File("a", Capture({NumberedPayload("h", 1), "rubbish",
                                  pdns::testing::Payload(client), pdns::testing::Payload({})})),
               File("b", Capture({"more rubbish"}))});
  EXPECT_EQ(report.sources[0].counters.frames, 4U);  // and AddUp, which every run here is held to
  EXPECT_EQ(report.sources[0].counters.Of(FrameOutcome::kUsed), 1U);
  EXPECT_EQ(report.sources[0].counters.Of(FrameOutcome::kMalformedProtobuf), 1U);
  EXPECT_EQ(report.sources[0].counters.skipped[6], 1U);
  EXPECT_EQ(report.sources[0].counters.Of(FrameOutcome::kNoMessage), 1U);
  EXPECT_EQ(report.sources[1].counters.frames, 1U);
}

TEST_F(ServiceTest, AStopBeforeTheBeginning) {
  Stop stop;
  stop.Request();
  const auto report = RunOn(memory, {File("a", Capture(NumberedPayloads("h", 5)))}, stop);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(States(*report), StateList{source::State::kInterrupted});
  EXPECT_FALSE(report->NeedsAttention());
  EXPECT_TRUE(memory.batches().empty());
}

// Asked to stop at any batch: what was taken is committed, and the next run takes the rest.
TEST_F(ServiceTest, AStopAnywhereThenAgain) {
  const std::vector<std::string> paths{
      File("a", Capture(NumberedPayloads("a", 150))),
      File("b", Compress("gzip", OpenCapture(NumberedPayloads("b", 150))))};
  std::mt19937 random(32);
  for (int trial = 0; trial < 20; ++trial) {
    MemorySink fresh;
    Stop stop;
    const std::size_t when = random() % 100;
    fresh.before_apply = [&](std::size_t number) {
      if (number == when) stop.Request();
      return Status();
    };
    const auto first = RunOn(fresh, paths, stop, {1, std::chrono::hours(1)});
    ASSERT_TRUE(first.ok());
    EXPECT_FALSE(first->NeedsAttention());
    EXPECT_EQ(fresh.observations(), first->Total().Of(RecordOutcome::kStored));  // all is committed
    fresh.before_apply = [](std::size_t) { return Status(); };
    const RunReport second = RunFiles(fresh, paths);
    EXPECT_EQ(first->Total().frames + second.Total().frames, 300U);
    ExpectNumbered(fresh, "a", 150);
    ExpectNumbered(fresh, "b", 150);
  }
}

// What a silent pipe gave must not wait for its end.
TEST_F(ServiceTest, AnIdlePipeIsFlushed) {
  StdinPipe pipe;
  RunReport report;
  std::thread run([&] {
    report = RunFiles(memory, {"-"}, {64U << 20, std::chrono::milliseconds(5)});
  });
  pipe.Write(OpenCapture(NumberedPayloads("h", 10)));
  EXPECT_TRUE(memory.AwaitTuples(10));
  pipe.Write(DataFrame(NumberedPayload("h", 10)));
  EXPECT_TRUE(memory.AwaitTuples(11));
  pipe.Write(StopFrame());
  pipe.CloseWriter();
  run.join();
  EXPECT_EQ(States(report), StateList{source::State::kComplete});
  ExpectNumbered(memory, "h", 11);
}

TEST_F(ServiceTest, ASilentPipeEndsAtAStop) {
  StdinPipe pipe;
  Stop stop;
  std::thread run([&] {
    const auto report = RunOn(memory, {"-"}, stop, {64U << 20, std::chrono::milliseconds(5)});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(States(*report), StateList{source::State::kInterrupted});
    EXPECT_EQ(report->Total().frames, 10U);
  });
  pipe.Write(OpenCapture(NumberedPayloads("h", 10)));
  EXPECT_TRUE(memory.AwaitTuples(10));
  stop.Request();
  run.join();
  ExpectNumbered(memory, "h", 10);
}

TEST_F(ServiceTest, AFifoIsASource) {
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  std::thread writer(
      [this] { WriteFile(dir / "fifo", Compress("zstd", Capture(NumberedPayloads("h", 500)))); });
  const RunReport report = RunFiles(memory, {dir / "fifo"});
  writer.join();
  EXPECT_EQ(States(report), StateList{source::State::kComplete});
  ExpectNumbered(memory, "h", 500);
}

TEST_F(ServiceTest, ALedgerThatCannotBeReadIsSaid) {
  Stop stop;
  source::Progress progress;
  ServiceOptions options;
  options.sources = source::ListPaths({File("a", Capture(NumberedPayloads("h", 5)))});
  Sink sink = memory.sink();
  sink.progress = [](const record::SourceId&) -> Result<std::optional<record::Position>> {
    return Status::Io("the ledger cannot be read");
  };
  const auto report = RunService(options, sink, stop, progress);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(States(*report), StateList{source::State::kUnreadable});
  EXPECT_EQ(report->sources[0].reason, "the ledger cannot be read");
  EXPECT_TRUE(memory.batches().empty());
}

}  // namespace
}  // namespace pdns::ingest
