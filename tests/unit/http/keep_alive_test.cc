#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/http/daemon_fixture.h"

namespace pdns::http {
namespace {

using std::chrono::milliseconds;

std::string Request11(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

struct KeepAliveTest : DaemonTest {
  void SetUp() override { Start({}, {}, true); }

  void Ask(Client& client, const std::string& request) {
    client.Forget();
    EXPECT_TRUE(client.Send(request));
    RunReading(client);
  }
};

TEST_F(KeepAliveTest, ManyRequestsOneAfterAnother) {
  Client client = Connect();
  for (int i = 0; i < 100; ++i) {
    Ask(client, Request11("/" + std::to_string(i)));
    EXPECT_EQ(client.Status(), 200);
    EXPECT_EQ(client.Body(), "answer\n");
    EXPECT_FALSE(client.Ended());
    EXPECT_EQ(asked_.back(), "GET /" + std::to_string(i));
  }
  EXPECT_EQ(client.Receive().find("Connection:"), std::string::npos);
  EXPECT_EQ(daemon_->size(), 1U);
  client.Close();
  Run();
  EXPECT_EQ(daemon_->size(), 0U);
}

TEST_F(KeepAliveTest, TheConnectionEndsWhereAPeerWantsIt) {
  Client close = DaemonTest::Ask(Request11("/", "Connection: close\r\n"));
  EXPECT_TRUE(close.Ended());
  EXPECT_NE(close.Receive().find("Connection: close\r\n"), std::string::npos);
  Client old = Get("/");
  EXPECT_TRUE(old.Ended());
  Client kept = DaemonTest::Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(kept.Ended());
  EXPECT_NE(kept.Receive().find("Connection: Keep-Alive\r\n"), std::string::npos);
  Ask(kept, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.Status(), 200);
  EXPECT_TRUE(kept.Ended());
}

TEST_F(KeepAliveTest, AnAnswerWithoutABodyHoldsNoPlaceForOne) {
  Client client = Connect();
  Ask(client, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + Request11("/later") + Request11("/"));
  later_[0].Send({.status = 304});
  Run();
  const std::string all = client.Receive();
  EXPECT_EQ(CountOf(all, "HTTP/1.1 200 OK\r\n"), 2U);
  EXPECT_EQ(CountOf(all, "HTTP/1.1 304 Not Modified\r\n"), 1U);
  EXPECT_EQ(CountOf(all, "answer\n"), 1U);
  EXPECT_FALSE(client.Ended());
}

TEST_F(KeepAliveTest, ManyRequestsAtOnceAreAnsweredInOrder) {
  std::string requests;
  std::vector<std::string> expected;
  for (int i = 0; i < 500; ++i) {
    requests += Request11("/" + std::to_string(i));
    expected.push_back("GET /" + std::to_string(i));
  }
  Client client = Connect();
  Ask(client, requests);
  EXPECT_EQ(asked_, expected);
  EXPECT_EQ(CountOf(client.Receive(), "HTTP/1.1 200 OK\r\n"), 500U);
  EXPECT_FALSE(client.Ended());
}

TEST_F(KeepAliveTest, ALaterAnswerHoldsWhatIsBehindIt) {
  Client client = Connect();
  Ask(client, Request11("/later") + Request11("/stream") + Request11("/") + Request11("/later"));
  EXPECT_EQ(asked_.size(), 1U);
  later_[0].Send({.body = "first\n"});
  Run();
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_EQ(client.Body(), "first\n" + client.Body().substr(6));
  EXPECT_TRUE(streams_[0]->Write("second\n"));
  Run();
  EXPECT_EQ(asked_.size(), 2U);
  streams_[0]->Finish();
  Run();
  EXPECT_EQ(asked_.size(), 4U);
  EXPECT_TRUE(streams_[0]->gone());
  later_[1].Send({.body = "fourth\n"});
  Run();
  const std::string all = client.Receive();
  EXPECT_EQ(CountOf(all, "HTTP/1.1 200 OK\r\n"), 4U);
  EXPECT_LT(all.find("second\n"), all.find("answer\n"));
  EXPECT_TRUE(all.ends_with("fourth\n"));
  EXPECT_FALSE(client.Ended());
}

TEST_F(KeepAliveTest, OneByteAtATime) {
  Client client = Connect();
  for (const char c : Request11("/a?b") + Request11("/stream") + Request11("/c")) {
    ASSERT_TRUE(client.Send({&c, 1}));
    Run();
    if (!streams_.empty()) streams_[0]->Finish();
  }
  EXPECT_EQ(asked_, (std::vector<std::string>{"GET /a", "GET /stream", "GET /c"}));
  EXPECT_EQ(CountOf(client.Receive(), "HTTP/1.1 200 OK\r\n"), 3U);
}

TEST_F(KeepAliveTest, APeerThatEndsItsSideIsAnsweredToTheLastRequest) {
  Client client = Connect();
  client.Send(Request11("/later") + Request11("/") + Request11("/stream"));
  client.End();
  Run();
  EXPECT_FALSE(client.Ended());
  later_[0].Send({.body = "late\n"});
  Run();
  ASSERT_EQ(streams_.size(), 1U);
  EXPECT_TRUE(streams_[0]->Write("last"));
  streams_[0]->Finish();
  Run();
  EXPECT_EQ(CountOf(client.Receive(), "HTTP/1.1 200 OK\r\n"), 3U);
  EXPECT_TRUE(client.Receive().ends_with("4\r\nlast\r\n0\r\n\r\n"));
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(daemon_->size(), 0U);
  Client half = Connect();
  half.Send(Request11("/later") + "GET /");
  half.End();
  Run();
  later_[1].Send({});
  Run();
  EXPECT_EQ(half.Status(), 200);
  EXPECT_TRUE(half.Ended());
}

TEST_F(KeepAliveTest, TimesOfAKeptConnection) {
  const Limits limits;
  Client idle = Connect();
  Client slow = Connect();
  Ask(idle, Request11("/"));
  Ask(slow, Request11("/"));
  now_ += limits.idle_time - milliseconds(1);
  slow.Send("GET / HTTP/1.1\r\nA: ");
  Run();
  EXPECT_FALSE(idle.Ended());
  now_ += milliseconds(1);
  Run();
  EXPECT_TRUE(idle.Ended());
  EXPECT_FALSE(slow.Ended());  // its first line was there in time
  now_ += limits.header_time;
  slow.Send("b");
  Run();
  EXPECT_TRUE(slow.Ended());
  Client fast = Connect();
  Ask(fast, Request11("/"));
  slow = Connect();
  Ask(slow, Request11("/"));
  slow.Send("GET / HTTP/1.1\r\nA: ");
  Run();
  now_ += limits.header_time;
  Run();
  EXPECT_TRUE(slow.Ended());
  EXPECT_FALSE(fast.Ended());
}

TEST_F(KeepAliveTest, ThoseThatWaitForARequestMakeRoom) {
  Limits limits;
  limits.connections = limits.connections_per_address = 4;
  Start(limits, {}, true);
  Client answered = Connect();
  Ask(answered, Request11("/later"));
  std::vector<Client> idle;
  for (int i = 0; i < 3; ++i) {
    idle.push_back(Connect());
    Ask(idle.back(), Request11("/"));
  }
  Ask(idle[0], Request11("/"));  // so the second has waited longest
  Client newcomer = Connect();
  Ask(newcomer, Request11("/"));
  EXPECT_EQ(newcomer.Status(), 200);
  EXPECT_FALSE(answered.Ended());
  EXPECT_FALSE(idle[0].Ended());
  EXPECT_TRUE(idle[1].Ended());
  EXPECT_FALSE(idle[2].Ended());
}

// Nothing is read behind a body that nobody wants, nor behind what is no request.
TEST_F(KeepAliveTest, WhatIsRefusedEndsTheConnection) {
  for (const std::string& request :
       {std::string("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"),
        Request11("/", "Host: localhost\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        Request11("/", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")}) {
    Client client = Connect();
    Ask(client, request + Request11("/behind"));
    EXPECT_NE(client.Status(), 0) << request;
    EXPECT_TRUE(client.Ended()) << request;
    EXPECT_EQ(CountOf(client.Receive(), "HTTP/1.1"), 1U);
  }
  EXPECT_EQ(asked_, (std::vector<std::string>{"POST /"}));
}

TEST_F(KeepAliveTest, AnEmptyBodyIsNone) {
  Client client = Connect();
  Ask(client, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" + Request11("/"));
  EXPECT_EQ(CountOf(client.Receive(), "HTTP/1.1 200 OK\r\n"), 2U);
  EXPECT_FALSE(client.Ended());
}

TEST_F(KeepAliveTest, AReplyToARequestThatIsOverAnswersNoOther) {
  Client gone = Connect();
  Ask(gone, Request11("/later"));
  gone.Close();
  Run();
  Client client = Connect();
  Ask(client, Request11("/") + Request11("/later"));
  client.Forget();
  later_[0].Send({.body = "of another\n"});
  Run();
  EXPECT_EQ(client.Receive(), "");
  later_[1].Send({.body = "its own\n"});
  Run();
  EXPECT_EQ(client.Body(), "its own\n");
}

}  // namespace
}  // namespace pdns::http
