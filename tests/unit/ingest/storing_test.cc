// A database that takes no batches for a while: every frame is stored, in the archive, or counted
// as lost.
#include "ingest/storing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "control/client.h"
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
using pdns::testing::SocketPeer;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using record::FrameOutcome;
using State = Storing::State;

class StoringTest : public ::testing::Test {
 protected:
  StoringTest() {
    options.flush_interval = std::chrono::milliseconds(20);
    options.cores = 2;
    archive.directory = dir / "archive";
    archive.compress = false;
    archive.min_free = 0;
    storing.Set(State::kUnavailable);
    sink.storing = &storing;
    // A ledger that is not open cannot be asked.
    sink.progress = [this, progress = sink.progress](const record::SourceId& id) {
      EXPECT_NE(storing.state(), State::kUnavailable);
      return progress(id);
    };
    sink.apply = [this, apply = sink.apply](const record::Batch& batch) {
      EXPECT_NE(storing.state(), State::kUnavailable);
      return apply(batch);
    };
  }
  ~StoringTest() override { End(); }

  void Start(bool archives, bool socket = true) {
    LiveOptions live;
    if (socket) {
      auto listening =
          net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, dir / "sock", false}, {});
      ASSERT_TRUE(listening.ok()) << listening.status().message();
      live.sockets.push_back(std::move(*listening));
    }
    auto control =
        net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, dir / "control", false}, {});
    ASSERT_TRUE(control.ok()) << control.status().message();
    live.control = std::move(*control);
    if (archives) live.archive = archive;
    service = std::make_unique<Service>(options, std::move(live), sink, stop);
    const Status opened = service->Open(progress);
    ASSERT_TRUE(opened.ok()) << opened.message();
    thread = std::thread([this] { report.emplace(service->Run()); });
  }
  RunReport End() {
    stop.Request();
    if (thread.joinable()) thread.join();
    if (!report.has_value()) return {};
    EXPECT_TRUE(report->ok()) << report->status().message();
    return report->ok() ? **report : RunReport();
  }
  // Sends frames `sent` to `until`, and waits until they are counted.
  void Send(SocketPeer& peer, unsigned until) {
    for (; sent < until; ++sent) peer.SendAll(DataFrame(NumberedPayload("h", sent)));
    EXPECT_TRUE(Eventually([&] { return progress.frames >= sent; }));
  }
  Result<control::Reply::Report> Backfill(const std::string& path) {
    auto client = control::Client::Connect(dir / "control");
    if (!client.ok() || !client->has_value()) return Status::Io("no ingester");
    control::Request request;
    request.operation = control::Request::Operation::kBackfill;
    request.paths = {path};
    const Stop never;
    source::Progress shown;
    return control::Backfill(**client, request, never, shown);
  }

  TempDir dir;
  MemorySink memory;
  Sink sink = memory.sink();
  Storing storing;
  ServiceOptions options;
  archive::Options archive;
  Stop stop;
  source::Progress progress;
  std::unique_ptr<Service> service;
  std::optional<Result<RunReport>> report;
  std::thread thread;
  unsigned sent = 0;
};

TEST_F(StoringTest, WhatComesMeanwhileIsInTheArchive) {
  Start(true);
  SocketPeer peer(dir / "sock");
  peer.SendAll(OpenCapture({}));
  Send(peer, 30);
  EXPECT_FALSE(service->ready());
  EXPECT_TRUE(service->healthy());
  EXPECT_FALSE(Backfill(archive.directory).ok());
  storing.Set(State::kOn);
  Send(peer, 60);
  EXPECT_TRUE(memory.AwaitTuples(30));
  storing.Set(State::kFull);
  Send(peer, 90);
  EXPECT_FALSE(service->ready());
  const auto full = Backfill(archive.directory);
  ASSERT_TRUE(full.ok()) << full.status().message();
  EXPECT_EQ(full->exit_code, 74);
  storing.Set(State::kOn);
  Send(peer, 120);
  EXPECT_TRUE(memory.AwaitTuples(60));
  EXPECT_EQ(memory.trusted().size(), 60U);
  EXPECT_EQ(service->not_stored().unavailable.kept, 30U);
  EXPECT_EQ(service->not_stored().full.kept, 30U);
  // The files that moved nothing, beside the one that is being written.
  const auto taken = Backfill(archive.directory);
  ASSERT_TRUE(taken.ok()) << taken.status().message();
  EXPECT_EQ(taken->exit_code, 0);
  EXPECT_TRUE(memory.AwaitTuples(120));
  const RunReport told = End();
  EXPECT_EQ(told.Total().frames, 120U);
  EXPECT_EQ(told.Total().Of(FrameOutcome::kNotStored), 60U);
  EXPECT_EQ(told.not_stored.Sum().kept, 60U);
  EXPECT_FALSE(told.NeedsAttention());
  EXPECT_EQ(RunFiles(memory, {archive.directory}).Total().frames, 0U);
  ExpectNumbered(memory, "h", 120);
  EXPECT_EQ(memory.counters().frames, 120U);  // each counted where it is stored
}

