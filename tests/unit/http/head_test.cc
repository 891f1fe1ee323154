#include "http/head.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/http/daemon_fixture.h"

namespace pdns::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

class HeadTest : public DaemonTest {
 protected:
  int StatusOf(std::string_view request) { return Ask(std::string(request)).Status(); }
};

TEST_F(HeadTest, TheQueryIsAsItWasSent) {
  Get("/a?b=%2F+c&d=%zz%&e=?#f");
  EXPECT_EQ(asked_.back(), "GET /a");
  EXPECT_EQ(query_, "b=%2F+c&d=%zz%&e=?#f");
  Get("/a?");
  EXPECT_EQ(query_, "");
  Get("/a%3Fb");
  EXPECT_EQ(asked_.back(), "GET /a%3Fb");
  EXPECT_EQ(query_, "");
  Get("?b");
  EXPECT_EQ(asked_.back(), "GET ");
  EXPECT_EQ(query_, "b");
}

// MHD would store each argument, run out of memory and end the connection without a word.
TEST_F(HeadTest, AQueryOfManyArguments) {
  std::string query;
  for (int i = 0; i < 4'000; ++i) query += "a&b=";
  Client client = Get("/?" + query);
  EXPECT_EQ(client.Status(), 200);
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(query_, query);
}

TEST_F(HeadTest, HeadersAsTheyWereSent) {
  Ask("GET / HTTP/1.1\r\nhOst: localhost\r\nX-Api-Key:k\r\nA: \t b c \r\nEmpty:\r\nA: d\n\r\n");
  EXPECT_EQ(
      headers_,
      (Pairs{{"hOst", "localhost"}, {"X-Api-Key", "k"}, {"A", "b c "}, {"Empty", ""}, {"A", "d"}}));
  EXPECT_EQ(peer_, "");  // a socket pair has no address
}

TEST_F(HeadTest, AHeaderIsFoundInAnyCase) {
  const std::vector<Header> headers{{"X-Api-Key", "1"}, {"x-aPI-key", "2"}, {"X-Api", ""}};
  const Request request{.method = "GET", .path = "/", .headers = headers};
  EXPECT_EQ(request.HeaderOf("x-api-key"), "1");
  EXPECT_EQ(request.HeaderOf("X-API"), "");
  EXPECT_FALSE(request.HeaderOf("X-Api-Key2").has_value());
  EXPECT_FALSE(request.HeaderOf("").has_value());
}

TEST_F(HeadTest, NothingIsHiddenBehindANul) {
  using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): ""sv
  for (const auto request : {
           "GET /a\0b HTTP/1.0\r\n\r\n"sv,
           "GET /a?b\0c HTTP/1.0\r\n\r\n"sv,
           "GE\0T /a HTTP/1.0\r\n\r\n"sv,
           "GET / HTTP/1.0\r\nA: b\0c\r\n\r\n"sv,
           "GET / HTTP/1.0\r\nA\0B: c\r\n\r\n"sv,
           "GET / HTTP/1.0\r\nA:\0b\r\nC: d\r\n\r\n"sv,
           "GET / HTTP/1.0\r\nA: b\0\r\nC: d\r\n\r\n"sv,
           "GET / HTTP/1.0\r\n\0A: b\r\n\r\n"sv,
           "GET / HTTP/1.0\r\nA: b\r\n\0C: d\r\n\r\n"sv,
           "GET /\0 HTTP/1.0\r\n\r\n"sv,
       }) {
    EXPECT_EQ(StatusOf(request), 400) << request;
  }
  EXPECT_TRUE(asked_.empty());
}

TEST_F(HeadTest, OddHeadsAreRefused) {
  for (const char* request : {
           "GET /a b HTTP/1.0\r\n\r\n",
           "GET  / HTTP/1.0\r\n\r\n",
           "GET /  HTTP/1.0\r\n\r\n",
           "GET /\x01 HTTP/1.0\r\n\r\n",
           "GET /\x7f HTTP/1.0\r\n\r\n",
           "GET /\t HTTP/1.0\r\n\r\n",
           "GET / HTTP/1.0\r\nA: b\r\n c\r\n\r\n",
           "GET / HTTP/1.0\r\nA: b\rc\r\n\r\n",
           "GET / HTTP/1.0\r\nA : b\r\n\r\n",
           "GET / HTTP/1.0\r\n: b\r\n\r\n",
           "GET / HTTP/1.0\r\nA: b\x01\r\n\r\n",
           "GET / HTTP/1.0\r\nA\r\n\r\n",
       }) {
    EXPECT_EQ(StatusOf(request), 400) << request;
  }
  EXPECT_TRUE(asked_.empty());
}

TEST_F(HeadTest, WhatIsAllowed) {
  for (const char* request : {
           "\r\n\r\nGET / HTTP/1.0\r\n\r\n",
           "GET / HTTP/1.0\n\n",
           "GET / HTTP/1.0\nA: b\r\n\n",
           "GET /\xc3\xbc?\xff HTTP/1.0\r\n\r\n",
           "GET / HTTP/1.0\r\nA: b\tc\r\nD: \xff\r\n\r\n",
           "brew / HTTP/1.0\r\n\r\n",
           "GET http://localhost/ HTTP/1.0\r\n\r\n",
           "GET / HTTP/1.0\r\nCookie: a=b; c\r\nE: f\r\n\r\n",
       }) {
    EXPECT_EQ(StatusOf(request), 200) << request;
  }
  EXPECT_EQ(asked_.size(), 8U);
}

// However the header's bytes come, and however the guest moves its memory for them.
TEST_F(HeadTest, HeadersOfAllSizesInPieces) {
  for (const std::size_t piece : {1U, 7U, 1500U, 4096U}) {
    for (const std::size_t count : {1U, 20U, 60U}) {
      Pairs sent{{"Host", "localhost"}};
      std::string request = "GET /x?y=z HTTP/1.1\r\nHost: localhost\r\n";
      for (std::size_t i = 0; i < count; ++i) {
        sent.emplace_back("N" + std::to_string(i), std::string(i * 2, 'v'));
        request += sent.back().first + ": " + sent.back().second + "\r\n";
      }
      request += "\r\n";
      Client client = Connect();
      for (std::size_t at = 0; at < request.size(); at += piece) {
        ASSERT_TRUE(client.Send(std::string_view(request).substr(at, piece)));
        daemon_->Turn(now_);
      }
      Run();
      EXPECT_EQ(client.Status(), 200) << piece << " " << count;
      EXPECT_EQ(headers_, sent);
      EXPECT_EQ(query_, "y=z");
    }
  }
}

}  // namespace
}  // namespace pdns::http
