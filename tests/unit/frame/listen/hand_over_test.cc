// From one listener to the next, as from process to process: every connection goes on where it was.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
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

using namespace pdns::testing;  // NOLINT(google-build-using-namespace): the test's own vocabulary

using Frames = std::vector<std::string>;

class HandOverTest : public ::testing::Test {
 protected:
  HandOverTest() { listener = OpenListener({UnixEndpoint(path), TcpEndpoint()}); }

  // All goes to a new listener; `between` is done while nobody reads.
  template <class Between>
  void Swap(Between between) {
    std::vector<HandedPeer> handed = listener->HandOver(sink);
    EXPECT_EQ(listener->connections(), 0U);
    EXPECT_EQ(listener->memory(), 0U);
    std::vector<net::ListeningSocket> sockets = listener->ReleaseSockets();
    listener.reset();
    between();
    auto opened = Listener::Open(std::move(sockets), {}, nullptr, -1);
    ASSERT_TRUE(opened.ok());
    listener = std::move(*opened);
    for (HandedPeer& peer : handed) {
      const Status adopted = listener->Adopt(std::move(peer));
      EXPECT_TRUE(adopted.ok()) << adopted.message();
    }
    EXPECT_EQ(listener->connections(), handed.size());
  }

  void Poll() { PollAll(*listener, sink); }

  SocketPeer ConnectTcp() {
    auto fd = net::Connect(listener->sockets()[1].endpoint());
    EXPECT_TRUE(fd.ok());
    return SocketPeer(fd->Release());
  }

  TempDir dir;
  std::string path = dir / "sock";
  FrameList sink;
  std::unique_ptr<Listener> listener;
};