TEST_F(StoringTest, WithoutAnArchiveItIsLostAndCounted) {
  storing.Set(State::kFull);
  Start(false);
  SocketPeer peer(dir / "sock");
  peer.SendAll(OpenCapture({}));
  Send(peer, 30);
  EXPECT_TRUE(memory.batches().empty());  // counts alone are no reason to write
  storing.Set(State::kOn);
  Send(peer, 60);
  EXPECT_TRUE(memory.AwaitTuples(30));
  const RunReport told = End();
  EXPECT_EQ(told.Total().Of(FrameOutcome::kUsed), 30U);
  EXPECT_EQ(told.Total().Of(FrameOutcome::kNotStored), 30U);
  EXPECT_EQ(told.not_stored.full.lost, 30U);
  EXPECT_TRUE(told.NeedsAttention());
  EXPECT_EQ(told.exit_code(), 1);
  EXPECT_EQ(memory.counters(), told.Total());
}

// What is of no accepted type, or no frame, is what it is.
TEST_F(StoringTest, OtherFramesKeepTheirOutcomes) {
  Start(false);
  SocketPeer peer(dir / "sock");
  peer.SendAll(OpenCapture({}) + DataFrame("no protobuf"));
  EXPECT_TRUE(Eventually([&] { return progress.frames >= 1; }));
  const RunReport told = End();
  EXPECT_EQ(told.Total().Of(FrameOutcome::kMalformedProtobuf), 1U);
  EXPECT_EQ(told.not_stored.Sum().lost, 0U);
  EXPECT_TRUE(memory.batches().empty());
}

TEST_F(StoringTest, AnEndDuringTheWait) {
  Start(true);
  SocketPeer peer(dir / "sock");
  peer.SendAll(OpenCapture({}));
  Send(peer, 10);
  const RunReport told = End();
  EXPECT_EQ(told.Total().frames, 10U);
  EXPECT_EQ(told.exit_code(), 0);
  storing.Set(State::kOn);
  EXPECT_EQ(RunFiles(memory, {archive.directory}).Total().frames, 10U);
  ExpectNumbered(memory, "h", 10);
}

TEST_F(StoringTest, FilesWait) {
  constexpr unsigned kFrames = 50;
  WriteFile(dir / "followed", OpenCapture(NumberedPayloads("h", kFrames)));
  WriteFile(dir / "named", Capture(NumberedPayloads("n", kFrames)));
  options.followed = {dir / "followed"};
  options.sources = source::ListPaths({dir / "named"});
  Start(false, false);
  EXPECT_FALSE(storing.on());
  storing.Set(State::kOn);
  EXPECT_TRUE(memory.AwaitTuples(2 * kFrames));
  End();
}

TEST_F(StoringTest, ARunOverFilesLeavesThemWhereTheyAre) {
  constexpr unsigned kFrames = 200;
  WriteFile(dir / "named", Capture(NumberedPayloads("h", kFrames)));
  storing.Set(State::kOn);
  std::atomic<unsigned> batches{0};
  sink.apply = [&, apply = sink.apply](const record::Batch& batch) {
    auto applied = apply(batch);
    if (++batches == 5) storing.Set(State::kFull);
    return applied;
  };
  options.sources = source::ListPaths({dir / "named"});
  options.window_memory = 1;  // a batch a frame
  options.cores = 1;
  const auto first = RunService(options, sink, stop, progress);
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_TRUE(first->LeftFiles());
  EXPECT_EQ(first->exit_code(), 74);
  EXPECT_EQ(first->sources.at(0).state, source::State::kInterrupted);
  const std::uint64_t taken = first->Total().frames;
  EXPECT_GE(taken, 5U);
  EXPECT_LT(taken, kFrames);
  EXPECT_EQ(memory.counters().frames, taken);
  storing.Set(State::kOn);
  EXPECT_EQ(RunFiles(memory, {dir / "named"}).Total().frames, kFrames - taken);
  ExpectNumbered(memory, "h", kFrames);
}

// What the sink refused: in the archive, or lost.
TEST_F(StoringTest, BatchesThatFail) {
  storing.Set(State::kOn);
  memory.before_apply = [](std::size_t) { return Status::Disk("disk full"); };
  for (const bool archives : {true, false}) {
    Stop end;
    Service failing(
        options,
        [&] {
          LiveOptions live;
          auto socket =
              net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, dir / "failing", false}, {});
          EXPECT_TRUE(socket.ok()) << socket.status().message();
          live.sockets.push_back(std::move(*socket));
          if (archives) live.archive = archive;
          return live;
        }(),
        sink, end);
    source::Progress taken;
    ASSERT_TRUE(failing.Open(taken).ok());
    std::optional<Result<RunReport>> result;
    std::thread run([&] { result.emplace(failing.Run()); });
    SocketPeer peer(dir / "failing");
    peer.SendAll(OpenCapture(NumberedPayloads("h", 40)));
    run.join();
    ASSERT_FALSE(result->ok());
    EXPECT_EQ(result->status().code(), Code::kDisk);
    const RunReport told = failing.ReleaseReport();
    EXPECT_EQ(told.Total().frames,
              archives ? told.not_stored.failed.kept : told.not_stored.failed.lost);
    EXPECT_EQ(told.not_stored.Sum().kept + told.not_stored.Sum().lost, told.Total().frames);
    EXPECT_GT(told.Total().frames, 0U);
  }
}

}  // namespace
}  // namespace pdns::ingest
