#include "frame/listen/connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "unit/support/frame_stream.h"
#include "unit/support/socket_peer.h"

namespace pdns::frame {
namespace {

using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::FrameList;
using pdns::testing::kDnstapType;
using pdns::testing::OpenCapture;
using pdns::testing::RawControl;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::U32;
using State = Connection::State;

const std::string kAcceptFrame = ControlFrame(1, {kDnstapType});
const std::string kFinishFrame = ControlFrame(5);

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    connection = std::make_unique<Connection>(net::Channel::Plain(net::Descriptor(ends[0])));
    peer = std::make_unique<SocketPeer>(ends[1]);
  }

  // Sends all of it, reading on the other side as it goes.
  void Send(std::string_view bytes, std::size_t at_a_time = 1000) {
    while (!bytes.empty()) {
      const std::size_t n = std::min(bytes.size(), at_a_time);
      peer->Send(bytes.substr(0, n));
      ReceiveAll();
      bytes.remove_prefix(n);
    }
  }

  // In as many turns as it takes on this machine.
  void ReceiveAll() {
    do connection->Receive(sink);
    while (!connection->drained());
  }

  FrameList sink;
  std::unique_ptr<Connection> connection;
  std::unique_ptr<SocketPeer> peer;
};

using Frames = std::vector<std::string>;

TEST_F(ConnectionTest, TheWholeHandshake) {
  Send(ReadyFrame());
  EXPECT_EQ(peer->Received(), kAcceptFrame);
  EXPECT_EQ(connection->state(), State::kHandshake);
  Send(StartFrame());
  EXPECT_EQ(connection->state(), State::kData);
  Send(DataFrame("one") + DataFrame("two"));
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(peer->Received(), "");
  Send(StopFrame());
  EXPECT_EQ(peer->Received(), kFinishFrame);
  EXPECT_EQ(sink.broken, 0);
  peer->Close();
  EXPECT_EQ(connection->Receive(sink), 0U);
  EXPECT_EQ(connection->state(), State::kClosed);
}

