#include "serve/common/url.h"

#include <gtest/gtest.h>

namespace pdns::serve {
namespace {

using Parts = std::vector<std::string>;

Parts PathOf(std::string_view path) {
  const auto url = ParseUrl(path, "");
  EXPECT_TRUE(url.ok()) << path;
  return url.ok() ? url->path : Parts{"refused"};
}

TEST(Url, IsSplitBeforeItIsUnescaped) {
  EXPECT_EQ(PathOf("/lookup/rrset/name/%2A.blah.org/A"),
            (Parts{"lookup", "rrset", "name", "*.blah.org", "A"}));
  EXPECT_EQ(PathOf("/name/0%2f25.2.0.192.in-addr.arpa"),
            (Parts{"name", "0/25.2.0.192.in-addr.arpa"}));
  EXPECT_EQ(PathOf("/name/a%5C.b%3A"), (Parts{"name", "a\\.b:"}));
  EXPECT_EQ(PathOf("/name/a+b"), (Parts{"name", "a+b"}));
}

// The root zone is one dot, and a dot is no step in a folder.
TEST(Url, DotSegmentsAreSegments) {
  EXPECT_EQ(PathOf("/rrset/name/."), (Parts{"rrset", "name", "."}));
  EXPECT_EQ(PathOf("/a/../b"), (Parts{"a", "..", "b"}));
}

TEST(Url, EmptySegmentsCountForNothing) {
  EXPECT_EQ(PathOf("//lookup///name/x/"), (Parts{"lookup", "name", "x"}));
  EXPECT_EQ(PathOf("/"), Parts());
  EXPECT_EQ(PathOf(""), Parts());
}

TEST(Url, ParametersAreUnescaped) {
  const auto url = ParseUrl("/", "limit=10&&q=a+b%2bc&q=later&empty=&alone&x=1=2");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->Of("limit"), "10");
  EXPECT_EQ(url->Of("q"), "later");
  EXPECT_EQ(url->parameters[1].value, "a b+c");
  EXPECT_EQ(url->Of("empty"), "");
  EXPECT_EQ(url->Of("alone"), "");
  EXPECT_EQ(url->Of("x"), "1=2");
  EXPECT_EQ(url->Of("none"), std::nullopt);
}

TEST(Url, WhatIsNoneIsRefused) {
  for (const char* path : {"/%", "/%4", "/%4x", "/%-1", "/%+1", "/% 1", "/a%"}) {
    EXPECT_EQ(ParseUrl(path, "").status().code(), Code::kUsage) << path;
    EXPECT_EQ(ParseUrl("/", std::string("q=") + path).status().code(), Code::kUsage) << path;
  }
}

TEST(Url, HasABound) {
  std::string path;
  std::string query;
  for (std::size_t i = 0; i < Url::kMostSegments; ++i) path += "/a";
  for (std::size_t i = 0; i < Url::kMostParameters; ++i) query += "a=b&";
  EXPECT_TRUE(ParseUrl(path, query).ok());
  EXPECT_FALSE(ParseUrl(path + "/a", query).ok());
  EXPECT_FALSE(ParseUrl(path, query + "a").ok());
}

}  // namespace
}  // namespace pdns::serve
