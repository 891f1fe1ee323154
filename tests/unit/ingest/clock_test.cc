// A clock that is wrong when frames come: what is refused for its time waits for a run by another
// clock, and is counted when that takes it.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "control/client.h"
#include "source/diagnosis.h"
#include "unit/archive/archive_world.h"
#include "unit/ingest/run.h"
#include "unit/support/frame_stream.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::DataFrame;
using pdns::testing::OpenCapture;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using record::FrameOutcome;

constexpr std::uint64_t kYear = 365ULL * 86'400;

std::uint64_t AYearBehind() { return kTime - kYear; }

// One that is put right while the process runs.
std::atomic<bool> right{false};
std::uint64_t UntilItIsRight() { return right ? source::SystemSeconds() : AYearBehind(); }

// Taken by the wrong clock, too: from before it.
std::string OldPayload(unsigned number) {
  return pdns::testing::ResponsePayload(pdns::testing::AddressResponse(Numbered("old", number)),
                                        kTime - 2 * kYear);
}

class Clock : public ::testing::Test {
 protected:
  RunReport Run(const std::vector<std::string>& paths, std::uint64_t (*now)(),
                std::size_t window_memory = 64U << 20, std::size_t cores = 2) {
    ServiceOptions options;
    options.sources = source::ListPaths(paths);
    options.window_memory = window_memory;
    options.flush_interval = std::chrono::hours(1);
    options.cores = cores;
    options.policy.now = now;
    Stop stop;
    source::Progress progress;
    auto report = RunService(options, memory->sink(), stop, progress);
    EXPECT_TRUE(report.ok()) << report.status().message();
    return report.ok() ? std::move(*report) : RunReport();
  }
  std::string File(const std::string& name, const std::string& bytes) {
    WriteFile(dir / name, bytes);
    return dir / name;
  }
  std::optional<record::Position> PositionOf(const std::string& first_payload) const {
    return memory->PositionOf({Sha256(AsBytes(first_payload)), 0});
  }

  TempDir dir;
  std::unique_ptr<MemorySink> memory = std::make_unique<MemorySink>();
};

TEST_F(Clock, AFileIsTakenOnceItIsRight) {
  const auto payloads = NumberedPayloads("h", 50);
  const std::string path = File("a", Capture(payloads));
  for (int again = 0; again < 2; ++again) {
    const RunReport report = Run({path}, AYearBehind);
    EXPECT_EQ(States(report), std::vector<source::State>{source::State::kComplete});
    EXPECT_EQ(report.Total().Of(FrameOutcome::kFutureTime), 50U);
    EXPECT_NE(report.sources[0].reason.find("50 of 50 frames are refused for their time"),
              std::string::npos)
        << report.sources[0].reason;
    EXPECT_NE(report.sources[0].reason.find("clock"), std::string::npos);
    EXPECT_FALSE(PositionOf(payloads[0]).has_value());
    EXPECT_EQ(memory->counters(), record::Counters());
  }
  EXPECT_EQ(Run({path}, source::SystemSeconds).Total().frames, 50U);
  EXPECT_EQ(States(Run({path}, source::SystemSeconds)),
            std::vector<source::State>{source::State::kAlreadyTaken});
  ExpectNumbered(*memory, "h", 50);
  EXPECT_EQ(memory->counters().frames, 50U);
  EXPECT_EQ(memory->counters().Of(FrameOutcome::kFutureTime), 0U);
}

TEST_F(Clock, EachFileForItself) {
  std::vector<std::string> paths;
  for (unsigned i = 0; i < 6; ++i) {
    const auto payloads = i % 2 == 0 ? NumberedPayloads(Numbered("h", i) + "-", 20)
                                     : std::vector<std::string>{OldPayload(i), OldPayload(i + 10)};
    paths.push_back(File(Numbered("f", i), Capture(payloads)));
  }
  Run(paths, AYearBehind);
  EXPECT_EQ(memory->counters().frames, 6U);
  EXPECT_EQ(memory->counters().Of(FrameOutcome::kUsed), 6U);
  const RunReport report = Run(paths, source::SystemSeconds);
  EXPECT_EQ(report.Total().frames, 60U);
  for (unsigned i = 0; i < 6; i += 2) ExpectNumbered(*memory, Numbered("h", i) + "-", 20);
  EXPECT_EQ(memory->counters().frames, 66U);
}

