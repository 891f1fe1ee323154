#include "serve/dnsdb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "serve/common/url.h"
#include "serve/dnsdb_objects.h"
#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"
#include "unit/support/read_answer.h"

namespace pdns::serve {
namespace {

using record::RrType;
using testing::At;
using testing::FakeSnapshot;
using testing::Seen;
using testing::WireName;

struct DnsdbTest : ::testing::Test {
  // What is answered; the status alone where it is not 200.
  std::string Ask(std::string_view path, std::string_view query = "",
                  DnsdbVersion version = DnsdbVersion::kV2) {
    const auto url = ParseUrl(path, query);
    const auto request = ParseDnsdb(url->path, *url, At(1000));
    EXPECT_TRUE(request.ok()) << request.status().message();
    const auto mailbox = std::make_shared<http::Mailbox>();
    std::thread maker([&] {
      Body body(http::Reply(mailbox, 1, over), {.type = "x"});
      told = AnswerDnsdb(snapshot, *request, version, {&stop, deadline}, body);
    });
    const auto answer = testing::ReadAnswer(mailbox, 1);
    maker.join();
    streamed = answer.streamed;
    return answer.status == 200 ? answer.body : std::to_string(answer.status) + " " + answer.body;
  }
  static std::string Saf(const std::string& objects, const std::string& end = "succeeded") {
    return "{\"cond\":\"begin\"}\n" + objects + "{\"cond\":\"" + end + "\"}\n";
  }

