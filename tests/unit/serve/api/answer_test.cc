#include "serve/api/answer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "serve/api/lookup.h"
#include "serve/common/url.h"
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

struct ApiAnswerTest : ::testing::Test {
  ApiAnswerTest() {
    snapshot.Add("a.org", RrType::kA, "abcd", Seen(10, 20, 3))
        .Add("a.org", RrType::kA, "abce", Seen(5, 15, 9))
        .Add("b.org", RrType::kCname, WireName("a.org"), Seen(7, 25, 4))
        .Add("c.org", RrType::kTxt, "\2hi", Seen(1, 2, 1));
  }

  // `list`: of a lookup.
  testing::WholeAnswer Ask(std::string_view query, ApiPath path = ApiPath::kQuery,
                           std::string_view list = "") {
    const auto url = ParseUrl("/", query);
    auto request = ParseApi(path, *url, At(1000));
    EXPECT_TRUE(request.ok()) << request.status().message();
    EXPECT_TRUE(list.empty() || ReadApiList(list, *request, [] { return false; }).ok());
    if (rows_left.has_value()) request->LimitTo(*rows_left);
    const auto mailbox = std::make_shared<http::Mailbox>();
    std::thread maker([&] {
      Body body(http::Reply(mailbox, 1, over), {.type = "x"}, ApiRefusal);
      told = AnswerApi(snapshot, *request, {&stop, deadline, written}, body);
    });
    auto answer = testing::ReadAnswer(mailbox, 1);
    maker.join();
    return answer;
  }

  static std::string Lines(const testing::WholeAnswer& answer) {
    return answer.body.substr(0, answer.body.find("{\"end\""));
  }
  static std::string End(const testing::WholeAnswer& answer) {
    const std::size_t at = answer.body.find("{\"end\"");
    return at == std::string::npos ? "none" : answer.body.substr(at);
  }
  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }

  FakeSnapshot snapshot;
  http::RequestOver over = std::make_shared<std::atomic<bool>>(false);
  Stop stop;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::chrono::steady_clock::time_point written = std::chrono::steady_clock::time_point::max();
  std::optional<std::uint64_t> rows_left;
  std::uint64_t told = 0;
};

TEST_F(ApiAnswerTest, RowsAndAnEndThatSaysTheyAreAll) {
  const auto answer = Ask("q=A.ORG");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Lines(answer),
            "{\"rrname\":\"a.org.\",\"rrtype\":\"A\",\"rdata\":\"97.98.99.100\",\"time_first\":10,"
            "\"time_last\":20,\"count\":3}\n"
            "{\"rrname\":\"a.org.\",\"rrtype\":\"A\",\"rdata\":\"97.98.99.101\",\"time_first\":5,"
            "\"time_last\":15,\"count\":9}\n");
  EXPECT_TRUE(End(answer).starts_with("{\"end\":{\"whole\":true,\"limited\":false,\"rows\":2,"));
  EXPECT_TRUE(
      Has(End(answer), "\"asked\":[{\"text\":\"A.ORG\",\"as\":\"a.org.\",\"kind\":\"name\"}]"));
  EXPECT_EQ(told, 2U);
}

TEST_F(ApiAnswerTest, ACutAnswerGoesOnAtItsCursor) {
  const std::string end = End(Ask("q=a.org&limit=1"));
  EXPECT_TRUE(
      end.starts_with("{\"end\":{\"whole\":false,\"limited\":true,\"why\":\"there is more: "
                      "cut at limit 1\",\"cursor\":\""))
      << end;
  const std::size_t at = end.find("\"cursor\":\"") + 10;
  const auto next = Ask("q=a.org&limit=1&cursor=" + end.substr(at, end.find('"', at) - at));
  EXPECT_TRUE(Has(Lines(next), "97.98.99.101"));
  EXPECT_TRUE(Has(End(next), "\"whole\":true"));
}

TEST_F(ApiAnswerTest, WhatIsShownInPlaceOfRows) {
  EXPECT_EQ(Lines(Ask("q=*&show=names")),
            "{\"rrname\":\"a.org.\"}\n{\"rrname\":\"b.org.\"}\n{\"rrname\":\"c.org.\"}\n");
  EXPECT_EQ(Lines(Ask("q=b.org&show=values")), "{\"rdata\":\"a.org.\"}\n");
  EXPECT_EQ(Lines(Ask("q=a.org&show=count")), "{\"count\":2}\n");
  EXPECT_EQ(told, 1U);
  EXPECT_TRUE(Has(Lines(Ask("q=a.org&show=summary")), "{\"num_results\":2,"));
  EXPECT_EQ(Lines(Ask("q=b.org&q=x.org&show=hits")),
            "{\"asked\":\"b.org\",\"hit\":true,\"rows\":1,\"time_first\":7,\"time_last\":25}\n"
            "{\"asked\":\"x.org\",\"hit\":false,\"rows\":0}\n");
}