// A batch for each frame, and all in one batch.
TEST_F(Clock, WhatStandsBetweenOthersIsPassed) {
  for (const std::size_t window_memory : {std::size_t{1}, std::size_t{64U << 20}}) {
    memory = std::make_unique<MemorySink>();
    std::vector<std::string> payloads = NumberedPayloads("a", 5);
    payloads.push_back(OldPayload(1));
    for (const std::string& payload : NumberedPayloads("b", 5)) payloads.push_back(payload);
    const std::string path = File(Numbered("m", unsigned(window_memory != 1)), Capture(payloads));
    const RunReport first = Run({path}, AYearBehind, window_memory);
    EXPECT_EQ(first.Total().frames, 11U);
    EXPECT_EQ(first.Total().Of(FrameOutcome::kUsed), 1U);
    const auto position = PositionOf(payloads[0]);
    ASSERT_TRUE(position.has_value());
    EXPECT_EQ(memory->counters().frames, position->frames) << "counted are those it covers";
    const RunReport second = Run({path}, source::SystemSeconds, window_memory);
    EXPECT_EQ(second.Total().frames, 11 - position->frames);
    EXPECT_EQ(memory->counters().frames, 11U);
    EXPECT_EQ(States(Run({path}, source::SystemSeconds, window_memory)),
              std::vector<source::State>{source::State::kAlreadyTaken});
  }
}

// What waits of one file is nothing to the next one, which has no frame that is new.
TEST_F(Clock, AFileBehindOneWhoseEndWasRefused) {
  const auto payloads = NumberedPayloads("b", 5);
  const std::string broken = OpenCapture(payloads) + std::string(4, '\xff');
  const std::vector<std::string> others{File("b", broken), File("c", broken)};
  Run({others[0]}, source::SystemSeconds);
  const auto taken = PositionOf(payloads[0]);
  ASSERT_TRUE(taken.has_value() && taken->broken);
  // More of it moved than the others have.
  std::vector<std::string> mixed;
  for (unsigned i = 0; i < 10; ++i) mixed.push_back(OldPayload(i));
  for (const std::string& payload : NumberedPayloads("a", 2)) mixed.push_back(payload);
  const std::string refused = File("a", Capture(mixed));
  const RunReport report = Run({refused, others[0], others[1]}, AYearBehind, 1, 1);
  EXPECT_EQ(report.Total().Of(FrameOutcome::kFutureTime), 2U);
  EXPECT_EQ(report.Total().Of(FrameOutcome::kUsed), 10U);
  for (const source::Report& source : report.sources) EXPECT_TRUE(source.counters.AddUp());
  EXPECT_EQ(PositionOf(payloads[0]), taken);
  ExpectNumbered(*memory, "b", 5);
}

// What sockets gave stands in the archive, from which a backfill takes it: in the same process, and
// in the next one.
TEST_F(Clock, TheArchiveHasWhatSocketsGave) {
  for (const bool same_process : {true, false}) {
    memory = std::make_unique<MemorySink>();
    const std::string name = same_process ? "same" : "next";
    const std::string archive = dir / (name + "-archive");
    ServiceOptions options;
    options.flush_interval = std::chrono::milliseconds(20);
    right = false;
    options.policy.now = UntilItIsRight;
    LiveOptions live;
    const auto listen = [](const std::string& path) {
      return std::move(*net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, path, false}, {}));
    };
    live.sockets.push_back(listen(dir / name));
    live.control.emplace(listen(dir / (name + "-control")));
    live.writers = *control::MakeWriters("");
    live.archive.emplace();
    live.archive->directory = archive;
    live.archive->min_free = 0;
    live.archive->compress = false;
    live.archive->rotate_bytes = 1000;
    Stop stop;
    source::Progress progress;
    const Sink sink = memory->sink();
    Service service(std::move(options), std::move(live), sink, stop);
    ASSERT_TRUE(service.Open(progress).ok());
    std::thread thread([&service] { EXPECT_TRUE(service.Run().ok()); });
    SocketPeer peer(dir / name);
    peer.SendAll(ReadyFrame() + OpenCapture(NumberedPayloads("h", 100)));
    EXPECT_TRUE(Eventually([&] { return progress.frames >= 100; }));
    if (same_process) {
      right = true;
      // The ninth file is begun when those before it are written.
      EXPECT_TRUE(Eventually([&] { return archive::Names(archive).size() >= 9; }));
      auto client = control::Client::Connect(dir / (name + "-control"));
      ASSERT_TRUE(client.ok() && client->has_value());
      control::Request request;
      request.operation = control::Request::Operation::kBackfill;
      request.paths = {archive};
      const Stop never;
      source::Progress shown;
      const auto report = control::Backfill(**client, request, never, shown);
      EXPECT_TRUE(report.ok()) << report.status().message();
      EXPECT_GT(memory->counters().Of(FrameOutcome::kUsed), 80U);
    }
    stop.Request();
    thread.join();
    Run({archive}, source::SystemSeconds);
    ExpectNumbered(*memory, "h", 100);
    EXPECT_EQ(memory->counters().frames, 100U);
    EXPECT_EQ(Run({archive}, source::SystemSeconds).Total().frames, 0U);
  }
}