  FakeSnapshot snapshot;
  http::RequestOver over = std::make_shared<std::atomic<bool>>(false);
  Stop stop;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::uint64_t told = 0;
  bool streamed = false;
};

TEST_F(DnsdbTest, AnRrsetIsOwnerTypeAndBailiwick) {
  snapshot.Add("www.blah.org", RrType::kA, "abcd", Seen(10, 20, 3, 2))
      .Add("www.blah.org", RrType::kA, "abce", Seen(5, 15, 9, 1))
      .Add("www.blah.org", RrType::kA, "abcf", Seen(7, 25, 4, 2))
      .Add("www.blah.org", RrType::kTxt, "\2hi", Seen(1, 2, 1));
  EXPECT_EQ(
      Ask("/lookup/rrset/name/www.blah.org"),
      Saf("{\"obj\":{\"count\":4,\"time_first\":7,\"time_last\":25,\"rrname\":\"www.blah.org.\","
          "\"rrtype\":\"A\",\"bailiwick\":\"blah.org.\",\"rdata\":[\"97.98.99.100\","
          "\"97.98.99.102\"]}}\n"
          "{\"obj\":{\"count\":9,\"time_first\":5,\"time_last\":15,\"rrname\":\"www.blah.org.\","
          "\"rrtype\":\"A\",\"bailiwick\":\"org.\",\"rdata\":[\"97.98.99.101\"]}}\n"
          "{\"obj\":{\"count\":1,\"time_first\":1,\"time_last\":2,\"rrname\":\"www.blah.org.\","
          "\"rrtype\":\"TXT\",\"bailiwick\":\"\",\"rdata\":[\"\\\"hi\\\"\"]}}\n"));
  EXPECT_EQ(told, 3U);
}

TEST_F(DnsdbTest, RdataIsAnArrayOrOneText) {
  snapshot.Add("blah.org", RrType::kNs, WireName("ns.dns.net"), Seen(11, 25, 1));
  const std::string row =
      "\"count\":1,\"time_first\":11,\"time_last\":25,\"rrname\":\"blah.org.\",\"rrtype\":\"NS\","
      "\"rdata\":";
  EXPECT_EQ(Ask("/lookup/rdata/name/ns.dns.net"),
            Saf("{\"obj\":{" + row + "[\"ns.dns.net.\"]}}\n"));
  EXPECT_EQ(Ask("/lookup/rdata/name/ns.dns.net", "", DnsdbVersion::kV1),
            "{" + row + "\"ns.dns.net.\"}\n");
}

TEST_F(DnsdbTest, NothingIsAnAnswerAndInVersion1A404) {
  EXPECT_EQ(Ask("/lookup/rrset/name/none.example"), Saf(""));
  EXPECT_EQ(Ask("/lookup/rrset/name/none.example", "", DnsdbVersion::kV1),
            "404 no results found for query\n");
}

TEST_F(DnsdbTest, PagesSayWhetherThereIsMore) {
  for (const char* name : {"a.org", "b.org", "c.org"})
    snapshot.Add(name, RrType::kA, "abcd", Seen(1, 2, 1));
  const auto ends = [this](std::string_view query, std::string_view end) {
    return Ask("/lookup/rrset/name/*.org", query).find(end) != std::string::npos;
  };
  EXPECT_TRUE(ends("limit=2", "limited"));
  EXPECT_EQ(told, 2U);
  EXPECT_TRUE(ends("limit=3", "succeeded"));
  EXPECT_TRUE(ends("limit=2&offset=2", "succeeded"));
  EXPECT_EQ(told, 1U);
  EXPECT_TRUE(ends("limit=2&offset=3", "succeeded"));
  EXPECT_EQ(told, 0U);
}

TEST_F(DnsdbTest, ASummaryAddsUp) {
  snapshot.Add("a.org", RrType::kA, "abcd", Seen(10, 20, 3))
      .Add("a.org", RrType::kA, "abce", Seen(5, 15, 9))
      .Add("b.org", RrType::kA, "abcd", Seen(1, 40, 2));
  EXPECT_EQ(Ask("/summarize/rrset/name/*.org"),
            Saf("{\"obj\":{\"count\":11,\"num_results\":2,\"time_first\":1,\"time_last\":40}}\n"));
  EXPECT_EQ(Ask("/summarize/rrset/name/*.org", "max_count=9"),
            Saf("{\"obj\":{\"count\":9,\"num_results\":1,\"time_first\":5,\"time_last\":20}}\n"));
  EXPECT_EQ(Ask("/summarize/rrset/name/*.org", "humantime=t&limit=1").find("1970-01-01T00:00:05Z"),
            Saf("{\"obj\":{\"count\":9,\"num_results\":1,\"time_first\":\"").size() -
                std::string("{\"cond\":\"succeeded\"}\n").size());
  EXPECT_EQ(Ask("/summarize/rrset/name/none.example"), Saf(""));
}

TEST_F(DnsdbTest, FlexibleSearchTellsEachOnce) {
  snapshot.Add("a.org", RrType::kA, "abcd", Seen(1, 2, 1))
      .Add("a.org", RrType::kA, "abce", Seen(1, 2, 1))
      .Add("a.org", RrType::kNs, WireName("ns.dns.net"), Seen(1, 2, 1))
      .Add("b.org", RrType::kNs, WireName("ns.dns.net"), Seen(1, 2, 1))
      .Add("b.org", RrType::kNs, WireName("ns.x.net"), Seen(1, 2, 1));
  EXPECT_EQ(Ask("/glob/rrnames/a*"), Saf("{\"obj\":{\"rrname\":\"a.org.\",\"rrtype\":\"A\"}}\n"
                                         "{\"obj\":{\"rrname\":\"a.org.\",\"rrtype\":\"NS\"}}\n"));
  EXPECT_EQ(Ask("/regex/rdata/^ns", "exclude=x"),
            Saf("{\"obj\":{\"rdata\":\"ns.dns.net.\",\"raw_rdata\":\"026e7303646e73036e657400\","
                "\"rrtype\":\"NS\"}}\n"));
}

// What was told of one target is remembered by digests: the same once, others all, however many.
TEST_F(DnsdbTest, ManyRecordsOfOneTargetAreToldOnceEach) {
  const std::size_t many = DnsdbObjects::kMostKept - 1;
  for (std::size_t i = 0; i < many; ++i) {
    const std::string preference{static_cast<char>(i >> 8U), static_cast<char>(i)};
    for (const char* owner : {"a.org", "b.org"})
      snapshot.Add(owner, RrType::kMx, preference + WireName("mx.dns.net"), Seen(1, 2, 1));
  }
  Ask("/glob/rdata/mx.*", "limit=0");
  EXPECT_EQ(told, many);
}

// Clients read lines of 64 KiB at most; what does not fit is not passed over in silence.
TEST_F(DnsdbTest, LinesHaveABound) {
  for (int i = 0; i < 20'000; ++i)
    snapshot.Add("many.org", RrType::kA,
                 std::string("ab") + static_cast<char>(i / 250) + static_cast<char>(i % 250),
                 Seen(1, 2, 1));
  std::string answer = Ask("/lookup/rrset/name/many.org");
  std::size_t longest = 0;
  std::size_t lines = 0;
  std::size_t rdata = 0;
  for (std::size_t end = 0; (end = answer.find('\n')) != std::string::npos; ++lines) {
    longest = std::max(longest, end + 1);
    rdata += static_cast<std::size_t>(
        std::count(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(end), '.'));
    answer.erase(0, end + 1);
  }
  EXPECT_LE(longest, DnsdbObjects::kMostLine);
  EXPECT_GT(lines, 5U);
  EXPECT_TRUE(streamed);                            // it is sent while it is made
  EXPECT_EQ(rdata, 20'000U * 3 + 2 * (lines - 2));  // dots of addresses, and of an owner a line
}

TEST_F(DnsdbTest, ALineThatCannotFitIsToldOf) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += '\xff' + std::string(255, '\x01');
  snapshot.Add("long.org", RrType::kTxt, text, Seen(1, 2, 1));
  EXPECT_NE(Ask("/lookup/rrset/name/long.org").find("\"failed\""), std::string::npos);
  EXPECT_NE(Ask("/lookup/rrset/name/long.org").find("1 records of more than"), std::string::npos);
  snapshot.Add("a.long.org", RrType::kA, "abcd", Seen(1, 2, 1));
  EXPECT_NE(Ask("/lookup/rrset/name/*.long.org").find("\"limited\""), std::string::npos);
  EXPECT_EQ(Ask("/lookup/rrset/name/long.org", "", DnsdbVersion::kV1).substr(0, 4), "503 ");
}

// Never "limited" without an object: a client would ask for the same page again and again.
TEST_F(DnsdbTest, WhatTakesTooLongIsNotWhole) {
  for (int i = 0; i < 10'000; ++i)
    snapshot.Add("n" + std::to_string(i) + ".org", RrType::kA, "abcd", Seen(1, 2, 1));
  deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const std::string answer = Ask("/lookup/rrset/name/*.org", "offset=9999999");
  EXPECT_NE(answer.find("\"failed\""), std::string::npos) << answer.substr(0, 300);
  EXPECT_EQ(Ask("/lookup/rrset/name/*.org", "offset=9999999", DnsdbVersion::kV1).substr(0, 4),
            "503 ");
  stop.Request();
  EXPECT_EQ(Ask("/lookup/rrset/name/*.org"), "500 no answer\n");
}

TEST_F(DnsdbTest, NobodyIsSearchedForWhoHasLeft) {
  for (int i = 0; i < 20'000; ++i)
    snapshot.Add("n" + std::to_string(i) + ".org", RrType::kA, "abcd", Seen(1, 2, 1));
  over->store(true);
  for (const DnsdbVersion version : {DnsdbVersion::kV1, DnsdbVersion::kV2}) {
    const std::uint64_t before = snapshot.keys_seen();
    EXPECT_EQ(Ask("/lookup/rrset/name/*.org", "offset=9999999", version), "500 no answer\n");
    EXPECT_LT(snapshot.keys_seen() - before, 5000U);
  }
}

TEST_F(DnsdbTest, ADatabaseThatFailsIsNotAnEmptyAnswer) {
  snapshot.Add("a.org", RrType::kA, "abcd", Seen(1, 2, 1));
  snapshot.FailWith(Status::Corrupt("block 7 is damaged"));
  EXPECT_EQ(Ask("/lookup/rrset/name/b.org"), "503 block 7 is damaged\n");
  EXPECT_EQ(Ask("/lookup/rrset/name/b.org", "", DnsdbVersion::kV1), "503 block 7 is damaged\n");
  const std::string some = Ask("/lookup/rrset/name/a.org");
  EXPECT_NE(some.find("\"rrname\":\"a.org.\""), std::string::npos);
  EXPECT_TRUE(some.ends_with("{\"cond\":\"failed\",\"msg\":\"block 7 is damaged\"}\n")) << some;
  EXPECT_EQ(Ask("/lookup/rrset/name/a.org", "", DnsdbVersion::kV1), "503 block 7 is damaged\n");
}

TEST_F(DnsdbTest, FiltersThatNoRowCanPassAreRefused) {
  EXPECT_EQ(
      Ask("/lookup/rrset/name/a.org", "time_first_after=20&time_first_before=10").substr(0, 4),
      "400 ");
}

TEST(DnsdbRateLimit, SaysWhatAKeyHasLeft) {
  access::Allotment allotment{};
  allotment.limits.rows_per_day = 100;
  allotment.rows_left = 7;
  allotment.day_ends = At(86400);
  EXPECT_TRUE(DnsdbRateLimit(allotment).starts_with(
      "{\"rate\":{\"reset\":86400,\"limit\":100,\"remaining\":7,\"results_max\":"));
  allotment.limits.requests_per_minute = 30;
  allotment.requests_left = 29;
  allotment.minute_ends = At(60);
  EXPECT_TRUE(DnsdbRateLimit(allotment).starts_with(
      "{\"rate\":{\"reset\":60,\"limit\":30,\"remaining\":29,\"results_max\":"));
}

TEST(DnsdbRateLimit, IsOneLineOfJson) {
  EXPECT_EQ(DnsdbRateLimit({}),
            "{\"rate\":{\"reset\":\"n/a\",\"limit\":\"unlimited\",\"remaining\":\"n/a\","
            "\"results_max\":1000000,\"offset_max\":1000000000}}\n");
}

}  // namespace
}  // namespace pdns::serve
