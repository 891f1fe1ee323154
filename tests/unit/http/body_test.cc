#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unit/http/daemon_fixture.h"

namespace pdns::http {
namespace {

using std::chrono::milliseconds;

std::string Post(const std::string& headers, const std::string& body, const char* path = "/echo") {
  return std::string("POST ") + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
}
std::string Sized(const std::string& body) {
  return Post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}
std::string Chunked(const std::string& chunks, const std::string& headers = "") {
  return Post("Transfer-Encoding: chunked\r\n" + headers, chunks);
}

std::string ChunksOf(const std::string& body) {
  std::string chunks;
  for (const char c : body) chunks += std::string("1\r\n") + c + "\r\n";
  return chunks + "0\r\n\r\n";
}

struct BodyTest : DaemonTest {
  static constexpr std::size_t kMost = 100'000;

  void SetUp() override { Begin(false); }

  void Begin(bool keep_alive, std::size_t all = 3 * kMost) {
    Limits limits;
    limits.body_bytes = kMost;
    limits.bodies_bytes = all;
    Start(limits, {}, keep_alive);
  }

  // In pieces, since a socket holds only so much.
  void Feed(Client& client, std::string_view bytes, std::size_t piece) {
    for (; !bytes.empty() && client.Send(bytes.substr(0, piece)); RunReading(client))
      bytes.remove_prefix(std::min(piece, bytes.size()));
  }
};

TEST_F(BodyTest, ABodyOfKnownLength) {
  for (const std::size_t size : {1U, 1000U, 40'000U, 100'000U}) {
    const std::string body(size, 'b');
    Client client = Connect();
    Feed(client, Sized(body), 30'000);
    EXPECT_EQ(client.Status(), 200);
    EXPECT_EQ(client.Body(), body);
    EXPECT_TRUE(client.Ended());
  }
  Client bytes = Ask(Sized(std::string("\0\xff\r\n", 4)));
  EXPECT_EQ(bytes.Body(), std::string("\0\xff\r\n", 4));
}

TEST_F(BodyTest, ABodyInChunks) {
  Client client = Ask(Chunked("3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n"));
  EXPECT_EQ(client.Body(), "abcdefg");
  EXPECT_TRUE(client.Ended());
  Client empty = Ask(Chunked("0\r\n\r\n"));
  EXPECT_EQ(empty.Status(), 200);
  EXPECT_EQ(bodies_, (std::vector<std::string>{"abcdefg", ""}));
}

TEST_F(BodyTest, OneByteAtATime) {
  Begin(true);
  Client client = Connect();
  Feed(client, Sized("body") + Chunked("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") + Post("", ""), 1);
  EXPECT_EQ(bodies_, (std::vector<std::string>{"body", "abc", ""}));
  EXPECT_FALSE(client.Ended());
}

TEST_F(BodyTest, ManyAtOnceAreAnsweredInOrder) {
  Begin(true);
  Client client = Connect();
  std::string requests;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back(std::string(static_cast<std::size_t>(i), 'b') + std::to_string(i));
    requests += i % 2 == 0 ? Sized(expected.back()) : Chunked(ChunksOf(expected.back()));
  }
  Feed(client, requests, 10'000);
  EXPECT_EQ(bodies_, expected);
  EXPECT_FALSE(client.Ended());
}

TEST_F(BodyTest, TheLastWordBeforeABody) {
  Client client = Ask(Post("Content-Length: 4\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(client.Receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(asked_.empty());
  client.Forget();
  client.Send("body");
  Run();
  EXPECT_EQ(client.Body(), "body");
  Client at_once = Connect();
  at_once.Send(Post("Content-Length: 4\r\nExpect: 100-continue\r\n", "body"));
  at_once.End();
  Run();
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_TRUE(at_once.Receive().ends_with("body"));
  Client large = Ask(Post("Content-Length: 100001\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(large.Status(), 413);
  EXPECT_TRUE(large.Ended());
}

// The guest takes what is behind such a request for its body.
TEST_F(BodyTest, AWordIsExpectedBeforeNoBody) {
  Begin(true);
  for (const char* length : {"", "Content-Length: 0\r\n"}) {
    Client client = Ask(Post(std::string(length) + "Expect: 100-continue\r\n", "") + Sized("body"));
    EXPECT_EQ(client.Status(), 200);
    EXPECT_EQ(client.Body(), "");
    EXPECT_TRUE(client.Ended());
  }
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(BodyTest, ALargeBodyIsNotReadOn) {
  for (const bool keep_alive : {false, true}) {
    Begin(keep_alive);
    for (const std::string& request :
         {Post("Content-Length: 100001\r\n", ""), Post("Content-Length: 104857600\r\n", "x"),
          Post("Content-Length: 18446744073709551615\r\n", ""),
          Post("Content-Length: 99999999999999999999\r\n", ""),
          Chunked("186a1\r\n" + std::string(kMost + 1, 'x')), Chunked("ffffffffffffffffff\r\n")}) {
      Client client = Connect();
      Feed(client, request, 30'000);
      EXPECT_EQ(client.Status(), 413) << request.substr(0, 100);
      EXPECT_TRUE(client.Ended());
    }
    Client endless = Connect();
    endless.Send(Chunked(""));
    const std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
    std::size_t sent = 0;
    for (; sent < 100U << 20 && endless.Send(chunk); sent += chunk.size()) Run();
    EXPECT_LT(sent, 10 * kMost);
    EXPECT_EQ(endless.Status(), 413);
    EXPECT_EQ(daemon_->size(), 0U);
  }
  EXPECT_TRUE(asked_.empty());
}

TEST_F(BodyTest, AllBodiesTogetherAreBounded) {
  std::vector<Client> half;
  const std::string most(kMost - 1, 'x');
  for (int i = 0; i < 3; ++i) {
    half.push_back(Connect());
    Feed(half.back(), Post("Content-Length: 100000\r\n", most), 30'000);
  }
  Client small = Ask(Sized("xyz"));
  EXPECT_EQ(small.Body(), "xyz");
  Client more = Ask(Sized("four"));
  EXPECT_EQ(more.Status(), 503);
  EXPECT_TRUE(more.Ended());
  half[0].Close();
  Run();
  Client again = Ask(Sized("four"));
  EXPECT_EQ(again.Body(), "four");
  half[1].Send("x");
  Run();
  EXPECT_EQ(half[1].Body(), most + "x");
}

TEST_F(BodyTest, ABodyMustBeWholeInTime) {
  const Limits limits;
  Client dripping = Connect();
  dripping.Send("POST /");
  Run();
  now_ += limits.header_time - milliseconds(1);
  dripping.Send("echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n");
  Run();
  const auto begin = now_;
  for (int second = 0; second < 30; ++second) {
    now_ = begin + milliseconds(1000 * second);
    dripping.Send("x");
    Run();
    EXPECT_FALSE(dripping.Ended()) << second;
  }
  now_ = begin + limits.body_time;
  Run();
  EXPECT_TRUE(dripping.Ended());
  EXPECT_TRUE(asked_.empty());
}

TEST_F(BodyTest, APeerThatEndsInABodyIsLetGo) {
  for (const std::string& request :
       {Post("Content-Length: 10\r\n", ""), Post("Content-Length: 10\r\n", "half"),
        Chunked("a\r\nhalf"), Chunked("a"), Chunked("4\r\nhalf\r\n"), Chunked("0\r\n"),
        Chunked("0\r\nTrailer: t")}) {
    Client client = Connect();
    client.Send(request);
    client.End();
    Run();
    EXPECT_TRUE(client.Ended()) << request;
  }
  EXPECT_EQ(daemon_->size(), 0U);
  EXPECT_TRUE(asked_.empty());
}

// The guest would ask for the next turn at once, and do nothing in it.
TEST_F(BodyTest, ALineOfAChunkThatDoesNotFitIsWaitedForWithPauses) {
  Client client = Connect();
  Feed(client, Chunked("1;" + std::string(40'000, 'x')), 10'000);
  Run();
  EXPECT_FALSE(client.Ended());
  EXPECT_GT(daemon_->Patience(now_).count(), 0);
  now_ += Limits().body_time;
  Run();
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(daemon_->size(), 0U);
}

// The guest does not look at the socket of such a connection any more if it had more to read there.
TEST_F(BodyTest, AConnectionThatTheGuestDoesNotLookAtEnds) {
  Begin(true);
  Client client = Connect();
  client.Send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Run();
  client.Send(Chunked("1;" + std::string(100'000, 'x')));
  later_[0].Send({});
  Run();
  EXPECT_EQ(daemon_->size(), 1U);
  now_ += Limits().body_time;
  while (daemon_->size() > 0) {
    daemon_->Turn(now_);
    std::this_thread::yield();
  }
  EXPECT_TRUE(client.Ended());
}

TEST_F(BodyTest, WhereABodyEndsIsBeyondDoubt) {
  for (const std::string& request :
       {Post("Content-Length: 4\r\nContent-Length: 5\r\n", "body!"),
        Post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        Post("Transfer-Encoding: gzip\r\n", "x"), Post("Transfer-Encoding: chunked, gzip\r\n", "x"),
        Post("Content-Length: +4\r\n", "body"), Post("Content-Length: 4x\r\n", "body"),
        Post("Content-Length:\r\n", "body"), Post("Content-Length: -1\r\n", "body"),
        Chunked("x\r\n"), Chunked("1 \r\nx\r\n0\r\n\r\n"), Chunked("1\r\nxx\r\n0\r\n\r\n"),
        std::string("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")}) {
    Client client = Ask(request);
    EXPECT_EQ(client.Status(), 400) << request;
    EXPECT_TRUE(client.Ended()) << request;
  }
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace pdns::http