// A service that follows a file whose frames have right times, by a clock that the test puts.
class FollowedByAClock : public Clock {
 protected:
  void Start(std::chrono::milliseconds flush, std::size_t cores) {
    memory = std::make_unique<MemorySink>();
    ServiceOptions options;
    options.followed = {path};
    options.flush_interval = flush;
    options.cores = cores;
    options.policy.now = UntilItIsRight;
    right = true;
    stop = std::make_unique<Stop>();
    progress = std::make_unique<source::Progress>();
    service = std::make_unique<Service>(std::move(options), LiveOptions(), memory->sink(), *stop);
    ASSERT_TRUE(service->Open(*progress).ok());
    thread = std::thread([this] {
      auto run = service->Run();
      EXPECT_TRUE(run.ok()) << run.status().message();
      if (run.ok()) report = std::move(*run);
    });
  }
  // The next ones are judged by this clock.
  void Write(bool clock_is_right, unsigned count) {
    right = clock_is_right;
    std::string bytes = written == 0 ? OpenCapture({}) : "";
    for (const std::string& payload : NumberedPayloads("h", count, written))
      bytes += DataFrame(payload);
    written += count;
    pdns::testing::AppendToFile(path, bytes);
    EXPECT_TRUE(Eventually([&] { return progress->frames >= written; }));
  }
  void End() {
    stop->Request();
    thread.join();
    service.reset();
  }
  std::string First() const { return NumberedPayloads("h", 1)[0]; }

  std::string path = dir / "followed";
  std::unique_ptr<Stop> stop;
  std::unique_ptr<source::Progress> progress;
  std::unique_ptr<Service> service;
  std::thread thread;
  RunReport report;
  unsigned written = 0;
};

TEST_F(FollowedByAClock, WhatAWrongClockRefusedIsTakenOnceItIsRight) {
  for (const std::size_t cores : {1U, 2U}) {
    path = dir / Numbered("followed", static_cast<unsigned>(cores));
    written = 0;
    Start(std::chrono::milliseconds(20), cores);
    for (const bool clock_is_right : {true, false, true, false, false, true})
      Write(clock_is_right, 5);
    EXPECT_TRUE(memory->AwaitTuples(30));
    End();
    ExpectNumbered(*memory, "h", 30);
    EXPECT_EQ(memory->counters().frames, 30U);
    EXPECT_EQ(memory->counters().Of(FrameOutcome::kUsed), 30U);
    EXPECT_EQ(report.Total(), memory->counters());
    const auto position = PositionOf(First());
    ASSERT_TRUE(position.has_value());
    EXPECT_EQ(position->frames, 30U);
  }
}

// With the frames before them still in the window.
TEST_F(FollowedByAClock, WhatAWrongClockRefusedAtTheEndWaitsForTheNextRun) {
  Start(std::chrono::hours(1), 1);
  Write(true, 5);
  Write(false, 5);
  End();
  EXPECT_EQ(memory->counters().frames, 5U);
  EXPECT_EQ(PositionOf(First()).value_or(record::Position()).frames, 5U);
  EXPECT_EQ(report.Total().Of(FrameOutcome::kFutureTime), 5U);
  EXPECT_EQ(Run({path}, source::SystemSeconds).Total().Of(FrameOutcome::kUsed), 5U);
  ExpectNumbered(*memory, "h", 10);
  EXPECT_EQ(memory->counters().frames, 10U);
}

TEST(TimeComplaint, OfMoreThanHalf) {
  record::Counters counters;
  EXPECT_EQ(source::TimeComplaint(counters), "");
  counters.Count(FrameOutcome::kUsed);
  EXPECT_EQ(source::TimeComplaint(counters), "");
  counters.Count(FrameOutcome::kPastTime);
  EXPECT_EQ(source::TimeComplaint(counters), "");
  counters.Count(FrameOutcome::kPastTime);
  EXPECT_NE(
      source::TimeComplaint(counters).find("2 of 3 frames are refused for their time, before 2012"),
      std::string::npos);
  for (int i = 0; i < 5; ++i) counters.Count(FrameOutcome::kFutureTime);
  EXPECT_NE(source::TimeComplaint(counters).find("7 of 8 frames"), std::string::npos);
  EXPECT_NE(source::TimeComplaint(counters).find("more than a day ahead"), std::string::npos);
}

}  // namespace
}  // namespace pdns::ingest