TEST_F(ConnectionTest, OneByteAtATime) {
  const std::string big(10'000, 'b');
  Send(ReadyFrame() + OpenCapture({"one", big, "three"}) + StopFrame(), 1);
  EXPECT_EQ(sink.frames, (Frames{"one", big, "three"}));
  EXPECT_EQ(peer->Received(), kAcceptFrame + kFinishFrame);
}

TEST_F(ConnectionTest, AllInOneGulp) {
  peer->Send(ReadyFrame() + OpenCapture({"one", "two"}) + StopFrame());
  peer->Close();
  EXPECT_GT(connection->Receive(sink), 0U);
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(connection->state(), State::kClosed);
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(ConnectionTest, NothingToReadIsNoEnd) {
  EXPECT_EQ(connection->Receive(sink), 0U);
  EXPECT_EQ(connection->state(), State::kHandshake);
  Send(ReadyFrame());
  EXPECT_EQ(connection->Receive(sink), 0U);
  EXPECT_EQ(connection->state(), State::kHandshake);
}

// Unbound with dnstap-bidirectional: no. It reads no answer, so none is sent.
TEST_F(ConnectionTest, StartWithoutReady) {
  Send(OpenCapture({"one"}) + StopFrame());
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(peer->Received(), "");
  EXPECT_EQ(connection->state(), State::kHandshake);
}

// libfstrm asks again on the same connection after 5 s.
TEST_F(ConnectionTest, ReadyAgain) {
  Send(ReadyFrame());
  Send(ReadyFrame());
  EXPECT_EQ(peer->Received(), kAcceptFrame + kAcceptFrame);
  Send(OpenCapture({"one"}));
  EXPECT_EQ(sink.frames, Frames{"one"});
}

TEST_F(ConnectionTest, ASecondRoundOnTheSameConnection) {
  Send(ReadyFrame() + OpenCapture({"one"}) + StopFrame());
  Send(ReadyFrame() + OpenCapture({"two"}) + StopFrame());
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(peer->Received(), kAcceptFrame + kFinishFrame + kAcceptFrame + kFinishFrame);
  EXPECT_EQ(sink.broken, 0);
}

// Unbound does not wait for FINISH: it meets a closed socket, and no SIGPIPE.
TEST_F(ConnectionTest, StopThenClose) {
  Send(ReadyFrame() + OpenCapture({"one"}));
  peer->Send(StopFrame());
  peer->Close();
  ReceiveAll();
  EXPECT_EQ(connection->state(), State::kClosed);
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(ConnectionTest, ReadyThenClose) {
  peer->Send(ReadyFrame());
  peer->Close();
  ReceiveAll();
  EXPECT_EQ(connection->state(), State::kClosed);
}

// PowerDNS closes without STOP. Its frames count, and none is broken.
TEST_F(ConnectionTest, CloseWithoutStop) {
  Send(ReadyFrame() + OpenCapture({"one"}));
  peer->Close();
  ReceiveAll();
  EXPECT_EQ(connection->state(), State::kClosed);
  EXPECT_EQ(connection->reason(), "closed");
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(ConnectionTest, CloseInsideAFrame) {
  Send(OpenCapture({"one"}) + U32(100) + "part");
  peer->Close();
  ReceiveAll();
  EXPECT_EQ(connection->state(), State::kClosed);
  EXPECT_EQ(connection->reason(), "closed inside a frame");
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(ConnectionTest, APeerThatNeverReadsDoesNotBlockUs) {
  // Answers pile up until the socket takes no more; then they are dropped, and data still comes in.
  for (int i = 0; i < 800; ++i) Send(ReadyFrame());
  EXPECT_EQ(connection->state(), State::kHandshake);
  Send(OpenCapture({"one"}));
  EXPECT_EQ(sink.frames, Frames{"one"});
}

// Each answer costs a call of the system.
TEST_F(ConnectionTest, ReadyOverAndOverIsRefused) {
  for (int i = 0; i < 20'000 && connection->state() != State::kParked; ++i) Send(ReadyFrame());
  EXPECT_EQ(connection->state(), State::kParked);
  EXPECT_EQ(connection->reason(), "READY or STOP over and over");
  EXPECT_EQ(sink.broken, 0);
}

// After data it is a broken stream.
TEST_F(ConnectionTest, StopOverAndOverIsRefused) {
  Send(OpenCapture({"one"}));
  for (int i = 0; i < 20'000 && connection->state() != State::kParked; ++i)
    Send(ReadyFrame() + StartFrame() + StopFrame());
  EXPECT_EQ(connection->state(), State::kParked);
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(sink.broken, 1);
}

TEST_F(ConnectionTest, ReadyWithAnotherContentTypeIsToldOurs) {
  Send(ControlFrame(4, {"protobuf:other.Thing"}));
  EXPECT_EQ(peer->Received(), kAcceptFrame);
  EXPECT_EQ(connection->state(), State::kHandshake);
  EXPECT_NE(connection->reason().find(kDnstapType), std::string::npos);
  EXPECT_EQ(sink.broken, 0);  // no frame was sent
}

TEST_F(ConnectionTest, ReadyWithoutAContentType) {
  Send(ControlFrame(4) + OpenCapture({"one"}));
  EXPECT_EQ(peer->Received(), kAcceptFrame);
  EXPECT_EQ(sink.frames, Frames{"one"});
  EXPECT_EQ(connection->reason(), "");
}

TEST_F(ConnectionTest, StartWithAnotherContentTypeIsParked) {
  Send(ReadyFrame() + ControlFrame(2, {"protobuf:other.Thing"}) + DataFrame("one"));
  EXPECT_EQ(connection->state(), State::kParked);
  EXPECT_NE(connection->reason().find(kDnstapType), std::string::npos);
  EXPECT_TRUE(sink.frames.empty());
  EXPECT_EQ(connection->Receive(sink), 0U);  // not read any more
  peer->Send(DataFrame("two"));
  EXPECT_EQ(connection->Receive(sink), 0U);
}

TEST_F(ConnectionTest, WhatBreaksAStreamCountsOnceAndParks) {
  const std::string bad[] = {DataFrame("data before START"),
                             StartFrame() + U32(kMaxFrameLength + 1),
                             StartFrame() + U32(0xffffffff),
                             RawControl(std::string(513, 'x')),
                             RawControl("????"),
                             RawControl(""),
                             ControlFrame(1, {kDnstapType}),
                             ControlFrame(5),
                             ControlFrame(77),
                             StartFrame() + StopFrame() + DataFrame("data after STOP"),
                             "GET / HTTP/1.1\r\n\r\n",
                             std::string(100, '\0')};
  for (const std::string& bytes : bad) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    Connection one(net::Channel::Plain(net::Descriptor(ends[0])));
    SocketPeer other(ends[1]);
    FrameList frames;
    other.Send(bytes + DataFrame("more") + U32(kMaxFrameLength + 1));
    do one.Receive(frames);
    while (!one.drained());
    EXPECT_EQ(one.state(), State::kParked) << ToHex(AsBytes(bytes.substr(0, 40)));
    EXPECT_FALSE(one.reason().empty());
    EXPECT_EQ(frames.broken, 1);
    EXPECT_TRUE(frames.frames.empty());
    EXPECT_EQ(one.Receive(frames), 0U);
    EXPECT_EQ(frames.broken, 1);
  }
}

TEST_F(ConnectionTest, FramesBeforeTheDamageAreGiven) {
  Send(OpenCapture({"one", "two"}) + U32(kMaxFrameLength + 1));
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(sink.broken, 1);
}

TEST_F(ConnectionTest, TheLongestFrame) {
  const std::string longest(kMaxFrameLength, 'x');
  Send(OpenCapture({longest, "y"}), 50'000);
  EXPECT_EQ(sink.frames, (Frames{longest, "y"}));
}

// One call reads a bounded share, so that a flood does not starve the other peers.
TEST_F(ConnectionTest, AFloodIsReadInTurns) {
  const int size = 8 << 20;
  setsockopt(peer->fd(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  const std::string frame = DataFrame(std::string(60'000, 'x'));
  peer->Send(StartFrame());
  std::size_t sent = 0;
  while (peer->TrySend(frame) == frame.size()) ++sent;
  if (sent * frame.size() < 3U << 20) GTEST_SKIP() << "the socket holds too little to tell";
  // On a busy machine the time of a turn can be over before a frame is whole.
  do connection->Receive(sink);
  while (sink.frames.empty() && !connection->drained());
  EXPECT_LT(sink.frames.size(), sent);
  while (!connection->drained()) connection->Receive(sink);
  EXPECT_GE(sink.frames.size(), sent);
}

TEST_F(ConnectionTest, KnowsItsPeer) {
  EXPECT_EQ(connection->peer(), "pid " + std::to_string(getpid()));
}

TEST_F(ConnectionTest, ClosesItsDescriptor) {
  const int fd = connection->fd();
  connection.reset();
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_TRUE(peer->Closed());
}

}  // namespace
}  // namespace pdns::frame
