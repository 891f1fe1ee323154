// Sockets: live peers in, batches out, until the stop.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/endpoint.h"
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
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using record::FrameOutcome;

class SocketTest : public ::testing::Test {
 protected:
  ~SocketTest() override { Finish(); }

  void Start(std::chrono::nanoseconds flush_interval) {
    auto listening =
        net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, socket_path, false}, {});
    ASSERT_TRUE(listening.ok());
    options.flush_interval = flush_interval;
    auto control = with_control ? net::ListeningSocket::Open(
                                      {net::Endpoint::Kind::kUnix, dir / "control", false}, {})
                                : Result<net::ListeningSocket>(Status());
    ASSERT_EQ(control.ok(), with_control);
    thread =
        std::thread([this, socket = std::move(*listening), control = std::move(control)]() mutable {
          LiveOptions live;
          if (control.ok()) live.control = std::move(*control);
          live.sockets.push_back(std::move(socket));
          report.emplace(RunService(options, memory.sink(), stop, progress, std::move(live)));
        });
  }

  SocketPeer Connect() const { return SocketPeer(socket_path); }

  void Finish() {
    stop.Request();
    if (thread.joinable()) thread.join();
  }

  const source::Report& Socket() {
    Finish();
    EXPECT_TRUE(report->ok());
    return (*report)->sources.back();
  }

  TempDir dir;
  MemorySink memory;
  Stop stop;
  source::Progress progress;
  std::string socket_path = dir / "sock";
  ServiceOptions options;
  bool with_control = false;
  std::optional<Result<RunReport>> report;
  std::thread thread;
};

constexpr std::chrono::milliseconds kOften(5);
constexpr std::chrono::hours kNever(1);

TEST_F(SocketTest, LiveFramesAreStoredWithinTheInterval) {
  Start(kOften);
  SocketPeer peer = Connect();
  peer.SendAll(ReadyFrame() + OpenCapture(NumberedPayloads("h", 10)));
  EXPECT_TRUE(memory.AwaitTuples(10));
  peer.SendAll(DataFrame(NumberedPayload("h", 10)));
  EXPECT_TRUE(memory.AwaitTuples(11));
  const source::Report& socket = Socket();
  EXPECT_EQ(socket.name, socket_path);
  EXPECT_EQ(socket.state, source::State::kComplete);
  EXPECT_EQ(socket.counters.frames, 11U);
  EXPECT_TRUE(socket.counters.AddUp());
  ExpectNumbered(memory, "h", 11);
  EXPECT_FALSE(std::filesystem::exists(socket_path));
  for (const AppliedBatch& batch : memory.batches()) EXPECT_TRUE(batch.sources.empty());
}

TEST_F(SocketTest, TheStopTakesWhatWasSentBefore) {
  Start(kNever);
  SocketPeer peer = Connect();
  peer.SendAll(OpenCapture(NumberedPayloads("h", 100)));
  while (progress.frames == 0) std::this_thread::yield();  // it is accepted
  peer.SendAll(DataFrame(NumberedPayload("h", 100)) + StopFrame());
  EXPECT_EQ(Socket().counters.frames, 101U);
  ExpectNumbered(memory, "h", 101);
}

// The memory is shared with the files that a control socket may bring, from the first frame on.
TEST(SocketMemory, AControlSocketHasItsPartOfIt) {
  static constexpr unsigned kFrames = 20'000;
  struct Run : SocketTest {
    void TestBody() override {}
    std::size_t LargestBatch(bool control) {
      with_control = control;
      options.window_memory = 2U << 20;
      Start(kNever);
      SocketPeer peer = Connect();
      peer.SendAll(Capture(NumberedPayloads("h", kFrames)));
      while (progress.frames < kFrames) std::this_thread::yield();
      EXPECT_EQ(Socket().counters.frames, kFrames);
      std::size_t largest = 0;
      for (const AppliedBatch& batch : memory.batches()) largest = std::max(largest, batch.trusted);
      return largest;
    }
  };
  const std::size_t alone = Run().LargestBatch(false);
  EXPECT_LT(alone, kFrames);
  const std::size_t beside = Run().LargestBatch(true);
  EXPECT_LT(beside, alone * 2 / 3);
  EXPECT_GT(beside, alone / 3);
}