// With READY and without, at each byte.
TEST_F(HandOverTest, CutAnywhereEveryFrameComesOnce) {
  const std::string big(300, 'b');
  const std::string rest = OpenCapture({"one", big, "three"}) + StopFrame() + OpenCapture({"four"});
  const Frames all{"one", big, "three", "four"};
  for (const std::string& stream : {rest, ReadyFrame() + rest}) {
    const std::string accept = ControlFrame(kAccept, {kDnstapType});
    const std::string answers = stream.size() == rest.size() ? "" : accept + ControlFrame(kFinish);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      sink.frames.clear();
      SocketPeer peer(path);
      peer.Send(stream.substr(0, cut));
      Poll();
      Swap([&] { peer.Send(stream.substr(cut)); });
      Poll();
      ASSERT_EQ(sink.frames, all) << cut;
      ASSERT_EQ(peer.Received(), answers) << cut;
    }
  }
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(HandOverTest, AgainAndAgainInTheMiddleOfOneLongFrame) {
  const std::string longest(kMaxFrameLength, 'x');
  const std::string stream = OpenCapture({longest, "last"});
  SocketPeer peer(path);
  for (std::size_t at = 0; at < stream.size(); at += 100'000) {
    std::string_view part = std::string_view(stream).substr(at, 100'000);
    while (!part.empty()) {
      part.remove_prefix(peer.TrySend(part));
      Poll();
    }
    Swap([] {});
  }
  Poll();
  EXPECT_EQ(sink.frames, (Frames{longest, "last"}));
}

TEST_F(HandOverTest, ManyPeersOfEveryKindEachInItsPlace) {
  std::vector<SocketPeer> peers;
  for (int i = 0; i < 40; ++i) {
    if (i % 2 == 0) {
      peers.emplace_back(path);
    } else {
      peers.push_back(ConnectTcp());
    }
    peers.back().Send(ReadyFrame() + OpenCapture({"one"}) + U32(7) + "ha");
    PollUntil(*listener, sink,
              [&] { return sink.frames.size() == static_cast<std::size_t>(i) + 1; });
  }
  Poll();
  Swap([&] {
    for (SocketPeer& peer : peers) peer.Send("lf");
    peers.emplace_back(path);  // who comes meanwhile waits
    peers.back().Send(OpenCapture({}) + U32(7) + "half");
  });
  for (SocketPeer& peer : peers) peer.Send("way" + DataFrame("end"));
  EXPECT_TRUE(PollUntil(*listener, sink, [&] { return sink.frames.size() == 40 + 2 * 41; }));
  EXPECT_EQ(std::count(sink.frames.begin(), sink.frames.end(), "halfway"), 41);
  EXPECT_EQ(listener->figures()[0].adopted, 20U);
  EXPECT_EQ(listener->figures()[1].adopted, 20U);
  EXPECT_EQ(listener->figures()[0].accepted, 1U);
  EXPECT_EQ(listener->figures()[0].open, 21U);
  EXPECT_EQ(sink.broken, 0);
}

TEST_F(HandOverTest, WhoWritesAllTheTimeLosesNothing) {
  constexpr std::size_t kFrames = 20'000;
  std::thread writer([this] {
    SocketPeer peer(path);
    peer.SendAll(ReadyFrame() + StartFrame());
    for (std::size_t n = 0; n < kFrames; ++n)
      peer.SendAll(DataFrame(std::to_string(n) + std::string(n % 700, 'x')));
    peer.SendAll(StopFrame());
  });
  for (std::size_t next = 1000; next < kFrames; next += 1000) {
    while (sink.frames.size() < next) listener->Poll(std::chrono::milliseconds(1000), sink);
    Swap([] {});
  }
  while (sink.frames.size() < kFrames) listener->Poll(std::chrono::milliseconds(1000), sink);
  writer.join();
  for (std::size_t n = 0; n < kFrames; ++n)
    ASSERT_EQ(sink.frames[n], std::to_string(n) + std::string(n % 700, 'x'));
}

TEST_F(HandOverTest, TheParkedStayBehind) {
  SocketPeer bad(path);
  bad.Send("GET / HTTP/1.1\r\n\r\n");
  SocketPeer good(path);
  good.Send(OpenCapture({"one"}));
  Poll();
  EXPECT_EQ(listener->connections(), 2U);
  Swap([] {});
  EXPECT_EQ(listener->connections(), 1U);
  EXPECT_TRUE(bad.Closed());
  EXPECT_FALSE(good.Closed());
}

TEST_F(HandOverTest, APeerThatWentMeanwhileIsReadToItsEnd) {
  SocketPeer peer(path);
  peer.Send(OpenCapture({"one"}));
  Poll();
  Swap([&] {
    peer.Send(DataFrame("two"));
    peer.Close();
  });
  Poll();
  EXPECT_EQ(sink.frames, (Frames{"one", "two"}));
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(HandOverTest, TheSocketFileStaysAndGoesWithTheLast) {
  struct stat before {};
  ASSERT_EQ(stat(path.c_str(), &before), 0);
  Swap([&] {
    struct stat after {};
    ASSERT_EQ(stat(path.c_str(), &after), 0);
    EXPECT_EQ(after.st_ino, before.st_ino);
  });
  listener.reset();
  EXPECT_NE(stat(path.c_str(), &before), 0);
}

// What comes from elsewhere is looked at; the descriptor is closed either way.
TEST_F(HandOverTest, WhatCannotBeAdopted) {
  const auto adopt = [this](const std::string& socket, const std::string& state) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    SocketPeer other(ends[1]);
    const Status status = listener->Adopt({socket, net::Descriptor(ends[0]), state});
    EXPECT_EQ(status.ok(), !other.Closed());
    return status.code();
  };
  const std::string good{1, 1, 0};
  EXPECT_EQ(adopt(path, good), Code::kOk);
  EXPECT_EQ(adopt(path, good + U32(5) + "four"), Code::kOk);
  EXPECT_EQ(adopt(path, std::string{1, 0, 1}), Code::kOk);
  EXPECT_EQ(adopt("/no/such/socket", good), Code::kUsage);
  const std::string bad[] = {"",
                             "\1",
                             std::string{1, 1},
                             std::string{0, 1, 0},
                             std::string{2, 1, 0},
                             std::string{1, 2, 0},
                             std::string{1, 1, 2},
                             std::string{1, 1, -1},
                             good + DataFrame("a whole one"),
                             good + DataFrame("a whole one") + "more",
                             good + U32(kMaxFrameLength + 1),
                             good + U32(0) + U32(kMaxControlLength + 1),
                             std::string{1, 0, 0} + StartFrame(),
                             good + std::string(3 * kMaxFrameLength, '\1')};
  for (const std::string& state : bad)
    EXPECT_EQ(adopt(path, state), Code::kMalformed) << ToHex(AsBytes(state.substr(0, 40)));
  EXPECT_EQ(listener->Adopt({path, net::Descriptor(), good}).code(), Code::kMalformed);
  EXPECT_EQ(listener->Adopt({path, net::Descriptor(open("/dev/null", O_RDONLY)), good}).code(),
            Code::kMalformed);
  EXPECT_EQ(listener->Adopt({path, net::Descriptor(socket(AF_INET, SOCK_DGRAM, 0)), good}).code(),
            Code::kMalformed);
}

// As it is after exec: the flags are set anew.
TEST_F(HandOverTest, AdoptedDescriptorsAreClosedOnExec) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  SocketPeer peer(ends[1]);
  ASSERT_TRUE(listener->Adopt({path, net::Descriptor(ends[0]), std::string{1, 1, 0}}).ok());
  EXPECT_EQ(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
  EXPECT_FALSE(listener->Poll(std::chrono::milliseconds(0), sink));  // blocking it would hang
  peer.Send(DataFrame("one"));
  Poll();
  EXPECT_EQ(sink.frames, Frames{"one"});
}

class TlsHandOverTest : public HandOverTest {
 protected:
  TlsHandOverTest() {
    authority.Issue(dir / "server");
    auto tls = net::TlsServer::Open(dir / "server.pem", dir / "server.key", "");
    EXPECT_TRUE(tls.ok());
    const std::string other = dir / "other";
    path = other;
    listener = OpenListener({UnixEndpoint(path), TcpEndpoint(true)}, {}, -1, std::move(*tls));
    auto fd = net::Connect(listener->sockets()[1].endpoint());
    peer = std::make_unique<TlsPeer>(std::move(*fd), authority);
    std::string_view bytes = StartAndOne();
    EXPECT_TRUE(PollUntil(*listener, sink, [&] {
      if (!bytes.empty()) bytes.remove_prefix(peer->TrySend(bytes));
      return !sink.frames.empty();
    }));
  }
  static std::string_view StartAndOne() {
    static const std::string bytes = OpenCapture({"one"});
    return bytes;
  }

  Authority authority{dir / "authority"};
  std::unique_ptr<TlsPeer> peer;
};

// A resolver that sees the goodbye sends what it has begun, goes, and would connect anew.
TEST_F(TlsHandOverTest, IsToldGoodbyeAndReadToItsEnd) {
  SocketPeer plain(path);
  plain.Send(OpenCapture({"plain"}));
  Poll();
  peer->TrySend(DataFrame("two"));
  std::thread resolver([this] {
    while (!peer->told_goodbye()) peer->Received();
    peer->TrySend(DataFrame("three"));
    peer->Goodbye();
    peer->Close();
  });
  const std::vector<HandedPeer> handed = listener->HandOver(sink);
  resolver.join();
  ASSERT_EQ(handed.size(), 1U);
  EXPECT_EQ(handed[0].socket, path);
  EXPECT_EQ(sink.frames, (Frames{"one", "plain", "two", "three"}));
  EXPECT_EQ(listener->figures()[1].open, 0U);
}

TEST_F(TlsHandOverTest, WhoDoesNotGoIsNotWaitedForLong) {
  EXPECT_TRUE(listener->HandOver(sink).empty());
  EXPECT_EQ(listener->connections(), 0U);
  peer->Received();
  EXPECT_TRUE(peer->told_goodbye());
}

}  // namespace
}  // namespace pdns::frame
