// A control socket in a crowd: whatever others hold, a status is answered and there is a word for
// everybody who has said something.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "unit/control/control_world.h"

namespace pdns::control {
namespace {

using pdns::testing::SocketPeer;

class ControlCrowdTest : public ControlTest {
 protected:
  static constexpr const char* kStatus = "{\"op\":\"status\"}\n";
  static constexpr const char* kTap = "{\"op\":\"tap\"}\n";

  void ExpectStatus() const { EXPECT_EQ(Asked(kStatus), "{\"figures\":1}"); }

  void AllWorkWaits() {
    work = [](const Request& request, const Stop& stop, source::Progress& /*progress*/) {
      return Wait(request, stop);
    };
  }

  // Said, whatever comes of it: the other end may have closed.
  static void Say(SocketPeer& peer, const std::string& text) {
    try {
      peer.SendAll(text);
    } catch (const std::runtime_error&) {
    }
  }

  Status Refusal(const std::string& line) const {
    const auto reply = ParseReply(Asked(line));
    EXPECT_TRUE(reply.ok());
    return reply.ok() ? reply->error : Status();
  }

  // A connection by another user and group, if there is root to make one.
  std::optional<Client> ClientOf(uid_t user, gid_t group) const {
    if (geteuid() != 0) return std::nullopt;
    chmod(dir.path().c_str(), 0755);
    chmod(path.c_str(), 0666);
    std::optional<Client> client;
    std::thread other([&] {  // the system calls, unlike their wrappers, are for one thread
      if (syscall(SYS_setgroups, 1, &group) != 0 || syscall(SYS_setresgid, -1, user, -1) != 0 ||
          syscall(SYS_setresuid, -1, user, -1) != 0) {
        return;
      }
      client.emplace(Connected());
    });
    other.join();
    return client;
  }
};

TEST_F(ControlCrowdTest, TapsHaveABoundOfTheirOwn) {
  std::list<Client> clients;
  for (std::size_t i = 0; i < Server::kMostTaps; ++i) {
    SocketPeer(dup(clients.emplace_back(Connected()).descriptor().get())).SendAll(kTap);
    EXPECT_EQ(Line(clients.back()), "{\"ok\":true}");
  }
  const Status refused = Refusal(kTap);
  EXPECT_EQ(ExitCode(refused.code()), ExitCode(Code::kIo));
  EXPECT_NE(refused.message().find("8 taps are open"), std::string::npos) << refused.message();
  ExpectStatus();
  Client client = Connected();
  source::Progress progress;
  EXPECT_TRUE(Backfill(client, BackfillOf("/a"), never, progress).ok());
  clients.pop_front();
  EXPECT_TRUE(Eventually([&] { return Asked(kTap) == "{\"ok\":true}"; }));
}

TEST_F(ControlCrowdTest, BackfillsHaveABoundOfTheirOwn) {
  AllWorkWaits();
  std::list<Client> clients;
  for (std::size_t i = 0; i < Server::kMostBackfills; ++i)
    ASSERT_TRUE(clients.emplace_back(Connected()).Send(BackfillOf("/a"), never).ok());
  constexpr int kMost = static_cast<int>(Server::kMostBackfills);
  EXPECT_TRUE(Eventually([&] { return jobs == kMost; }));
  const Status refused = Refusal(ToLine(BackfillOf("/one-more")));
  EXPECT_EQ(ExitCode(refused.code()), ExitCode(Code::kIo));
  EXPECT_NE(refused.message().find("8 backfills are"), std::string::npos) << refused.message();
  EXPECT_EQ(jobs, kMost);
  ExpectStatus();
  EXPECT_EQ(Asked(kTap), "{\"ok\":true}");
  clients.pop_front();
  EXPECT_TRUE(Eventually([&] { return jobs == kMost - 1; }));
  EXPECT_TRUE(Eventually([&] {
    Client next = Connected();
    const bool sent = next.Send(BackfillOf("/next"), never).ok();
    return sent && Line(next).find("{\"progress\":") == 0;
  }));
  for (Client& client : clients) EXPECT_EQ(Line(client).find("{\"progress\":"), 0U);
}

// More than may wait: those that came first go, and long before their time of silence.
TEST_F(ControlCrowdTest, SilentOnesMakeWay) {
  std::list<SocketPeer> silent;
  for (std::size_t i = 0; i < 2 * WaitingClients::kMostClients; ++i) {
    silent.emplace_back(path);
    if (i % 3 == 1) Say(silent.back(), "{\"op\":");
  }
  ExpectStatus();
  EXPECT_TRUE(Eventually([&] { return silent.front().Closed(); }));
  EXPECT_FALSE(silent.back().Closed());
  for (int i = 0; i < 20; ++i) ExpectStatus();
}

TEST_F(ControlCrowdTest, UnfinishedLinesHaveABoundTogether) {
  constexpr std::size_t kPeers = 40;
  const std::string much(kLongestLine - 1, 'x');
  static_assert(kPeers * (kLongestLine - 1) > 2 * WaitingClients::kMostHeld);
  std::list<SocketPeer> peers;
  for (std::size_t i = 0; i < kPeers; ++i) Say(peers.emplace_back(path), much);
  ExpectStatus();
  const auto closed = [&peers] {
    return std::count_if(peers.begin(), peers.end(), [](SocketPeer& one) { return one.Closed(); });
  };
  constexpr std::size_t kMay = WaitingClients::kMostHeld / (kLongestLine - 1) + 1;
  EXPECT_TRUE(Eventually([&] { return closed() >= static_cast<long>(kPeers - kMay); }));
  EXPECT_LT(closed(), static_cast<long>(kPeers));
}

TEST_F(ControlCrowdTest, ALineThatIsTooLongIsAnswered) {
  const Status refused = Refusal(std::string(kLongestLine + 1, 'x') + "\n");
  EXPECT_EQ(refused.code(), Code::kUsage);
  EXPECT_NE(refused.message().find("1048576 bytes"), std::string::npos) << refused.message();
}

TEST_F(ControlCrowdTest, WhoReadsNoReplyKeepsNobody) {
  services.status = [] { return std::string(1U << 20, 'x'); };
  server.reset();
  Open();
  std::list<SocketPeer> deaf;
  for (std::size_t i = 0; i < WaitingClients::kMostClients + 10; ++i)
    Say(deaf.emplace_back(path), kStatus);
  EXPECT_EQ(Asked(kStatus).size(), 1U << 20);
  EXPECT_EQ(Refusal("{}\n").code(), Code::kUsage);
}

TEST_F(ControlCrowdTest, WhoMayNotWriteMayRead) {
  constexpr uid_t kUser = 4711;
  constexpr gid_t kWriters = 4712;
  std::optional<Client> reader = ClientOf(kUser, kUser);
  if (!reader.has_value()) GTEST_SKIP() << "only root can become another user";
  source::Progress progress;
  const auto denied = Backfill(*reader, BackfillOf("/a"), never, progress);
  EXPECT_EQ(denied.status().code(), Code::kDenied);
  EXPECT_NE(denied.status().message().find("user 4711 may read"), std::string::npos);
  EXPECT_EQ(ExitCode(denied.status().code()), 77);
  for (const char* may : {kStatus, kTap}) {
    reader = ClientOf(kUser, kUser);
    SocketPeer(dup(reader->descriptor().get())).SendAll(may);
    EXPECT_EQ(Line(*reader).find("error"), std::string::npos);
  }
  // By a supplementary group, once it is named.
  services.rules.writers.group = kWriters;
  services.rules.writers.group_name = "writers";
  server.reset();
  Open();
  auto member = ClientOf(kUser, kWriters);
  EXPECT_TRUE(Backfill(*member, BackfillOf("/a"), never, progress).ok());
  auto other = ClientOf(kUser, kUser);
  const auto still = Backfill(*other, BackfillOf("/a"), never, progress);
  EXPECT_NE(still.status().message().find("group writers"), std::string::npos);
}

}  // namespace
}  // namespace pdns::control
