// Who is at the other end: as the kernel tells it, for this user and others, and across user
// namespaces.
#include "net/peer.h"

#include <arpa/inet.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <vector>

#include "net/accounts.h"
#include "net/descriptor.h"

namespace pdns::net {
namespace {

constexpr int kCannot = 77;  // exit code of a child that the system refuses something

struct Pair {
  Pair() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    one = Descriptor(ends[0]);
    other = Descriptor(ends[1]);
  }
  Descriptor one;
  Descriptor other;
};

// The exit code of `work` in a child, which has one thread and so may become another user.
int InChild(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Peer, IsThisProcess) {
  const Pair pair;
  const Peer peer = PeerOf(pair.one.get());
  EXPECT_TRUE(geteuid() == kNobody || peer.user == geteuid());
  EXPECT_TRUE(getegid() == kNobody || peer.IsIn(getegid()));
  std::vector<gid_t> groups(static_cast<std::size_t>(getgroups(0, nullptr)));
  ASSERT_GE(getgroups(static_cast<int>(groups.size()), groups.data()), 0);
  for (const gid_t group : groups) EXPECT_TRUE(group == kNobody || peer.IsIn(group)) << group;
}

TEST(Peer, OfNoUnixSocketIsUnknown) {
  const Descriptor tcp(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (const int fd : {tcp.get(), -1}) {
    EXPECT_EQ(PeerOf(fd).user, std::nullopt);
    EXPECT_TRUE(PeerOf(fd).groups.empty());
  }
}

TEST(Peer, NobodyIsNoId) {
  const Peer nobody = MakePeer(kNobody, {kNobody, 5, kNobody});
  EXPECT_EQ(nobody.user, std::nullopt);
  EXPECT_EQ(nobody.groups, std::vector<gid_t>{5});
  EXPECT_FALSE(nobody.IsIn(kNobody));
  EXPECT_EQ(MakePeer(0, {}).user, 0U);
}

// More groups than are asked for at first.
TEST(Peer, AnotherUserWithManyGroups) {
  constexpr gid_t kFirst = 20'000;
  constexpr gid_t kGroups = 300;
  const int code = InChild([] {
    std::vector<gid_t> groups;
    for (gid_t i = 0; i < kGroups; ++i) groups.push_back(kFirst + i);
    if (setgroups(groups.size(), groups.data()) != 0 || setresgid(4712, 4712, 4712) != 0 ||
        setresuid(4711, 4711, 4711) != 0) {
      return kCannot;
    }
    const Pair pair;  // made by that user
    const Peer peer = PeerOf(pair.one.get());
    if (peer.user != 4711U || !peer.IsIn(4712)) return 1;
    for (const gid_t group : groups) {
      if (!peer.IsIn(group)) return 2;
    }
    return peer.IsIn(kFirst + kGroups) ? 3 : 0;
  });
  if (code == kCannot) GTEST_SKIP() << "only root can become another user";
  EXPECT_EQ(code, 0);
}

// Root of a namespace of its own is who made it; and whom a namespace does not know is nobody
// there.
TEST(Peer, AcrossUserNamespaces) {
  const Pair outside;  // made by this user, before
  const int fd = outside.one.get();
  const int code = InChild([fd] {
    if (unshare(CLONE_NEWUSER) != 0) return kCannot;
    const Peer seen = PeerOf(fd);
    return seen.user.has_value() || !seen.groups.empty() ? 1 : 0;
  });
  if (code == kCannot) GTEST_SKIP() << "no user namespace can be made";
  EXPECT_EQ(code, 0);
}

TEST(Accounts, NamesAndNumbers) {
  EXPECT_EQ(UserNumber("root"), 0U);
  EXPECT_EQ(GroupNumber("root"), 0U);
  EXPECT_EQ(UserNumber("4711"), 4711U);
  EXPECT_EQ(GroupNumber("0"), 0U);
  for (const char* none : {"", "no such", "-1", "1x", "4294967296"}) {
    EXPECT_EQ(UserNumber(none), std::nullopt) << none;
    EXPECT_EQ(GroupNumber(none), std::nullopt) << none;
  }
  EXPECT_EQ(UserName(0), "root");
  EXPECT_EQ(UserName(3'999'999'999), "3999999999");
}

}  // namespace
}  // namespace pdns::net
