#include "serve/circl.h"

#include <gtest/gtest.h>

#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::serve {
namespace {

using record::RrType;
using testing::FakeSnapshot;
using testing::Seen;
using testing::WireName;

using Headers = std::vector<http::Header>;

struct CirclTest : ::testing::Test {
  static Result<CirclRequest> Parse(const std::string& value, const Headers& headers = {},
                                    std::string_view query = "") {
    const auto url = ParseUrl("/", query);
    http::Request request{.method = "GET", .path = "/"};
    request.headers = headers;
    return ParseCircl(value, *url, request);
  }

  http::Answer Ask(const std::string& value, const Headers& headers = {},
                   std::string_view query = "") {
    const auto request = Parse(value, headers, query);
    EXPECT_TRUE(request.ok()) << request.status().message();
    const auto mailbox = std::make_shared<http::Mailbox>();
    {
      Body body(http::Reply(mailbox, 1), {.type = "x"});
      told = AnswerCircl(snapshot, *request, "here", {&stop}, body);
    }
    return mailbox->Pop(1).value_or(http::Answer{.status = 0});
  }

  FakeSnapshot snapshot;
  Stop stop;
  std::uint64_t told = 0;
};

TEST_F(CirclTest, AValueIsAskedBothWays) {
  snapshot
      .Add("blah.org", RrType::kMx, std::string("\0\x0a", 2) + WireName("mail.blah.org"),
           Seen(1, 2, 3, 1))
      .Add("mail.blah.org", RrType::kA, "abcd", Seen(4, 5, 6))
      .Add("100.99.98.97.in-addr.arpa", RrType::kPtr, WireName("mail.blah.org"), Seen(7, 8, 9));
  EXPECT_EQ(
      Ask("mail.blah.org").body,
      "{\"rrname\":\"mail.blah.org\",\"rrtype\":\"A\",\"rdata\":\"97.98.99.100\",\"time_first\":4,"
      "\"time_last\":5,\"count\":6,\"origin\":\"here\"}\n"
      "{\"rrname\":\"100.99.98.97.in-addr.arpa\",\"rrtype\":\"PTR\",\"rdata\":\"mail.blah.org\","
      "\"time_first\":7,\"time_last\":8,\"count\":9,\"origin\":\"here\"}\n"
      "{\"rrname\":\"blah.org\",\"rrtype\":\"MX\",\"rdata\":\"10 mail.blah.org\",\"time_first\":1,"
      "\"time_last\":2,\"count\":3,\"bailiwick\":\"org\",\"origin\":\"here\"}\n");
  EXPECT_EQ(told, 3U);
  Ask("97.98.99.100");
  EXPECT_EQ(told, 2U);  // and its reverse name
  Ask("97.98.99.0/24");
  EXPECT_EQ(told, 2U);
  Ask("97.98.99.0/25");  // which no reverse name stands for
  EXPECT_EQ(told, 1U);
}

// As dnsdbq asks for it.
TEST_F(CirclTest, ABlockWithAComma) {
  snapshot.Add("a.org", RrType::kA, "abcd");
  Ask("97.98.99.0,24");
  EXPECT_EQ(told, 1U);
  for (const char* none : {"97.98.99.0,33", "97.98.99.0,24,1", "97.98.99.0,"}) {
    Ask(none);
    EXPECT_EQ(told, 0U) << none;
  }
}

// A row that is at its owner and in its rdata what was asked for is told once.
TEST_F(CirclTest, OnceEach) {
  snapshot.Add("a.blah.org", RrType::kCname, WireName("b.blah.org"), Seen(1, 2, 3));
  Ask("*.blah.org");
  EXPECT_EQ(told, 1U);
}

TEST_F(CirclTest, NothingIsAnEmptyAnswer) {
  const http::Answer answer = Ask("none.example");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_F(CirclTest, TypesWithoutAMnemonicOnRequest) {
  snapshot.Add("a.org", RrType{65280}, "abcd", Seen(1, 2, 3)).Add("a.org", RrType::kA, "abcd");
  Ask("a.org");
  EXPECT_EQ(told, 1U);
  Ask("a.org", {}, "unknown=1");
  EXPECT_EQ(told, 2U);
}

TEST_F(CirclTest, Pages) {
  for (const char* name : {"a.org", "b.org", "c.org"}) snapshot.Add(name, RrType::kA, "abcd");
  const auto page = [this](const char* count, const char* cursor) {
    const http::Answer answer =
        Ask("*.org", {{"Dribble-Paginate-Count", count}, {"dribble-paginate-cursor", cursor}});
    for (const auto& [name, value] : answer.headers)
      if (name == "x-dribble-cursor") return std::to_string(told) + " " + value;
    return std::to_string(told);
  };
  EXPECT_EQ(page("2", "0"), "2 2");
  EXPECT_EQ(page("2", "2"), "1");
  EXPECT_EQ(page("3", "0"), "3");
  EXPECT_EQ(page("1", "9"), "0");
}

TEST_F(CirclTest, TypesByHeader) {
  snapshot.Add("a.org", RrType::kA, "abcd").Add("a.org", RrType::kTxt, "\1x");
  Ask("a.org", {{"dribble-filter-rrtype", "TXT,MX"}});
  EXPECT_EQ(told, 1U);
}

TEST_F(CirclTest, WhatIsRefused) {
  for (const auto& [name, value] : Headers{{"dribble-paginate-count", "0"},
                                           {"dribble-paginate-count", "x"},
                                           {"dribble-paginate-cursor", "-1"},
                                           {"dribble-filter-rrtype", "nonsense"}}) {
    EXPECT_EQ(Parse("a.org", {{name, value}}).status().code(), Code::kUsage) << name << value;
  }
  for (const char* value : {"", "a..b", "1.2.3.4/33", "1.2.3.300"})
    EXPECT_EQ(Parse(value).status().code(), Code::kUsage) << value;
  snapshot.FailWith(Status::Io("no disk"));
  EXPECT_EQ(Ask("a.org").status, 503);
}

TEST(WithoutLastDots, OfNamesAlone) {
  EXPECT_EQ(WithoutLastDots("www.blah.org."), "www.blah.org");
  EXPECT_EQ(WithoutLastDots("10 mail.blah.org."), "10 mail.blah.org");
  EXPECT_EQ(WithoutLastDots("ns.x.org. root.x.org. 1 2 3 4 5"), "ns.x.org root.x.org 1 2 3 4 5");
  EXPECT_EQ(WithoutLastDots("."), ".");
  EXPECT_EQ(WithoutLastDots("0 ."), "0 .");
  EXPECT_EQ(WithoutLastDots("\"a. b.\" c."), "\"a. b.\" c");
  EXPECT_EQ(WithoutLastDots("\"a\\\". b.\""), "\"a\\\". b.\"");
  EXPECT_EQ(WithoutLastDots(""), "");
}

}  // namespace
}  // namespace pdns::serve
