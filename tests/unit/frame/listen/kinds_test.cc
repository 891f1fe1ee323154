// Several sockets of several kinds behind one listener: Unix, TCP, TLS.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "frame/listen/listener.h"
#include "unit/support/frame_stream.h"
#include "unit/support/listeners.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"
#include "unit/support/tls_peer.h"

namespace pdns::frame {
namespace {

using pdns::testing::Authority;
using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::FrameList;
using pdns::testing::kDnstapType;
using pdns::testing::OpenCapture;
using pdns::testing::OpenListener;
using pdns::testing::PollAll;
using pdns::testing::PollUntil;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::TcpEndpoint;
using pdns::testing::TempDir;
using pdns::testing::TlsPeer;
using pdns::testing::UnixEndpoint;

using Frames = std::vector<std::string>;
using Counted = std::vector<std::pair<std::size_t, std::string>>;

const std::string kAcceptFrame = ControlFrame(1, {kDnstapType});

class SocketNumbers final : public FrameSink {
 public:
  void OnFrame(std::size_t socket, Bytes payload) override {
    frames.emplace_back(socket, AsText(payload));
  }
  void OnBrokenStream(std::size_t socket) override { frames.emplace_back(socket, "broken"); }

  Counted frames;
};

SocketPeer ConnectTo(const net::ListeningSocket& socket) {
  auto fd = net::Connect(socket.endpoint());
  EXPECT_TRUE(fd.ok()) << fd.status().message();
  return SocketPeer(fd->Release());
}

int TcpState(const SocketPeer& peer) {
  tcp_info info{};
  socklen_t size = sizeof info;
  EXPECT_EQ(getsockopt(peer.fd(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_state;
}

TEST(ListenerKinds, EachFrameComesWithItsSocket) {
  const TempDir dir;
  SocketNumbers sink;
  const auto listener =
      OpenListener({UnixEndpoint(dir / "a"), TcpEndpoint(), UnixEndpoint(dir / "b")});
  ASSERT_EQ(listener->sockets().size(), 3U);
  std::vector<SocketPeer> peers;
  for (std::size_t i = 0; i < 3; ++i) {
    peers.push_back(ConnectTo(listener->sockets()[i]));
    peers.back().Send(ReadyFrame() + OpenCapture({"from " + std::to_string(i)}) + StopFrame());
    PollUntil(*listener, sink, [&] { return sink.frames.size() > i; });
  }
  EXPECT_EQ(sink.frames, (Counted{{0, "from 0"}, {1, "from 1"}, {2, "from 2"}}));
  peers[1].Send(DataFrame("after STOP"));
  PollUntil(*listener, sink, [&] { return sink.frames.size() > 3; });
  EXPECT_EQ(sink.frames.back(), (std::pair<std::size_t, std::string>{1, "broken"}));
  EXPECT_EQ(peers[1].Received(), kAcceptFrame + ControlFrame(5));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(listener->figures()[i].accepted, 1U);
    EXPECT_EQ(listener->figures()[i].broken, i == 1 ? 1U : 0U);
    EXPECT_GT(listener->figures()[i].bytes, 0U);
  }
}

TEST(ListenerKinds, NoSocketAtAllOnlyWaits) {
  FrameList sink;
  const auto listener = OpenListener({});
  EXPECT_FALSE(listener->Poll(std::chrono::milliseconds(0), sink));
}

TEST(ListenerKinds, ATcpPeerThatResetsEndsItselfOnly) {
  FrameList sink;
  const auto listener = OpenListener({TcpEndpoint()});
  SocketPeer good = ConnectTo(listener->sockets()[0]);
  good.Send(OpenCapture({"one"}));
  {
    SocketPeer bad = ConnectTo(listener->sockets()[0]);
    bad.Send(OpenCapture({"two"}) + "\0\0");
    PollUntil(*listener, sink, [&] { return sink.frames.size() == 2; });
    const linger at_once{1, 0};
    setsockopt(bad.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return listener->connections() == 1; }));
  good.Send(DataFrame("three"));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return sink.frames.size() == 3; }));
  EXPECT_EQ(sink.broken, 0);
}

// Else liars who are gone hold the places of others until their time is over.
TEST(ListenerKinds, AParkedTcpPeerThatGoesIsForgottenAtOnce) {
  FrameList sink;
  const auto listener = OpenListener({TcpEndpoint()});
  SocketPeer bad = ConnectTo(listener->sockets()[0]);
  bad.Send(DataFrame("no START"));
  PollUntil(*listener, sink, [&] { return sink.broken == 1; });
  bad.Send(DataFrame("never read"));
  ASSERT_EQ(listener->connections(), 1U);
  shutdown(bad.fd(), SHUT_WR);
  while (TcpState(bad) != TCP_FIN_WAIT2) std::this_thread::yield();  // its end has come
  listener->Poll(std::chrono::seconds(1), sink);
  EXPECT_EQ(listener->connections(), 0U);
}

