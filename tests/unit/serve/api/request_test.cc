#include "serve/api/request.h"

#include <gtest/gtest.h>

#include <string>

#include "query/text/from_texts.h"
#include "serve/common/url.h"

namespace pdns::serve {
namespace {

constexpr std::chrono::sys_seconds kNow(std::chrono::seconds(1795372931));

Result<ApiRequest> Parse(std::string_view query, ApiPath path = ApiPath::kQuery) {
  const auto url = ParseUrl("/", query);
  if (!url.ok()) return url.status();
  return ParseApi(path, *url, kNow);
}

std::string ErrorOf(std::string_view query, ApiPath path = ApiPath::kQuery) {
  const auto request = Parse(query, path);
  return request.ok() ? "no error" : request.status().message();
}

TEST(ApiRequest, ParametersAreTheOptionsOfPdnsQuery) {
  const auto request = Parse("q=www.blah.org&type=A&since=7d&sort=last&reverse&min-count=2");
  ASSERT_TRUE(request.ok()) << request.status().message();
  query::NamedTexts texts;
  texts.Add("q", "www.blah.org");
  texts.Add("type", "A");
  texts.Add("since", "7d");
  texts.Add("sort", "last");
  texts.Add("reverse", "");
  texts.Add("min-count", "2");
  texts.Add("limit", "10000");
  const auto same = query::RequestFromTexts(texts, {.now = kNow});
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(query::CanonicalBytes(request->request), query::CanonicalBytes(same->request));
}

TEST(ApiRequest, WhatIsUnknownTwiceOrEmptyIsRefusedByItsName) {
  EXPECT_EQ(ErrorOf("q=a&fromat=json"), "there is no parameter 'fromat' here");
  EXPECT_EQ(ErrorOf("q=a&depth=2"), "there is no parameter 'depth' here");
  EXPECT_EQ(ErrorOf("q=a", ApiPath::kLookup), "there is no parameter 'q' here");
  EXPECT_EQ(ErrorOf("q=a&limit=1", ApiPath::kPivot), "there is no parameter 'limit' here");
  EXPECT_EQ(ErrorOf("q=a&limit=1&limit=1"), "limit: is given twice");
  EXPECT_EQ(ErrorOf("q=a&glob&glob=0"), "glob: is given twice");
  EXPECT_EQ(ErrorOf("q=a&since="), "since: is given an empty text");
  EXPECT_EQ(ErrorOf("q="), "q: is given an empty text");
}

TEST(ApiRequest, FlagsMayBeNamedAloneOrSaidToBeFalse) {
  for (const char* query : {"q=a&days", "q=a&days=", "q=a&days=1", "q=a&days=TRUE"})
    EXPECT_TRUE(Parse(query)->days) << query;
  for (const char* query : {"q=a", "q=a&days=0", "q=a&days=false"})
    EXPECT_FALSE(Parse(query)->days) << query;
  EXPECT_EQ(ErrorOf("q=a&days=2"), "days: '2' is neither true nor false");
}

TEST(ApiRequest, RowsHaveALimitNumbersHaveNone) {
  EXPECT_EQ(Parse("q=a")->request.limit, ApiRequest::kDefaultLimit);
  EXPECT_EQ(Parse("q=a&show=names&limit=0")->request.limit, ApiRequest::kMostRows);
  EXPECT_EQ(Parse("q=a&limit=1000000")->request.limit, 1'000'000U);
  EXPECT_EQ(Parse("q=a&show=count")->request.limit, 0U);
  EXPECT_EQ(Parse("q=a&show=hits")->request.limit, 0U);
  EXPECT_EQ(ErrorOf("q=a&limit=1000001"), "limit: at most 1000000");
  EXPECT_EQ(ErrorOf("q=a&limit=18446744073709551616"), "limit: give a number from 0 on");
  EXPECT_EQ(ErrorOf("q=a&offset=1000001"), "offset: at most 1000000; a cursor goes on anywhere");
}

TEST(ApiRequest, AKeysRowsLowerTheLimitOfRowsOnly) {
  auto rows = Parse("q=a&limit=50");
  rows->LimitTo(100);
  EXPECT_EQ(rows->request.limit, 50U);
  EXPECT_FALSE(rows->key_limits);
  rows->LimitTo(7);
  EXPECT_EQ(rows->request.limit, 7U);
  EXPECT_TRUE(rows->key_limits);
  auto count = Parse("q=a&show=count");
  count->LimitTo(7);
  EXPECT_EQ(count->request.limit, 0U);
}

TEST(ApiRequest, EachQuestionAsItIsUnderstood) {
  const auto request = Parse(
      "q=hxxp%3A//WWW%5B.%5Dblah.org/x&q=*.blah.org&q=192.0.2.77/24&rdata=ns.org&ptr=192.0.2.1"
      "&text=v%3Dspf1&raw=00");
  ASSERT_TRUE(request.ok());
  std::string asked;
  for (const ApiAsked& one : request->asked) asked += std::string(one.kind) + "=" + one.as + " ";
  EXPECT_EQ(asked,
            "name=www.blah.org. pattern=*.blah.org block=192.0.2.0/24 rdata=ns.org. "
            "ptr=1.2.0.192.in-addr.arpa. text=v=spf1 raw=00 ");
  ASSERT_EQ(request->asked.size(), request->request.questions.size());
  for (std::size_t i = 0; i < request->asked.size(); ++i)
    EXPECT_EQ(request->asked[i].text, request->request.questions[i].text);
}

TEST(ApiRequest, APivotHasADepthOfTwoUnlessOneIsGiven) {
  EXPECT_EQ(Parse("q=a.org", ApiPath::kPivot)->request.pivot->depth, 2U);
  const auto deep = Parse("q=a.org&depth=7&max-fanout=3&slack=1d", ApiPath::kPivot);
  ASSERT_TRUE(deep.ok());
  EXPECT_EQ(deep->request.pivot->depth, 7U);
  EXPECT_EQ(deep->request.pivot->max_fanout, 3U);
  EXPECT_EQ(deep->request.pivot->slack, std::chrono::hours(24));
  EXPECT_EQ(ErrorOf("q=a.org&depth=0", ApiPath::kPivot), "depth: give 1 to 10 steps");
  EXPECT_EQ(ErrorOf("", ApiPath::kPivot), "ask something: q is a name, an address or a block");
}

TEST(ApiRequest, SomeInterfacesTakeNoParameters) {
  EXPECT_TRUE(NoParameters(*ParseUrl("/", "")).ok());
  EXPECT_EQ(NoParameters(*ParseUrl("/", "a=1")).message(), "there is no parameter 'a' here");
}

}  // namespace
}  // namespace pdns::serve
