// What a bad, slow or greedy peer costs, and that it costs the others nothing.
#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "frame/listener.h"
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
using pdns::testing::PollAll;
using pdns::testing::PollUntil;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StartFrame;
using pdns::testing::TempDir;
using pdns::testing::U32;
using pdns::testing::UnixEndpoint;
using std::chrono::milliseconds;

using Frames = std::vector<std::string>;

class LimitsTest : public ::testing::Test {
 protected:
  void Open(const ListenerLimits& limits) { listener = OpenListener({UnixEndpoint(path)}, limits); }

  SocketPeer& Connect(std::string_view bytes = {}) {
    SocketPeer& peer = peers.emplace_back(path);
    peer.Send(bytes);
    return peer;
  }

  // As much as it takes until the peer is rid of all of it.
  void Push(SocketPeer& peer, std::string_view bytes) {
    while (!bytes.empty()) {
      bytes.remove_prefix(peer.TrySend(bytes));
      listener->Poll(milliseconds(0), sink);
    }
    PollAll(*listener, sink);
  }

  const ListenerFigures& Figures() const { return listener->figures()[0]; }

  TempDir dir;
  std::string path = dir / "sock";
  FrameList sink;
  std::unique_ptr<Listener> listener;
  std::list<SocketPeer> peers;
};

TEST_F(LimitsTest, BeyondTheLimitPeersWaitAndLoseNothing) {
  Open({.connections = 2});
  SocketPeer& first = Connect(OpenCapture({"one"}));
  Connect(OpenCapture({"two"}));
  Connect(OpenCapture({"three"}));
  Connect(OpenCapture({"four"}));
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(listener->connections(), 2U);
  EXPECT_GE(Figures().full, 1U);
  first.Close();
  EXPECT_TRUE(PollUntil(*listener, sink, [this] { return sink.frames.size() == 3; }));
  EXPECT_EQ(listener->connections(), 2U);
  peers.back().Send(DataFrame("five"));
  peers.erase(std::next(peers.begin()));
  EXPECT_TRUE(PollUntil(*listener, sink, [this] { return sink.frames.size() == 5; }));
  EXPECT_EQ(sink.frames, (Frames{"one", "two", "three", "four", "five"}));
  EXPECT_EQ(Figures().accepted, 4U);
  EXPECT_EQ(Figures().open, 2U);
  EXPECT_EQ(Figures().refused + Figures().timed_out, 0U);
}

TEST_F(LimitsTest, WhoDoesNotComeToStartMakesRoomForThoseWhoWait) {
  Open({.connections = 4, .handshake = milliseconds(30)});
  SocketPeer& silent = Connect();
  SocketPeer& shy = Connect(ReadyFrame());
  SocketPeer& slow = Connect(StartFrame().substr(0, 5));
  SocketPeer& idle = Connect(OpenCapture({"one"}));
  PollAll(*listener, sink);
  Connect(OpenCapture({"two"}));  // waits
  EXPECT_TRUE(PollUntil(*listener, sink, [this] { return sink.frames.size() == 2; }));
  EXPECT_TRUE(silent.Closed());
  EXPECT_TRUE(shy.Closed());
  EXPECT_TRUE(slow.Closed());
  EXPECT_FALSE(idle.Closed());  // however long it is silent: PowerDNS keeps such
  EXPECT_EQ(Figures().timed_out, 3U);
  idle.Send(DataFrame("three"));
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames, (Frames{"one", "two", "three"}));
}

TEST_F(LimitsTest, WithNobodyWaitingTheSilentAreLeftAlone) {
  Open({.connections = 2, .handshake = milliseconds(0)});
  SocketPeer& silent = Connect();
  SocketPeer& other = Connect();
  const auto until =
      std::chrono::steady_clock::now() + milliseconds(2500);  // it looks every second
  while (std::chrono::steady_clock::now() < until) listener->Poll(milliseconds(10), sink);
  EXPECT_FALSE(silent.Closed());
  EXPECT_FALSE(other.Closed());
  EXPECT_EQ(Figures().timed_out, 0U);
  silent.Send(OpenCapture({"one"}));
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames.size(), 1U);
}