TEST_F(SocketTest, SeveralResolversAtOnce) {
  Start(kOften);
  constexpr unsigned kPeers = 6;
  constexpr unsigned kFrames = 300;
  std::vector<std::thread> resolvers;
  for (unsigned i = 0; i < kPeers; ++i) {
    resolvers.emplace_back([this, i] {
      SocketPeer peer = Connect();
      SocketPeer idle = Connect();  // as PowerDNS keeps them
      peer.SendAll(ReadyFrame());
      peer.SendAll(Capture(NumberedPayloads("h", kFrames, i * kFrames)));
    });
  }
  for (std::thread& resolver : resolvers) resolver.join();
  EXPECT_TRUE(memory.AwaitTuples(kPeers * kFrames));
  EXPECT_EQ(Socket().counters.frames, kPeers * kFrames);
  ExpectNumbered(memory, "h", kPeers * kFrames);
}

TEST_F(SocketTest, SlowDisksDoNotStopTheReading) {
  Gate gate;
  memory.before_apply = [&gate](std::size_t) {
    gate.Wait();
    return Status();
  };
  Start(std::chrono::nanoseconds(1));
  SocketPeer peer = Connect();
  peer.SendAll(OpenCapture(NumberedPayloads("h", 10)));
  while (progress.frames < 10) std::this_thread::yield();
  for (unsigned i = 0; i < 50; ++i) {  // the first window is stuck, this is read all the same
    peer.SendAll(DataFrame(NumberedPayload("h", 10 + i)));
    while (progress.frames < 11 + i) std::this_thread::yield();
  }
  EXPECT_TRUE(memory.batches().empty());
  gate.Open();
  EXPECT_EQ(Socket().counters.frames, 60U);
  ExpectNumbered(memory, "h", 60);
}

TEST_F(SocketTest, ABrokenStreamIsOneMalformedFrame) {
  Start(kOften);
  SocketPeer bad = Connect();
  bad.SendAll(DataFrame("no START"));
  SocketPeer good = Connect();
  good.SendAll(OpenCapture(NumberedPayloads("h", 3)));
  EXPECT_TRUE(memory.AwaitTuples(3));
  const source::Report& socket = Socket();
  EXPECT_EQ(socket.counters.frames, 4U);
  EXPECT_EQ(socket.counters.Of(FrameOutcome::kMalformedFrame), 1U);
  EXPECT_TRUE(socket.counters.AddUp());
  EXPECT_EQ(memory.counters(), socket.counters);
}

TEST_F(SocketTest, FramesThatLeaveNothingAreCountedInTheSink) {
  Start(kOften);
  SocketPeer peer = Connect();
  pdns::testing::Dnstap other;
  other.type = 6;
  peer.SendAll(OpenCapture({}) + DataFrame(pdns::testing::Payload(other)) + DataFrame("rubbish"));
  while (memory.counters().frames < 2) std::this_thread::yield();
  EXPECT_EQ(Socket().counters, memory.counters());
  EXPECT_EQ(memory.counters().skipped[6], 1U);
  EXPECT_EQ(memory.counters().Of(FrameOutcome::kMalformedProtobuf), 1U);
  EXPECT_TRUE(memory.trusted().empty());
}

TEST_F(SocketTest, FilesAndASocketTogether) {
  WriteFile(dir / "a", Capture(NumberedPayloads("a", 20)));
  options.sources = source::ListPaths({dir / "a"});
  Start(kOften);
  SocketPeer peer = Connect();
  peer.SendAll(OpenCapture(NumberedPayloads("h", 5)));
  EXPECT_TRUE(memory.AwaitTuples(25));
  EXPECT_EQ(Socket().counters.frames, 5U);
  EXPECT_EQ((*report)->sources.size(), 2U);
  ExpectNumbered(memory, "a", 20);
}

TEST_F(SocketTest, ADiskThatFailsEndsTheRun) {
  memory.before_apply = [](std::size_t) { return Status::Io("disk full"); };
  Start(kOften);
  SocketPeer peer = Connect();
  peer.SendAll(OpenCapture(NumberedPayloads("h", 5)));
  thread.join();  // without being asked
  ASSERT_FALSE(report->ok());
  EXPECT_EQ(report->status().message(), "disk full");
}

}  // namespace
}  // namespace pdns::ingest
