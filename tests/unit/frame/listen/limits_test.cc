// What a bad, slow or greedy peer costs, and that it costs the others nothing.
#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "frame/listen/listener.h"
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

// One for each who waits, and no more: first who has not come to START, then who has sent nothing.
TEST_F(LimitsTest, WhoIsSilentMakesRoomForThoseWhoWait) {
  Open({.connections = 4, .first_frame = milliseconds(30), .next_frame = std::chrono::minutes(5)});
  SocketPeer& idle = Connect(OpenCapture({"one"}));
  SocketPeer& started = Connect(ReadyFrame() + StartFrame());
  SocketPeer& shy = Connect(ReadyFrame());
  SocketPeer& silent = Connect();
  PollAll(*listener, sink);
  const auto come = [this](const std::string& frame) {
    Connect(OpenCapture({frame}));
    return PollUntil(*listener, sink, [&] { return sink.frames.back() == frame; });
  };
  EXPECT_TRUE(come("two"));
  EXPECT_TRUE(shy.Closed());
  EXPECT_FALSE(silent.Closed());
  EXPECT_TRUE(come("three"));
  EXPECT_TRUE(silent.Closed());
  EXPECT_FALSE(started.Closed());
  EXPECT_TRUE(come("four"));
  EXPECT_TRUE(started.Closed());
  EXPECT_EQ(Figures().timed_out, 3U);
  EXPECT_FALSE(idle.Closed());  // PowerDNS keeps such
  idle.Send(DataFrame("five"));
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames, (Frames{"one", "two", "three", "four", "five"}));
}

// A flood of those who come and go at once fills the door for a moment: nobody has to leave for it.
TEST_F(LimitsTest, WhoHasGoneMakesRoomBeforeWhoIsSilent) {
  Open({.connections = 8, .first_frame = milliseconds(0), .next_frame = milliseconds(0)});
  SocketPeer& shy = Connect(ReadyFrame());
  SocketPeer& idle = Connect(OpenCapture({"one"}));
  PollAll(*listener, sink);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) Connect().Close();
    Connect(OpenCapture({"next"}));
    EXPECT_TRUE(PollUntil(*listener, sink, [&] { return sink.frames.back() == "next"; }));
    peers.back().Close();
    sink.frames.emplace_back();
    EXPECT_FALSE(shy.Closed());
    EXPECT_FALSE(idle.Closed());
  }
  EXPECT_EQ(Figures().timed_out, 0U);
}

// All have sent a frame and stay: who has sent none for longest goes.
TEST_F(LimitsTest, EvenWhoOnceSentDoesNotHoldItsPlaceForEver) {
  Open({.connections = 3, .next_frame = milliseconds(50)});
  SocketPeer& first = Connect(OpenCapture({"one"}));
  SocketPeer& second = Connect(OpenCapture({"two"}));
  SocketPeer& third = Connect(OpenCapture({"three"}));
  PollAll(*listener, sink);
  first.Send(DataFrame("four"));
  PollAll(*listener, sink);
  Connect(OpenCapture({"five"}));
  EXPECT_TRUE(PollUntil(*listener, sink, [this] { return sink.frames.size() == 5; }));
  EXPECT_FALSE(first.Closed());
  EXPECT_TRUE(second.Closed());
  EXPECT_FALSE(third.Closed());
  EXPECT_EQ(Figures().timed_out, 1U);
}

TEST_F(LimitsTest, WithNobodyWaitingTheSilentAreLeftAlone) {
  Open({.connections = 2, .first_frame = milliseconds(0), .next_frame = milliseconds(0)});
  SocketPeer& silent = Connect();
  SocketPeer& other = Connect();
  for (int i = 0; i < 30; ++i) listener->Poll(milliseconds(10), sink);  // several looks
  EXPECT_FALSE(silent.Closed());
  EXPECT_FALSE(other.Closed());
  EXPECT_EQ(Figures().timed_out, 0U);
  silent.Send(OpenCapture({"one"}));
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames.size(), 1U);
}

// Frames that are dear to take, and many at once: the others have their turn in between.
TEST_F(LimitsTest, DearFramesOfOneDoNotKeepTheOthersWaiting) {
  struct Slow final : FrameSink {
    void OnFrame(std::size_t /*socket*/, Bytes payload) override {
      if (payload.size() < 100) return sink.OnFrame(0, payload);
      std::this_thread::sleep_for(milliseconds(2));
      ++dear;
    }
    void OnBrokenStream(std::size_t socket) override { sink.OnBrokenStream(socket); }
    FrameList sink;
    int dear = 0;
  } slow;
  constexpr int kFrames = 400;
  Open({});
  std::string many = StartFrame();
  for (int i = 0; i < kFrames; ++i) many += DataFrame(std::string(1000, 'x'));
  SocketPeer& greedy = Connect();
  Connect(OpenCapture({"one"}));
  const int size = 2 << 20;
  setsockopt(greedy.fd(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  for (std::string_view rest = many; !rest.empty();) {
    const std::size_t taken = greedy.TrySend(rest);
    if (taken == 0) listener->Poll(milliseconds(0), slow);
    rest.remove_prefix(taken);
  }
  EXPECT_TRUE(PollUntil(*listener, slow, [&] { return !slow.sink.frames.empty(); }));
  EXPECT_LT(slow.dear, kFrames / 2);
  EXPECT_FALSE(listener->caught_up());
  EXPECT_TRUE(PollUntil(*listener, slow, [&] { return slow.dear == kFrames; }));
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