TEST_F(LimitsTest, AnAnnouncedLengthTakesNoMemory) {
  Open({});
  for (int i = 0; i < 50; ++i) Connect(StartFrame() + U32(kMaxFrameLength) + "a little");
  PollAll(*listener, sink);
  EXPECT_EQ(listener->connections(), 50U);
  EXPECT_LT(listener->memory(), 50U * 10'000);
}

TEST_F(LimitsTest, OverTheLimitOfMemoryWhoHoldsMostIsParked) {
  constexpr std::size_t kGreedy = 200'000;
  constexpr std::size_t kModest = 150'000;
  Open({.memory = 300'000});
  SocketPeer& greedy = Connect(StartFrame());
  SocketPeer& modest = Connect(StartFrame());
  SocketPeer& small = Connect(StartFrame() + U32(10) + "half ");
  Push(greedy, U32(kMaxFrameLength) + std::string(kGreedy, 'g'));
  EXPECT_EQ(Figures().over_memory, 0U);
  Push(modest, U32(kModest * 2) + std::string(kModest, 'm'));
  EXPECT_EQ(Figures().over_memory, 1U);
  EXPECT_LE(listener->memory(), 300'000U);
  EXPECT_FALSE(greedy.Closed());  // not at once
  EXPECT_FALSE(listener->Poll(milliseconds(0), sink));
  EXPECT_EQ(greedy.TrySend("more"), 4U);
  EXPECT_FALSE(listener->Poll(milliseconds(0), sink));  // and not read any more
  Push(modest, std::string(kModest, 'm'));
  small.Send("frame");
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames, (Frames{std::string(kModest * 2, 'm'), "half frame"}));
}

// Buffers that were needed once are given back before anybody has to go.
TEST_F(LimitsTest, MemoryThatHoldsNothingIsNoReasonToParkAnybody) {
  constexpr std::size_t kPeers = 20;
  Open({.memory = 500'000});
  for (std::size_t i = 0; i < kPeers; ++i)
    Push(Connect(StartFrame()), DataFrame(std::string(100'000, 'x')) + U32(3) + "a");
  EXPECT_EQ(sink.frames.size(), kPeers);
  EXPECT_LE(listener->memory(), 500'000U);
  for (SocketPeer& peer : peers) peer.Send("bc");
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames.size(), 2 * kPeers);
  EXPECT_EQ(sink.frames.back(), "abc");
  EXPECT_EQ(Figures().over_memory, 0U);
}

TEST_F(LimitsTest, WhatIsRefusedIsCountedOnceAPeer) {
  Open({});
  SocketPeer& foreign = Connect(ControlFrame(4, {"protobuf:other.Thing"}));
  SocketPeer& broken = Connect("GET / HTTP/1.1\r\n\r\n");
  SocketPeer& good = Connect(OpenCapture({"one"}));
  PollAll(*listener, sink);
  EXPECT_EQ(Figures().refused, 2U);
  foreign.Send(ControlFrame(4, {"protobuf:other.Thing"}));
  PollAll(*listener, sink);
  foreign.Send(ControlFrame(2, {"protobuf:other.Thing"}) + DataFrame("of another kind"));
  PollAll(*listener, sink);
  EXPECT_EQ(Figures().refused, 2U);
  EXPECT_EQ(Figures().broken, 1U);
  EXPECT_EQ(sink.broken, 1);
  EXPECT_EQ(Figures().open, 3U);
  EXPECT_EQ(Figures().bytes > OpenCapture({"one"}).size(), true);
  for (SocketPeer* peer : {&foreign, &broken, &good}) peer->Close();
  PollAll(*listener, sink);
  PollAll(*listener, sink);
  EXPECT_EQ(Figures().open, 0U);
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(listener->memory(), 0U);
}

// Those who come back at once find a door that is as slow as they deserve.
TEST_F(LimitsTest, TheParkedAreClosedInTheEnd) {
  Open({});
  SocketPeer& bad = Connect(DataFrame("no START"));
  PollAll(*listener, sink);
  EXPECT_FALSE(bad.Closed());
  EXPECT_TRUE(PollUntil(*listener, sink, [this] { return listener->connections() == 0; }));
  EXPECT_TRUE(bad.Closed());
}

TEST_F(LimitsTest, CaughtUpWhenAllThatWasSentIsRead) {
  Open({});
  EXPECT_FALSE(listener->caught_up());  // not even looked
  SocketPeer& peer = Connect(OpenCapture({"one"}));
  SocketPeer& flood = Connect(StartFrame());
  listener->Poll(milliseconds(0), sink);
  EXPECT_FALSE(listener->caught_up());  // accepted, not read
  EXPECT_TRUE(PollUntil(*listener, sink, [this] { return listener->caught_up(); }));
  EXPECT_EQ(sink.frames, Frames{"one"});

  const int size = 8 << 20;
  setsockopt(flood.fd(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  const std::string frame = DataFrame(std::string(60'000, 'x'));
  std::size_t sent = 0;
  while (flood.TrySend(frame) == frame.size()) ++sent;
  peer.Send(DataFrame("two"));
  bool was_behind = false;
  while (listener->Poll(milliseconds(0), sink) && !listener->caught_up()) was_behind = true;
  EXPECT_TRUE(listener->caught_up());
  EXPECT_GE(sink.frames.size(), sent + 2);
  const bool beyond_one_turn = sent * frame.size() > 3U << 20;
  EXPECT_TRUE(was_behind || !beyond_one_turn);
}

}  // namespace
}  // namespace pdns::frame
