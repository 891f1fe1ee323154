// The file and the socket at the two kinds of endpoint.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.h"
#include "unit/support/temp_dir.h"

namespace pdns::net {
namespace {

using pdns::testing::ReadFile;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// A bound and listening socket at `path`, without a ListeningSocket.
int BareSocket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd, 5), 0);
  return fd;
}

int Option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(getsockopt(fd, level, name, &value, &size), 0);
  return value;
}

struct UnixSocketTest : ::testing::Test {
  Result<ListeningSocket> TryOpen(const Access& access = {}) const {
    return ListeningSocket::Open({Endpoint::Kind::kUnix, path, false}, access);
  }
  std::optional<ListeningSocket> Open(const Access& access = {}) const {
    auto opened = TryOpen(access);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    if (!opened.ok()) return std::nullopt;
    return std::move(*opened);
  }
  Code Refusal(const Access& access = {}) const {
    const auto opened = TryOpen(access);
    EXPECT_FALSE(opened.ok());
    EXPECT_NE(opened.status().message().find(path), std::string::npos);
    return opened.status().code();
  }
  // Can one connect, and is it `socket` that accepts?
  bool Reaches(const ListeningSocket& socket) const {
    const auto client = Connect({Endpoint::Kind::kUnix, path, false});
    const Descriptor accepted(accept(socket.fd(), nullptr, nullptr));
    return client.ok() && accepted.valid();
  }
  struct stat Info() const {
    struct stat info {};
    EXPECT_EQ(lstat(path.c_str(), &info), 0);
    return info;
  }

  TempDir dir;
  std::string path = dir / "dnstap.sock";
};

TEST_F(UnixSocketTest, ResolversOfTheGroupMayWrite) {
  const mode_t before = umask(0077);
  const auto socket = Open();
  umask(before);
  EXPECT_TRUE(S_ISSOCK(Info().st_mode));
  EXPECT_EQ(Info().st_mode & 07777, 0660U);
  EXPECT_EQ(socket->name(), path);
  EXPECT_TRUE(socket->owns_file());
  EXPECT_EQ(fcntl(socket->fd(), F_GETFD), FD_CLOEXEC);
  EXPECT_NE(fcntl(socket->fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_TRUE(Reaches(*socket));
}

TEST_F(UnixSocketTest, AnotherFileInItsPlaceIsToldFromItsOwn) {
  EXPECT_EQ(SocketFileId(path), "");
  const auto socket = Open();
  EXPECT_FALSE(socket->file_id().empty());
  EXPECT_EQ(SocketFileId(path), socket->file_id());
  ASSERT_EQ(rename(path.c_str(), (path + ".old").c_str()), 0);
  EXPECT_EQ(SocketFileId(path), "");
  const Descriptor other(BareSocket(path));
  EXPECT_NE(SocketFileId(path), socket->file_id());
  EXPECT_EQ(SocketFileId(path + ".old"), socket->file_id());
}

TEST_F(UnixSocketTest, ItsFileIsKeptForAnotherDescriptor) {
  const auto kept = std::make_shared<std::atomic<bool>>(true);
  auto socket = Open();
  const std::string id = socket->file_id();
  Descriptor copy(fcntl(socket->fd(), F_DUPFD_CLOEXEC, 0));
  socket->KeepFileWhile(kept);
  socket.reset();
  EXPECT_EQ(SocketFileId(path), id);
  auto again = ListeningSocket::Adopt(std::move(copy), true);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(Reaches(*again));
  again->KeepFileWhile(kept);
  ListeningSocket moved = std::move(*again);
  *kept = false;
  EXPECT_EQ(SocketFileId(path), id);
  { const ListeningSocket last = std::move(moved); }
  EXPECT_FALSE(Exists(path));
}

TEST_F(UnixSocketTest, ModeAsAskedFor) {
  const auto socket = Open({0606, "", ""});
  EXPECT_EQ(Info().st_mode & 07777, 0606U);
}

TEST_F(UnixSocketTest, OwnerAndGroupByName) {
  const passwd* const me = getpwuid(geteuid());
  const struct group* const mine = getgrgid(getegid());
  if (me == nullptr || mine == nullptr) GTEST_SKIP() << "this user has no name";
  const auto socket = Open({0600, me->pw_name, mine->gr_name});
  EXPECT_EQ(Info().st_uid, geteuid());
  EXPECT_EQ(Info().st_gid, getegid());
}

TEST_F(UnixSocketTest, OwnerAndGroupByNumber) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const auto socket = Open({0660, "4711", "4712"});
  EXPECT_EQ(Info().st_uid, 4711U);
  EXPECT_EQ(Info().st_gid, 4712U);
  EXPECT_EQ(Info().st_mode & 07777, 0660U);
}

TEST_F(UnixSocketTest, UnknownUsersLeaveNothingBehind) {
  EXPECT_EQ(Refusal({0660, "no such user!", ""}), Code::kUsage);
  EXPECT_EQ(Refusal({0660, "", "no such group!"}), Code::kUsage);
  EXPECT_FALSE(Exists(path));
}

TEST_F(UnixSocketTest, ASocketLeftByTheDeadIsReplaced) {
  close(BareSocket(path));
  ASSERT_TRUE(Exists(path));
  const auto socket = Open();
  EXPECT_TRUE(Reaches(*socket));
}

TEST_F(UnixSocketTest, ASocketInUseIsNotTouchedAndItsHolderNamed) {
  const auto first = Open();
  for (int i = 0; i < 3; ++i) {
    const auto second = TryOpen();
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.status().code(), Code::kIo);
    EXPECT_NE(second.status().message().find(path), std::string::npos);
    EXPECT_NE(second.status().message().find("pid " + std::to_string(getpid())), std::string::npos)
        << second.status().message();
    ASSERT_TRUE(Exists(path));
  }
  while (Descriptor(accept(first->fd(), nullptr, nullptr)).valid()) {  // the probes
  }
  EXPECT_TRUE(Reaches(*first));
}

