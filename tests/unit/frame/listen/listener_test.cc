#include "frame/listen/listener.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/stop.h"
#include "unit/support/frame_stream.h"
#include "unit/support/listeners.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::FrameList;
using pdns::testing::OpenCapture;
using pdns::testing::OpenListener;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::UnixEndpoint;
using std::chrono::milliseconds;

struct ListenerTest : ::testing::Test {
  std::unique_ptr<Listener> Open(int wake_fd = -1) {
    return OpenListener({UnixEndpoint(path)}, {}, wake_fd);
  }

  void PollAll(Listener& listener) { pdns::testing::PollAll(listener, sink); }

  TempDir dir;
  std::string path = dir / "dnstap.sock";
  FrameList sink;
};

TEST_F(ListenerTest, TakesWhatAPeerWrites) {
  const auto listener = Open();
  SocketPeer peer(path);
  peer.Send(ReadyFrame() + OpenCapture({"one", "two"}) + StopFrame());
  PollAll(*listener);
  EXPECT_EQ(listener->connections(), 1U);
  EXPECT_EQ(sink.frames, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(peer.Received(), ControlFrame(1, {pdns::testing::kDnstapType}) + ControlFrame(5));
  peer.Close();
  PollAll(*listener);
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(ListenerTest, ManyConnectionsAtOnce) {
  constexpr int kPeers = 200;
  const auto listener = Open();
  std::vector<SocketPeer> peers;
  for (int i = 0; i < kPeers; ++i) {
    peers.emplace_back(path);
    peers.back().Send(ReadyFrame());
    listener->Poll(milliseconds(0), sink);  // the kernel's queue is shorter than that
  }
  PollAll(*listener);
  EXPECT_EQ(listener->connections(), static_cast<std::size_t>(kPeers));
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kPeers; i += 2) {  // every other one stays idle
      if (round == 0) peers[static_cast<std::size_t>(i)].Send(StartFrame());
      peers[static_cast<std::size_t>(i)].Send(DataFrame(std::to_string(i)));
    }
    PollAll(*listener);
  }
  EXPECT_EQ(sink.frames.size(), 5U * kPeers / 2);
  peers.clear();
  PollAll(*listener);
  PollAll(*listener);
  EXPECT_EQ(listener->connections(), 0U);
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(ListenerTest, ThreadsWriteWhileItReads) {
  constexpr int kThreads = 8;
  constexpr std::size_t kFrames = 2000;
  const auto listener = Open();
  std::vector<std::thread> writers;
  for (int i = 0; i < kThreads; ++i) {
    writers.emplace_back([this] {
      SocketPeer peer(path);
      peer.SendAll(ReadyFrame() + StartFrame());
      for (std::size_t n = 0; n < kFrames; ++n) peer.SendAll(DataFrame(std::string(100, 'x')));
      peer.SendAll(StopFrame());
    });
  }
  while (sink.frames.size() < kThreads * kFrames) listener->Poll(milliseconds(1000), sink);
  for (std::thread& writer : writers) writer.join();
  PollAll(*listener);
  EXPECT_EQ(sink.frames.size(), kThreads * kFrames);
  EXPECT_EQ(listener->connections(), 0U);
}

// A resolver whose connection is closed comes back at once: it is kept, and not read.
TEST_F(ListenerTest, ABrokenPeerIsParkedAndTheOthersGoOn) {
  const auto listener = Open();
  SocketPeer bad(path);
  SocketPeer good(path);
  bad.Send(DataFrame("no START"));
  good.Send(OpenCapture({"one"}));
  PollAll(*listener);
  EXPECT_EQ(sink.broken, 1);
  EXPECT_EQ(sink.frames, std::vector<std::string>{"one"});
  EXPECT_EQ(listener->connections(), 2U);
  EXPECT_FALSE(bad.Closed());
  bad.Send(DataFrame("and more"));
  EXPECT_FALSE(listener->Poll(milliseconds(0), sink));  // no spinning on what is not read
  good.Send(DataFrame("two"));
  PollAll(*listener);
  EXPECT_EQ(sink.frames, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(sink.broken, 1);
}

TEST_F(ListenerTest, AParkedPeerThatGoesIsForgotten) {
  const auto listener = Open();
  SocketPeer bad(path);
  bad.Send(DataFrame("no START"));
  PollAll(*listener);
  ASSERT_EQ(listener->connections(), 1U);
  bad.Close();
  PollAll(*listener);
  EXPECT_EQ(listener->connections(), 0U);
  SocketPeer next(path);
  next.Send(OpenCapture({"one"}));
  PollAll(*listener);
  EXPECT_EQ(sink.frames.size(), 1U);
}

TEST_F(ListenerTest, AStopEndsTheWait) {
  Stop stop;
  const auto listener = Open(stop.fd());
  std::thread stopper([&stop] { stop.Request(); });
  listener->Poll(std::chrono::minutes(10), sink);  // would wait beyond the test's time
  stopper.join();
  EXPECT_TRUE(stop.requested());
  EXPECT_FALSE(listener->Poll(milliseconds(0), sink));
}

TEST_F(ListenerTest, ReadRestTakesWhatWasSentAlready) {
  const auto listener = Open();
  std::vector<SocketPeer> peers;
  for (int i = 0; i < 50; ++i) {
    peers.emplace_back(path);
    peers.back().Send(StartFrame() + DataFrame(std::string(20'000, 'x')));
  }
  for (int i = 0; i < 10; ++i) listener->Poll(milliseconds(0), sink);  // accepted
  for (SocketPeer& peer : peers) peer.Send(DataFrame(std::string(20'000, 'y')));
  listener->ReadRest(std::chrono::minutes(10), sink);
  EXPECT_EQ(sink.frames.size(), 100U);
}

}  // namespace
}  // namespace pdns::frame