TEST(ListenerKinds, TlsNeedsACertificate) {
  auto socket = net::ListeningSocket::Open(TcpEndpoint(true), {});
  ASSERT_TRUE(socket.ok());
  std::vector<net::ListeningSocket> sockets;
  sockets.push_back(std::move(*socket));
  const auto opened = Listener::Open(std::move(sockets), {}, nullptr, -1);
  EXPECT_EQ(opened.status().code(), Code::kUsage);
}

class TlsListenerTest : public ::testing::Test {
 protected:
  TlsListenerTest() {
    authority.Issue(dir / "server");
    authority.Issue(dir / "client");
    auto tls =
        net::TlsServer::Open(dir / "server.pem", dir / "server.key", authority.certificate());
    EXPECT_TRUE(tls.ok()) << tls.status().message();
    listener =
        OpenListener({UnixEndpoint(dir / "plain"), TcpEndpoint(true)}, {}, -1, std::move(*tls));
  }

  TlsPeer Connect(const std::string& certificate) {
    auto fd = net::Connect(listener->sockets()[1].endpoint());
    EXPECT_TRUE(fd.ok());
    return TlsPeer(std::move(*fd), authority, certificate);
  }

  // Sends all of it, whatever it takes.
  void Send(TlsPeer& peer, std::string_view bytes) {
    EXPECT_TRUE(PollUntil(*listener, sink, [&] {
      if (!bytes.empty()) bytes.remove_prefix(peer.TrySend(bytes));
      return bytes.empty();
    }));
  }

  TempDir dir;
  Authority authority{dir / "authority"};
  FrameList sink;
  std::unique_ptr<Listener> listener;
};

TEST_F(TlsListenerTest, TakesWhatAPeerWrites) {
  TlsPeer peer = Connect(dir / "client");
  std::string answers;
  Send(peer, ReadyFrame());
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return !(answers += peer.Received()).empty(); }));
  Send(peer, OpenCapture({"one", "two"}));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return sink.frames.size() == 2; }));
  Send(peer, StopFrame());
  EXPECT_TRUE(PollUntil(*listener, sink, [&] {
    return (answers += peer.Received()) == kAcceptFrame + ControlFrame(5);
  }));
  EXPECT_EQ(sink.last_socket, 1U);
  peer.Goodbye();
  peer.Close();
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return listener->connections() == 0; }));
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(listener->figures()[1].refused, 0U);
}

// Whole megabytes, beyond what one turn reads: bytes held inside TLS are not forgotten.
TEST_F(TlsListenerTest, AFlood) {
  TlsPeer peer = Connect(dir / "client");
  Send(peer, StartFrame());
  const std::string payload(60'000, 'x');
  for (int i = 0; i < 100; ++i) Send(peer, DataFrame(payload));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return sink.frames.size() == 100; }));
  for (const std::string& frame : sink.frames) ASSERT_EQ(frame, payload);
  EXPECT_EQ(listener->figures()[1].bytes, StartFrame().size() + 100 * (4 + payload.size()));
}

TEST_F(TlsListenerTest, WhoShowsNoCertificateOrSpeaksNoTlsIsParked) {
  TlsPeer stranger = Connect("");
  EXPECT_TRUE(PollUntil(*listener, sink, [&] {
    stranger.TrySend(ReadyFrame());
    stranger.Received();
    return stranger.failed();
  }));
  EXPECT_EQ(listener->figures()[1].refused, 1U);
  SocketPeer plain = ConnectTo(listener->sockets()[1]);
  plain.Send(ReadyFrame() + OpenCapture({"in the clear"}));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return listener->figures()[1].refused == 2; }));
  PollAll(*listener, sink);
  EXPECT_FALSE(plain.Closed());  // it would come back at once
  EXPECT_EQ(listener->connections(), 2U);
  EXPECT_TRUE(sink.frames.empty());
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(TlsListenerTest, ASilentHandshakeCostsNobodyElseAnything) {
  SocketPeer silent = ConnectTo(listener->sockets()[1]);
  SocketPeer half = ConnectTo(listener->sockets()[1]);
  half.Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  TlsPeer peer = Connect(dir / "client");
  Send(peer, OpenCapture({"one"}));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return sink.frames.size() == 1; }));
  EXPECT_EQ(listener->connections(), 3U);
  EXPECT_FALSE(listener->Poll(std::chrono::milliseconds(0), sink));  // no spinning
}

// A crowd of one kind fills its own door only.
TEST(ListenerKinds, EachHasItsNumberOfConnections) {
  const TempDir dir;
  FrameList sink;
  const auto listener = OpenListener({UnixEndpoint(dir / "a"), TcpEndpoint()}, {.connections = 3});
  std::vector<SocketPeer> crowd;
  for (int i = 0; i < 5; ++i) crowd.push_back(ConnectTo(listener->sockets()[1]));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return listener->figures()[1].full > 0; }));
  EXPECT_EQ(listener->figures()[1].open, 3U);
  std::vector<SocketPeer> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(ConnectTo(listener->sockets()[0]));
    peers.back().Send(OpenCapture({"one"}));
  }
  PollAll(*listener, sink);
  EXPECT_EQ(listener->figures()[0].open, 3U);
  EXPECT_EQ(sink.frames.size(), 3U);
}

}  // namespace
}  // namespace pdns::frame