// The holder does not accept, and its queue is full: it lives all the same.
TEST_F(UnixSocketTest, ABusyHolderIsNotTakenForDead) {
  const Descriptor holder(BareSocket(path));
  std::vector<Descriptor> waiting;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  int connected = 0;
  while (connected == 0 && waiting.size() < 100) {
    waiting.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    connected =
        connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ASSERT_NE(connected, 0);
  EXPECT_EQ(Refusal(), Code::kIo);
  EXPECT_TRUE(Exists(path));
}

TEST_F(UnixSocketTest, AFileInItsPlaceIsLeftAlone) {
  WriteFile(path, "precious");
  EXPECT_EQ(Refusal(), Code::kUsage);
  EXPECT_EQ(ReadFile(path), "precious");
}

TEST_F(UnixSocketTest, ADirectoryOrALinkInItsPlaceIsLeftAlone) {
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  EXPECT_EQ(Refusal(), Code::kUsage);
  ASSERT_EQ(rmdir(path.c_str()), 0);
  ASSERT_EQ(symlink("nowhere", path.c_str()), 0);
  EXPECT_EQ(Refusal(), Code::kUsage);
  EXPECT_TRUE(Exists(path));
}

TEST_F(UnixSocketTest, PathsThatCannotBe) {
  for (const std::string& bad : {std::string(), std::string("/"), dir / "", std::string(108, 'x'),
                                 dir / std::string(108, 'x')}) {
    path = bad;
    EXPECT_EQ(Refusal(), Code::kUsage) << bad;
  }
  path = dir / "no/such/dir.sock";
  EXPECT_EQ(Refusal(), Code::kIo);
  EXPECT_NE(TryOpen().status().message().find("No such file"), std::string::npos);
}

TEST_F(UnixSocketTest, TheLongestPathThatTheSystemTakes) {
  const std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
  path = dir / std::string(most - dir.path().size() - 1, 'x');
  auto socket = Open();
  EXPECT_TRUE(Reaches(*socket));
  socket.reset();
  EXPECT_FALSE(Exists(path));
}

struct LongPathTest : UnixSocketTest {
  LongPathTest() {
    std::string folder = dir.path();
    for (int i = 0; i < 4; ++i) {
      folder += "/" + std::string(200, static_cast<char>('a' + i));
      EXPECT_EQ(mkdir(folder.c_str(), 0700), 0);
    }
    path = folder + "/control.sock";
  }
};

TEST_F(LongPathTest, IsListenedOnReplacedHeldAndRemoved) {
  auto socket = Open({0640, "", ""});
  ASSERT_TRUE(socket);
  EXPECT_EQ(Info().st_mode & 07777, 0640U);
  EXPECT_EQ(socket->name(), path);
  EXPECT_TRUE(Reaches(*socket));
  EXPECT_EQ(Refusal(), Code::kIo);
  { const Descriptor released = socket->Release(); }
  ASSERT_TRUE(Exists(path));
  socket.reset();
  socket = Open();  // in the place of the dead one
  EXPECT_TRUE(Reaches(*socket));
  socket.reset();
  EXPECT_FALSE(Exists(path));
  path = dir / "short";
  EXPECT_FALSE(Exists(path));
}

TEST_F(LongPathTest, IsAdoptedByItsPath) {
  auto first = Open();
  ASSERT_TRUE(first);
  auto adopted = ListeningSocket::Adopt(first->Release(), true, path);
  ASSERT_TRUE(adopted.ok());
  EXPECT_EQ(adopted->name(), path);
  EXPECT_TRUE(adopted->owns_file());
  EXPECT_TRUE(Reaches(*adopted));
  { const ListeningSocket ended = std::move(*adopted); }
  EXPECT_FALSE(Exists(path));
}

TEST_F(UnixSocketTest, RemovesItsFileAtTheEnd) {
  Open().reset();
  EXPECT_FALSE(Exists(path));
}

TEST_F(UnixSocketTest, ButNotThatOfAnother) {
  auto first = Open();
  ASSERT_EQ(unlink(path.c_str()), 0);
  const Descriptor other(BareSocket(path));
  first.reset();
  EXPECT_TRUE(Exists(path));
  EXPECT_TRUE(Connect({Endpoint::Kind::kUnix, path, false}).ok());
}

TEST_F(UnixSocketTest, MovedItIsRemovedOnce) {
  auto first = Open();
  const std::string first_path = path;
  path = dir / "second.sock";
  auto second = Open();
  ListeningSocket moved = std::move(*first);
  first.reset();
  EXPECT_TRUE(Exists(first_path));
  moved = std::move(*second);  // the one that was held goes
  EXPECT_FALSE(Exists(first_path));
  second.reset();
  EXPECT_TRUE(Exists(path));
  EXPECT_TRUE(Reaches(moved));
}

TEST_F(UnixSocketTest, AdoptedItGoesOnAndWhoWaitedIsServed) {
  auto first = Open();
  const auto waiting = Connect(first->endpoint());
  ASSERT_TRUE(waiting.ok());
  Descriptor given = first->Release();
  EXPECT_FALSE(first->owns_file());
  first.reset();
  ASSERT_TRUE(Exists(path));
  fcntl(given.get(), F_SETFD, 0);  // as it comes through exec
  fcntl(given.get(), F_SETFL, 0);
  auto adopted = ListeningSocket::Adopt(std::move(given), true);
  ASSERT_TRUE(adopted.ok()) << adopted.status().message();
  EXPECT_EQ(adopted->name(), path);
  EXPECT_EQ(adopted->endpoint().kind, Endpoint::Kind::kUnix);
  EXPECT_EQ(fcntl(adopted->fd(), F_GETFD), FD_CLOEXEC);
  EXPECT_NE(fcntl(adopted->fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_TRUE(Descriptor(accept(adopted->fd(), nullptr, nullptr)).valid());
  EXPECT_TRUE(Reaches(*adopted));
  { const ListeningSocket ended = std::move(*adopted); }
  EXPECT_FALSE(Exists(path));
}

TEST_F(UnixSocketTest, AFileThatIsNotOursStaysWhenItsSocketIsAdopted) {
  {
    const auto adopted = ListeningSocket::Adopt(Descriptor(BareSocket(path)), false);
    ASSERT_TRUE(adopted.ok());
    EXPECT_FALSE(adopted->owns_file());
  }
  EXPECT_TRUE(Exists(path));
}

TEST(Adopt, AbstractSocketsHaveAName) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "pdns-test-" + std::to_string(getpid());
  std::copy(name.begin(), name.end(), address.sun_path + 1);
  Descriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(fd.get(), 1), 0);
  const auto adopted = ListeningSocket::Adopt(std::move(fd), true);
  ASSERT_TRUE(adopted.ok());
  EXPECT_EQ(adopted->name(), "@" + name);
  EXPECT_FALSE(adopted->owns_file());
}

TEST(Adopt, WhatDoesNotListenIsRefusedAndClosed) {
  const TempDir dir;
  const auto refused = [](int fd) {
    const auto adopted = ListeningSocket::Adopt(Descriptor(fd), true);
    return !adopted.ok() && adopted.status().code() == Code::kUsage && fcntl(fd, F_GETFD) == -1;
  };
  EXPECT_TRUE(refused(-1));
  EXPECT_TRUE(refused(open("/dev/null", O_RDONLY)));
  EXPECT_TRUE(refused(socket(AF_UNIX, SOCK_STREAM, 0)));
  EXPECT_TRUE(refused(socket(AF_INET, SOCK_DGRAM, 0)));
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_TRUE(refused(ends[0]));
  close(ends[1]);
}

Result<ListeningSocket> OpenTcp(const std::string& text) {
  const auto endpoint = ParseTcp(text);
  EXPECT_TRUE(endpoint.ok());
  return ListeningSocket::Open(*endpoint, {});
}

TEST(TcpSocket, ListensAndIsAdopted) {
  auto socket = OpenTcp("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status().message();
  const std::string name = socket->name();
  EXPECT_NE(name, "127.0.0.1:0");  // the port that was chosen
  EXPECT_FALSE(socket->owns_file());
  const auto client = Connect(socket->endpoint());
  ASSERT_TRUE(client.ok());
  const auto adopted = ListeningSocket::Adopt(socket->Release(), true);
  ASSERT_TRUE(adopted.ok());
  EXPECT_EQ(adopted->name(), name);
  EXPECT_EQ(adopted->endpoint().kind, Endpoint::Kind::kTcp);
  EXPECT_FALSE(adopted->owns_file());
  const Descriptor accepted(accept(adopted->fd(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ(Option(accepted.get(), SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_LE(Option(accepted.get(), IPPROTO_TCP, TCP_KEEPIDLE), 60);
}

TEST(TcpSocket, IsHadAgainAtOnceButNotWhileItIsHeld) {
  std::string name;
  {
    auto first = OpenTcp("0");
    ASSERT_TRUE(first.ok());
    name = first->name();
    const auto held = OpenTcp(name);
    ASSERT_FALSE(held.ok());
    EXPECT_EQ(held.status().code(), Code::kIo);
    EXPECT_NE(held.status().message().find(name), std::string::npos);
    const auto client = Connect(first->endpoint());
    const Descriptor accepted(accept(first->fd(), nullptr, nullptr));  // we close first: TIME_WAIT
  }
  EXPECT_TRUE(OpenTcp(name).ok());
}

TEST(TcpSocket, TheSixthVersionToo) {
  auto socket = OpenTcp("[::1]:0");
  if (!socket.ok()) GTEST_SKIP() << socket.status().message();
  EXPECT_EQ(socket->name().substr(0, 6), "[::1]:");
  EXPECT_TRUE(Connect(socket->endpoint()).ok());
}

TEST(TcpSocket, AnAddressOfAnotherMachine) {
  EXPECT_EQ(OpenTcp("192.0.2.1:0").status().code(), Code::kIo);
}

}  // namespace
}  // namespace pdns::net
