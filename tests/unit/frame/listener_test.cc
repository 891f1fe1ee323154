#include "frame/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/stop.h"
#include "unit/support/frame_stream.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::FrameList;
using pdns::testing::OpenCapture;
using pdns::testing::ReadFile;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using std::chrono::milliseconds;

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// A bound and listening socket at `path`, without a Listener.
int BareSocket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd, 5), 0);
  return fd;
}

struct ListenerTest : ::testing::Test {
  std::unique_ptr<Listener> Open(int wake_fd = -1) {
    auto opened = Listener::Open(path, wake_fd);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    return opened.ok() ? std::move(*opened) : nullptr;
  }

  // Polls until nothing comes any more.
  void PollAll(Listener& listener) {
    for (int quiet = 0; quiet < 3;) quiet = listener.Poll(milliseconds(0), sink) ? 0 : quiet + 1;
  }

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

TEST_F(ListenerTest, ResolversOfTheGroupMayWrite) {
  const mode_t before = umask(0077);
  const auto listener = Open();
  umask(before);
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 07777, 0660U);
}

TEST_F(ListenerTest, ASocketLeftByTheDeadIsReplaced) {
  close(BareSocket(path));
  ASSERT_TRUE(Exists(path));
  const auto listener = Open();
  SocketPeer peer(path);
  peer.Send(OpenCapture({"one"}));
  PollAll(*listener);
  EXPECT_EQ(sink.frames, std::vector<std::string>{"one"});
}

TEST_F(ListenerTest, ASocketInUseIsNotTouchedAndItsHolderNamed) {
  const auto first = Open();
  const auto second = Listener::Open(path, -1);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::kIo);
  EXPECT_NE(second.status().message().find(path), std::string::npos);
  EXPECT_NE(second.status().message().find("pid " + std::to_string(getpid())), std::string::npos)
      << second.status().message();
  SocketPeer peer(path);  // the first one still works
  peer.Send(OpenCapture({"one"}));
  PollAll(*first);
  EXPECT_EQ(sink.frames, std::vector<std::string>{"one"});
}

// The holder does not accept, and its queue is full: it lives all the same.
TEST_F(ListenerTest, ABusyHolderIsNotTakenForDead) {
  const int holder = BareSocket(path);
  std::vector<int> waiting;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  int connected = 0;
  while (connected == 0 && waiting.size() < 100) {
    waiting.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    connected =
        connect(waiting.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ASSERT_NE(connected, 0);
  EXPECT_EQ(Listener::Open(path, -1).status().code(), Code::kIo);
  EXPECT_TRUE(Exists(path));
  for (const int fd : waiting) close(fd);
  close(holder);
}

TEST_F(ListenerTest, AFileInItsPlaceIsLeftAlone) {
  WriteFile(path, "precious");
  const auto opened = Listener::Open(path, -1);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), Code::kUsage);
  EXPECT_EQ(ReadFile(path), "precious");
}

TEST_F(ListenerTest, ADirectoryOrALinkInItsPlaceIsLeftAlone) {
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  EXPECT_EQ(Listener::Open(path, -1).status().code(), Code::kUsage);
  ASSERT_EQ(rmdir(path.c_str()), 0);
  ASSERT_EQ(symlink("nowhere", path.c_str()), 0);
  EXPECT_EQ(Listener::Open(path, -1).status().code(), Code::kUsage);
  EXPECT_TRUE(Exists(path));
}

TEST_F(ListenerTest, PathsThatCannotBe) {
  const std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
  EXPECT_EQ(Listener::Open("", -1).status().code(), Code::kUsage);
  EXPECT_EQ(Listener::Open(std::string(most + 1, 'x'), -1).status().code(), Code::kUsage);
  const auto missing = Listener::Open(dir / "no/such/dir.sock", -1);
  EXPECT_EQ(missing.status().code(), Code::kIo);
  EXPECT_NE(missing.status().message().find("No such file"), std::string::npos);
}

TEST_F(ListenerTest, TheLongestPath) {
  const std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
  path = dir.path() + "/" + std::string(most - dir.path().size() - 1, 'x');
  auto listener = Open();
  SocketPeer peer(path);
  peer.Send(OpenCapture({"one"}));
  PollAll(*listener);
  EXPECT_EQ(sink.frames.size(), 1U);
  listener.reset();
  EXPECT_FALSE(Exists(path));
}

TEST_F(ListenerTest, RemovesItsFileAtTheEnd) {
  Open().reset();
  EXPECT_FALSE(Exists(path));
}

TEST_F(ListenerTest, ButNotThatOfAnother) {
  auto first = Open();
  ASSERT_EQ(unlink(path.c_str()), 0);
  const int other = BareSocket(path);
  first.reset();
  EXPECT_TRUE(Exists(path));
  SocketPeer peer(path);
  close(other);
}

TEST_F(ListenerTest, ARefusedOpenLeavesTheHoldersFile) {
  const auto first = Open();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Listener::Open(path, -1).ok());
  EXPECT_TRUE(Exists(path));
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
