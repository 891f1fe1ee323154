// From one ingester to the next: sockets and peers as named descriptors and the state that names
// them.
#include "ingest/hand_over.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "unit/support/frame_stream.h"
#include "unit/support/listeners.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::DataFrame;
using pdns::testing::FrameList;
using pdns::testing::OpenCapture;
using pdns::testing::OpenListener;
using pdns::testing::PollAll;
using pdns::testing::SocketPeer;
using pdns::testing::TcpEndpoint;
using pdns::testing::TempDir;
using pdns::testing::UnixEndpoint;
using Kind = HandedEntry::Kind;

TEST(HandedEntries, ComeBack) {
  const std::vector<HandedEntry> entries = {
      {Kind::kSocket, "pdns-handed-listen-0", "127.0.0.1:6000", ""},
      {Kind::kOwnedSocket, "pdns-handed-listen-1", "/run/pdns/dnstap.sock", ""},
      {Kind::kPeer, "pdns-handed-peer-2", "/run/pdns/dnstap.sock", std::string("\1\0\1half", 7)},
      {Kind::kPeer, "", "", std::string(100'000, 'x')},
      {Kind::kConfiguration, "", "", "unix = /run/pdns/dnstap.sock\n"}};
  const auto again = DecodeHanded(AsBytes(EncodeHanded(entries)));
  ASSERT_TRUE(again.ok());
  ASSERT_EQ(again->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ((*again)[i].kind, entries[i].kind);
    EXPECT_EQ((*again)[i].name, entries[i].name);
    EXPECT_EQ((*again)[i].text, entries[i].text);
    EXPECT_EQ((*again)[i].state, entries[i].state);
  }
  EXPECT_EQ(EncodeHanded({}), "\1");
  EXPECT_TRUE(DecodeHanded(AsBytes("\1"))->empty());
}

TEST(HandedEntries, CutAnywhereOrOfAnotherKind) {
  const std::string whole = EncodeHanded({{Kind::kPeer, "name", "text", "state"}});
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto entries = DecodeHanded(AsBytes(whole.substr(0, cut)));
    ASSERT_EQ(entries.ok(), cut == 1) << cut;
    if (!entries.ok()) {
      EXPECT_EQ(entries.status().code(), Code::kMalformed);
    }
  }
  for (const char kind : {'\0', '\5', '\xff'}) {
    std::string other = whole;
    other[1] = kind;
    EXPECT_FALSE(DecodeHanded(AsBytes(other)).ok());
  }
  for (const char version : {'\0', '\2', '\xff'}) {
    std::string other = whole;
    other[0] = version;
    EXPECT_FALSE(DecodeHanded(AsBytes(other)).ok());
  }
  EXPECT_FALSE(DecodeHanded(AsBytes(whole + "\1")).ok());
}

class HandOverTest : public ::testing::Test {
 protected:
  HandOverTest() {
    listener = OpenListener({UnixEndpoint(path), TcpEndpoint()});
    tcp = listener->sockets()[1].name();
  }

  HandOver Give() {
    HandOver hand_over;
    hand_over.peers = listener->HandOver(sink);
    hand_over.sockets = listener->ReleaseSockets();
    listener.reset();
    return hand_over;
  }
  static std::vector<net::Handed> Packed(HandOver hand_over) {
    auto handed = Pack(std::move(hand_over));
    EXPECT_TRUE(handed.ok());
    return handed.ok() ? std::move(*handed) : std::vector<net::Handed>();
  }
  void Take(HandOver hand_over) {
    auto opened = frame::Listener::Open(std::move(hand_over.sockets), {}, nullptr, -1);
    ASSERT_TRUE(opened.ok());
    listener = std::move(*opened);
    for (auto& peer : hand_over.peers) EXPECT_TRUE(listener->Adopt(std::move(peer)).ok());
  }
  static net::Handed& Named(std::vector<net::Handed>& handed, const std::string& name) {
    const auto found = std::find_if(handed.begin(), handed.end(),
                                    [&](const auto& one) { return one.name == name; });
    EXPECT_NE(found, handed.end()) << name;
    return *found;
  }
  static void Drop(std::vector<net::Handed>& handed, const std::string& name) {
    std::erase_if(handed, [&](const auto& one) { return one.name == name; });
  }

  TempDir dir;
  std::string path = dir / "sock";
  std::string tcp;
  FrameList sink;
  std::unique_ptr<frame::Listener> listener;
};

TEST_F(HandOverTest, SocketsAndAPeerInTheMiddleOfAFrame) {
  SocketPeer peer(path);
  const std::string two = DataFrame("two");
  peer.Send(OpenCapture({"one"}) + two.substr(0, 6));
  PollAll(*listener, sink);
  auto handed = Packed(Give());
  ASSERT_EQ(handed.size(), 4U);
  std::vector<std::string> names;
  for (const net::Handed& one : handed) {
    names.push_back(one.name);
    EXPECT_TRUE(one.fd.valid());
    EXPECT_EQ(one.name.compare(0, kOurs.size(), kOurs), 0);
    EXPECT_EQ(one.name.find(':'), std::string::npos);  // which separates them
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
  peer.Send(two.substr(6));
  SocketPeer meanwhile(path);
  meanwhile.Send(OpenCapture({"three"}));

  std::reverse(handed.begin(), handed.end());  // names tell them, not their order
  HandOver taken = Unpack(std::move(handed));
  ASSERT_EQ(taken.sockets.size(), 2U);
  EXPECT_EQ(taken.sockets[0].name(), path);
  EXPECT_TRUE(taken.sockets[0].owns_file());
  EXPECT_EQ(taken.sockets[1].name(), tcp);
  EXPECT_FALSE(taken.sockets[1].owns_file());
  ASSERT_EQ(taken.peers.size(), 1U);
  EXPECT_EQ(taken.peers[0].socket, path);
  Take(std::move(taken));
  PollAll(*listener, sink);
  EXPECT_EQ(sink.frames, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(sink.broken, 0);
  listener.reset();
  EXPECT_FALSE(std::filesystem::exists(path));  // whose file it is was handed over, too
}

TEST_F(HandOverTest, NothingAtAll) {
  auto handed = Packed({});
  EXPECT_EQ(handed.size(), 1U);  // the state, which says so
  const HandOver taken = Unpack(std::move(handed));
  EXPECT_TRUE(taken.sockets.empty());
  EXPECT_TRUE(taken.peers.empty());
  const HandOver nothing = Unpack({});
  EXPECT_TRUE(nothing.sockets.empty());
}

// They cost their connections, which are closed, and no more.
TEST_F(HandOverTest, AStateThatCannotBeRead) {
  SocketPeer peer(path);
  peer.Send(OpenCapture({"one"}));
  PollAll(*listener, sink);
  auto handed = Packed(Give());
  auto other = net::StateFile("\2whatever the next version says");
  ASSERT_TRUE(other.ok());
  Named(handed, "pdns-handed-state").fd = std::move(*other);
  const HandOver taken = Unpack(std::move(handed));
  EXPECT_TRUE(taken.sockets.empty());
  EXPECT_TRUE(taken.peers.empty());
  EXPECT_TRUE(peer.Closed());
  // The file that was left is no obstacle to a new socket.
  EXPECT_TRUE(net::ListeningSocket::Open(UnixEndpoint(path), {}).ok());
}

TEST_F(HandOverTest, DescriptorsThatAreMissing) {
  SocketPeer first(path);
  SocketPeer second(path);
  for (SocketPeer* peer : {&first, &second}) peer->Send(OpenCapture({"one"}));
  PollAll(*listener, sink);
  ASSERT_EQ(sink.frames.size(), 2U);
  auto handed = Packed(Give());
  ASSERT_EQ(handed.size(), 5U);
  Drop(handed, "pdns-handed-listen-1");
  Drop(handed, "pdns-handed-peer-2");
  const HandOver taken = Unpack(std::move(handed));
  ASSERT_EQ(taken.sockets.size(), 1U);
  EXPECT_EQ(taken.sockets[0].name(), path);
  EXPECT_EQ(taken.peers.size(), 1U);
  EXPECT_NE(first.Closed(), second.Closed());
}

TEST_F(HandOverTest, WithoutTheStateOursAreClosed) {
  auto handed = Packed(Give());
  Drop(handed, "pdns-handed-state");
  EXPECT_TRUE(Unpack(std::move(handed)).sockets.empty());
  EXPECT_THROW(SocketPeer{path}, std::runtime_error);
}

// A descriptor in a place that is another's: it is looked at, not believed.
TEST_F(HandOverTest, DescriptorsThatAreSomethingElse) {
  auto handed = Packed(Give());
  Named(handed, "pdns-handed-listen-0").fd =
      net::Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Named(handed, "pdns-handed-listen-1").fd = net::Descriptor(socket(AF_INET, SOCK_DGRAM, 0));
  EXPECT_TRUE(Unpack(std::move(handed)).sockets.empty());
  std::vector<net::Handed> no_file;
  no_file.push_back({"pdns-handed-state", net::Descriptor(socket(AF_INET, SOCK_STREAM, 0))});
  EXPECT_TRUE(Unpack(std::move(no_file)).sockets.empty());
}

TEST_F(HandOverTest, SocketUnitsHaveNamesOfTheirOwn) {
  std::vector<net::Handed> handed;
  auto sockets = Give().sockets;
  handed.push_back({"pdns.socket", sockets[0].Release()});
  handed.push_back({"unknown", sockets[1].Release()});
  handed.push_back({"stdin", net::Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))});
  {
    const HandOver taken = Unpack(std::move(handed));
    ASSERT_EQ(taken.sockets.size(), 2U);
    EXPECT_EQ(taken.sockets[0].name(), path);
    EXPECT_EQ(taken.sockets[1].name(), tcp);
    EXPECT_FALSE(taken.sockets[0].owns_file());  // the unit does
    EXPECT_TRUE(taken.peers.empty());
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

// Both kinds together: ours by the state, others as they are.
TEST_F(HandOverTest, AfterAReloadASocketUnitsIsStillNotOurs) {
  auto sockets = Give().sockets;
  HandOver hand_over;
  auto adopted = net::ListeningSocket::Adopt(sockets[0].Release(), false);
  ASSERT_TRUE(adopted.ok());
  hand_over.sockets.push_back(std::move(*adopted));
  auto handed = Packed(std::move(hand_over));
  handed.push_back({"pdns.socket", sockets[1].Release()});
  const HandOver taken = Unpack(std::move(handed));
  ASSERT_EQ(taken.sockets.size(), 2U);
  EXPECT_FALSE(taken.sockets[0].owns_file());
  EXPECT_EQ(taken.sockets[1].name(), tcp);
}

// It can be asked for before anything is taken.
TEST_F(HandOverTest, TheConfigurationThatWasServed) {
  HandOver hand_over = Give();
  hand_over.configuration = "unix = s\n";
  auto handed = Packed(std::move(hand_over));
  EXPECT_EQ(ConfigurationOf(handed), "unix = s\n");
  const HandOver taken = Unpack(std::move(handed));
  EXPECT_EQ(taken.configuration, "unix = s\n");
  EXPECT_EQ(taken.sockets.size(), 2U);
  HandOver empty;
  empty.configuration = "";
  EXPECT_EQ(ConfigurationOf(Packed(std::move(empty))), "");
  EXPECT_EQ(ConfigurationOf(Packed({})), std::nullopt);
  EXPECT_EQ(ConfigurationOf({}), std::nullopt);
}

// Nobody could find it any more: it is to be made anew.
TEST_F(HandOverTest, ASocketWhoseFileIsGone) {
  auto handed = Packed(Give());
  std::filesystem::remove(path);
  const HandOver taken = Unpack(std::move(handed));
  ASSERT_EQ(taken.sockets.size(), 1U);
  EXPECT_EQ(taken.sockets[0].name(), tcp);
}

// All that --connection-memory allows arrives.
TEST_F(HandOverTest, AsMuchStateAsConnectionsMayHold) {
  std::vector<SocketPeer> others;
  HandOver hand_over;
  constexpr std::size_t kMuch = 1U << 20;
  constexpr int kPeers = 100;
  for (int i = 0; i < kPeers; ++i) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    others.emplace_back(ends[1]);
    hand_over.peers.push_back({path, net::Descriptor(ends[0]), std::string(kMuch, 'x')});
  }
  const HandOver taken = Unpack(Packed(std::move(hand_over)));
  ASSERT_EQ(taken.peers.size(), static_cast<std::size_t>(kPeers));
  for (const auto& peer : taken.peers) EXPECT_EQ(peer.state.size(), kMuch);
}

}  // namespace
}  // namespace pdns::ingest