TEST_F(ApiAnswerTest, RowsOfAListSayTheirLine) {
  const auto answer = Ask("", ApiPath::kLookup, "x.org\nb.org\na b\n");
  EXPECT_TRUE(Has(Lines(answer), "\"asked\":\"b.org\",\"line\":2}\n"));
  EXPECT_TRUE(Has(End(answer), "\"bad\":1,\"bad_lines\":[{\"place\":\"line 3\",\"text\":\"a b\","));
}

TEST_F(ApiAnswerTest, APivotEndsWithItsGraph) {
  const auto answer = Ask("q=b.org&depth=1", ApiPath::kPivot);
  EXPECT_TRUE(Has(Lines(answer), "\"path\":[\"b.org.\"]}\n"));
  EXPECT_TRUE(Has(Lines(answer),
                  "{\"node\":{\"id\":0,\"text\":\"b.org.\",\"kind\":\"name\",\"start\":true,"
                  "\"depth\":0,\"shared\":false,\"names\":0,\"cuts\":[]}}\n"));
  EXPECT_TRUE(Has(Lines(answer), "{\"edge\":{\"from\":0,\"to\":1,\"rrtype\":\"CNAME\"}}\n"));
}

TEST_F(ApiAnswerTest, NoticesSayHowItWasUnderstoodAndWhatWasLookedAt) {
  const std::string end = End(Ask("text=HI"));
  EXPECT_TRUE(Has(end, "\"notices\":[\"looked at all ")) << end;
  EXPECT_TRUE(Has(End(Ask("q=97.98.99.100")), "asking for the records that hold it"));
}

TEST_F(ApiAnswerTest, TimeThatIsOverIsSaid) {
  deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto answer = Ask("q=a.org");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(Has(End(answer), "\"whole\":false,\"limited\":false,\"why\":\"it took too long"));
}

// The sort of a part: its first row is not the first of all.
TEST_F(ApiAnswerTest, ASortThatTookTooLongIsNotJustCutAtItsLimit) {
  for (int i = 0; i < 10'000; ++i)
    snapshot.Add(std::to_string(i) + ".net", RrType::kA, "abcd", Seen(1, 2, 3));
  deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(200);
  const std::string end = End(Ask("q=*&sort=count&limit=1"));
  EXPECT_TRUE(Has(end, "\"whole\":false,\"limited\":false,\"why\":\"it took too long")) << end;
}

// A peer that reads slowly must not hold what sorted rows take for days.
TEST_F(ApiAnswerTest, SortedRowsAreWrittenForALimitedTime) {
  written = deadline = std::chrono::steady_clock::now();
  for (const char* query :
       {"q=a.org&sort=count", "q=a.org&show=hits", "q=a.org&show=names&q=b.org"}) {
    const auto answer = Ask(query);
    EXPECT_EQ(Lines(answer), "") << query;
    EXPECT_TRUE(Has(End(answer), "\"whole\":false,\"limited\":false,\"why\":\"it took too long"));
  }
}

TEST_F(ApiAnswerTest, DamageIsAnErrorBeforeTheFirstRowAndSaidBehindIt) {
  snapshot.FailWith(Status::Corrupt("a file is damaged"));
  const auto none = Ask("q=x.org");
  EXPECT_EQ(none.status, 503);
  EXPECT_EQ(none.body, "{\"error\":{\"status\":503,\"message\":\"a file is damaged\"}}\n");
  const auto some = Ask("q=a.org");
  EXPECT_EQ(some.status, 200);
  EXPECT_TRUE(Has(End(some), "\"whole\":false,\"limited\":false,\"why\":\"a file is damaged\""));
}

TEST_F(ApiAnswerTest, TheRowsOfAKeyAreTheReasonWhereTheyCutIt) {
  rows_left = 1;
  const std::string end = End(Ask("q=a.org&limit=2"));
  EXPECT_TRUE(Has(end, "\"limited\":true,\"why\":\"the key has used up its rows of today\""))
      << end;
}

TEST_F(ApiAnswerTest, WhereNobodyWaitsThereIsNoEnd) {
  stop.Request();
  const auto answer = Ask("q=a.org");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(End(answer), "none");
}

TEST(ApiRefusal, IsOneLineOfJsonWhateverItQuotes) {
  const auto answer = ApiRefusal(400, "a\xff\"b\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "{\"error\":{\"status\":400,\"message\":\"a\xef\xbf\xbd\\\"b\\n\"}}\n");
}

}  // namespace
}  // namespace pdns::serve
