#include "http/daemon.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "unit/http/daemon_fixture.h"

namespace pdns::http {
namespace {

using std::chrono::milliseconds;

TEST_F(DaemonTest, OneRequestOneAnswer) {
  Client client = Ask("GET /a/b?c=d HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.Receive();
  EXPECT_EQ(client.Status(), 200) << answer;
  EXPECT_EQ(client.Body(), "answer\n");
  for (const char* line : {"\r\nContent-Type: a/b\r\n", "\r\nContent-Length: 7\r\n",
                           "\r\nX-Y: z\r\n", "\r\nConnection: close\r\n"}) {
    EXPECT_NE(answer.find(line), std::string::npos) << answer;
  }
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(asked_, (std::vector<std::string>{"GET /a/b"}));
  EXPECT_EQ(daemon_->size(), 0U);
}

TEST_F(DaemonTest, EscapesOfThePathStay) {
  Get("/a%2Fb%00%zz%/../c");
  EXPECT_EQ(asked_, (std::vector<std::string>{"GET /a%2Fb%00%zz%/../c"}));
}

TEST_F(DaemonTest, AHeadHasNoBody) {
  Client client = Ask("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.Status(), 200);
  EXPECT_EQ(client.Body(), "");
  EXPECT_NE(client.Receive().find("Content-Length: 7\r\n"), std::string::npos);
}

TEST_F(DaemonTest, HostHeaders) {
  Start({}, {"given.example"});
  const auto status = [this](const std::string& headers, const char* version = "1.1") {
    return Ask(std::string("GET / HTTP/") + version + "\r\n" + headers + "\r\n").Status();
  };
  EXPECT_EQ(status("Host: 127.0.0.1:9553\r\n"), 200);
  EXPECT_EQ(status("hOST:given.example\r\n"), 200);
  EXPECT_EQ(status("Host: \r\n"), 200);  // of a client that has no name for it
  EXPECT_EQ(status("", "1.0"), 200);
  EXPECT_EQ(asked_.size(), 4U);
  EXPECT_EQ(status("Host: evil.example\r\n"), 421);
  EXPECT_EQ(status("Host: evil.example\r\n", "1.0"), 421);
  EXPECT_EQ(status("Host: localhost\r\nHost: evil.example\r\n"), 400);
  EXPECT_EQ(status("Host: localhost\r\nhost: localhost\r\n", "1.0"), 400);
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("Host : localhost\r\n"), 400);
  EXPECT_EQ(asked_.size(), 4U);
  Client client = Ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(client.Body(), "not here\n");
}

TEST_F(DaemonTest, AnAnswerMayComeLater) {
  Client client = Get("/later");
  client.Receive();
  EXPECT_FALSE(client.Ended());
  Client other = Get("/");
  EXPECT_EQ(other.Status(), 200);
  ASSERT_EQ(later_.size(), 1U);
  later_[0].Send({.status = 503, .body = "late\n"});
  Run();
  EXPECT_EQ(client.Status(), 503);
  EXPECT_EQ(client.Body(), "late\n");
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(asked_, (std::vector<std::string>{"GET /later", "GET /"}));
}

// As `nc -N` does.
TEST_F(DaemonTest, APeerThatEndsItsSideIsAnswered) {
  body_.assign(1 << 20, 'x');
  Client client = Connect();
  client.Send("GET / HTTP/1.0\r\n\r\n");
  client.End();
  for (int i = 0; i < 100'000 && !client.Ended(); ++i) Run();
  EXPECT_EQ(client.Body().size(), body_.size());
  Client late = Connect();
  late.Send("GET /later HTTP/1.0\r\n\r\n");
  late.End();
  Run();
  ASSERT_EQ(later_.size(), 1U);
  later_[0].Send({.body = "late\n"});
  Run();
  EXPECT_EQ(late.Body(), "late\n");
}

TEST_F(DaemonTest, APeerThatEndsBeforeItAsksIsLetGo) {
  for (const std::string& begin :
       {std::string(), std::string("GET"), std::string("GET / HTTP/1.0\r\nA"),
        "GET / HTTP/1.0\r\nA: " + std::string(10'000, 'x')}) {
    Client client = Connect();
    client.Send(begin);
    client.End();
    Run();
    EXPECT_TRUE(client.Ended()) << begin;
    Client slow = Connect();
    slow.Send(begin);
    Run();
    EXPECT_FALSE(slow.Ended()) << begin;
    slow.End();
    Run();
    EXPECT_TRUE(slow.Ended()) << begin;
  }
  EXPECT_EQ(daemon_->size(), 0U);
}

TEST_F(DaemonTest, AReplyThatIsDroppedIsAnAnswer) {
  EXPECT_EQ(Get("/nothing").Status(), 500);
  Client client = Get("/later");
  later_.clear();
  Run();
  EXPECT_EQ(client.Status(), 500);
}

TEST_F(DaemonTest, AnAnswerForAPeerThatIsGone) {
  Client client = Get("/later");
  client.Close();
  Run();
  later_[0].Send({.body = "late\n"});
  Run();
  EXPECT_EQ(daemon_->size(), 0U);
  EXPECT_EQ(Get("/").Status(), 200);
}

TEST_F(DaemonTest, AnAnswerForADaemonThatIsGone) {
  Client client = Get("/later");
  Client half = Connect();
  half.Send("GET /");
  Run();
  daemon_.reset();
  EXPECT_TRUE(client.Ended());
  EXPECT_TRUE(half.Ended());
  later_[0].Send({});
}

TEST_F(DaemonTest, AHeaderMustBeWholeInTime) {
  const Limits limits;
  Client silent = Connect();
  Client dripping = Connect();
  Client endless = Connect();
  Client late = Get("/later");
  endless.Send("GET / HTTP/1.1\r\n");
  const auto begin = now_;
  for (int second = 0; second < 10; ++second) {
    now_ = begin + milliseconds(1000 * second);
    dripping.Send("G");
    endless.Send("A: b\r\n");
    Run();
    EXPECT_FALSE(silent.Ended() || dripping.Ended() || endless.Ended()) << second;
    EXPECT_LE(daemon_->Patience(now_), limits.header_time);
  }
  now_ = begin + limits.header_time;
  Run();
  EXPECT_TRUE(silent.Ended());
  EXPECT_TRUE(dripping.Ended());
  EXPECT_TRUE(endless.Ended());
  EXPECT_FALSE(late.Ended());
  EXPECT_EQ(daemon_->size(), 1U);
  EXPECT_GT(daemon_->Patience(now_), limits.answer_time);
}

// An answer takes as long as it takes to make; from then on the peer's time runs.
TEST_F(DaemonTest, AnAnswerThatTakesLongIsWaitedFor) {
  Client client = Get("/later");
  Client deaf = Get("/later");
  now_ += std::chrono::hours(1);
  Run();
  EXPECT_FALSE(later_[0].gone());
  later_[0].Send({.body = "late\n"});
  later_[1].Send({.body = std::string(8 << 20, 'x')});
  Run();
  EXPECT_EQ(client.Body(), "late\n");
  EXPECT_EQ(daemon_->size(), 1U);
  now_ += Limits().answer_time;
  Run();
  EXPECT_EQ(daemon_->size(), 0U);
}

TEST_F(DaemonTest, AReplyKnowsThatNobodyWaitsForIt) {
  const Limits limits;
  Client reset = Get("/later");
  Client half = Get("/later");
  Client waits = Get("/later");
  EXPECT_FALSE(later_[0].gone() || later_[1].gone() || later_[2].gone());
  reset.Close();
  Run();
  EXPECT_TRUE(later_[0].gone());
  half.End();
  Run();
  now_ += limits.ended_time - milliseconds(1);
  Run();
  EXPECT_FALSE(later_[1].gone());
  now_ += milliseconds(1);
  Run();
  EXPECT_TRUE(later_[1].gone());
  EXPECT_TRUE(half.Ended());
  EXPECT_FALSE(later_[2].gone());
  daemon_.reset();
  EXPECT_TRUE(later_[2].gone());
}

TEST_F(DaemonTest, AnAnswerMustBeReadInTime) {
  body_.assign(8 << 20, 'x');
  Client deaf = Get("/");
  EXPECT_EQ(daemon_->size(), 1U);
  now_ += Limits().answer_time;
  Run();
  EXPECT_EQ(daemon_->size(), 0U);
  EXPECT_LT(deaf.Body().size(), body_.size());
}

TEST_F(DaemonTest, ANewcomerFindsRoom) {
  Limits limits;
  limits.connections = limits.connections_per_address = 20;
  Start(limits);
  std::vector<Client> crowd;
  for (unsigned i = 0; i < 200; ++i) {
    crowd.push_back(Connect());
    if (i % 3 == 1) crowd.back().Send("GET / HT");
    if (i % 3 == 2) crowd.back().Send("GET /later HTTP/1.0\r\n\r\n");
    if (i % Daemon::kAddsPerTurn == 0) Run();
  }
  Run();
  EXPECT_EQ(daemon_->size(), 20U);
  EXPECT_TRUE(crowd.front().Ended());
  EXPECT_FALSE(crowd.back().Ended());
  EXPECT_EQ(Get("/").Status(), 200);
  EXPECT_EQ(daemon_->size(), 19U);
}

TEST_F(DaemonTest, TheOldestIsLetGo) {
  daemon_->LetOldestGo();
  Client first = Connect();
  Client second = Connect();
  Run();
  daemon_->LetOldestGo();
  Run();
  EXPECT_TRUE(first.Ended());
  EXPECT_FALSE(second.Ended());
}

TEST_F(DaemonTest, AHeaderBeyondTheLimit) {
  Client fits = Ask("GET / HTTP/1.0\r\nCookie: " + std::string(15'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(fits.Status(), 200);
  Client long_path = Ask("GET /" + std::string(60'000, 'x'));
  EXPECT_EQ(long_path.Status(), 414);
  EXPECT_TRUE(long_path.Ended());
  Client one_long = Ask("GET / HTTP/1.0\r\nA: " + std::string(60'000, 'x'));
  EXPECT_EQ(one_long.Status(), 431);
  EXPECT_TRUE(one_long.Ended());
  std::string headers = "GET / HTTP/1.0\r\n";
  for (int i = 0; i < 8'000; ++i) headers += "A: b\r\n";
  Client many = Ask(headers);
  EXPECT_EQ(many.Status(), 431);
  EXPECT_TRUE(many.Ended());
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(DaemonTest, ABodyIsNotRead) {
  for (const char* body : {"Content-Length: 1000000000000\r\n", "Transfer-Encoding: chunked\r\n",
                           "Content-Length: 5\r\nExpect: 100-continue\r\n"}) {
    Client client = Ask(std::string("POST / HTTP/1.0\r\n") + body + "\r\n5\r\nabcde\r\n");
    EXPECT_EQ(client.Status(), 200) << body;
    EXPECT_TRUE(client.Ended());
  }
  EXPECT_EQ(asked_.size(), 3U);
}

TEST_F(DaemonTest, OfManyRequestsAtOnceOneIsAnswered) {
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  Client client = Ask(requests);
  EXPECT_EQ(client.Body(), "answer\n");
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(DaemonTest, NoPeerRaisesSigpipe) {
  struct sigaction before {};
  struct sigaction set {};
  set.sa_handler = SIG_DFL;  // which would end the process
  ASSERT_EQ(sigaction(SIGPIPE, &set, &before), 0);
  body_.assign(1 << 20, 'x');
  for (const bool at_once : {true, false}) {
    Client client = Connect();
    client.Send(at_once ? "GET / HTTP/1.0\r\n\r\n" : "GET /later HTTP/1.0\r\n\r\n");
    if (!at_once) Run();
    client.Close();
    if (!at_once) later_[0].Send({.body = body_});
    Run();
    Client reading = Get("/");  // it takes a part, and goes
    reading.Receive();
    reading.Close();
    Run();
  }
  EXPECT_EQ(daemon_->size(), 0U);
  struct sigaction now {};
  ASSERT_EQ(sigaction(SIGPIPE, &before, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_F(DaemonTest, ItsDescriptorsDoNotOutliveAnExec) {
  Client client = Connect();
  Run();
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::atoi(entry.path().filename().c_str());
    const int flags = fcntl(fd, F_GETFD);
    if (fd <= STDERR_FILENO || flags < 0) continue;
    std::error_code ignored;
    const auto what = std::filesystem::read_symlink(entry.path(), ignored).string();
    const bool ours = what.starts_with("socket:") || what.starts_with("anon_inode:");
    EXPECT_TRUE(!ours || (flags & FD_CLOEXEC) != 0) << what;
  }
}

}  // namespace
}  // namespace pdns::http
