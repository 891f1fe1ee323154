#include "serve/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>

#include "page/assets.h"

namespace pdns::serve {
namespace {

std::string HeaderOf(const http::Answer& answer, std::string_view name) {
  const auto found =
      std::ranges::find(answer.headers, name, &std::pair<std::string, std::string>::first);
  return found == answer.headers.end() ? "" : found->second;
}

http::Answer Get(std::string_view name, std::string_view has = "") {
  const std::array headers{http::Header{"If-None-Match", has}};
  http::Request request{.method = "GET", .path = "/page/x"};
  if (!has.empty()) request.headers = headers;
  return PageFile(name, request);
}

bool AsksForHtml(std::string_view accept) {
  const std::array headers{http::Header{"accept", accept}};
  return WantsHtml({.method = "GET", .path = "/", .headers = headers});
}

TEST(Page, EachFileIsServed) {
  std::set<std::string_view> tags;
  for (const page::Asset& asset : page::Assets()) {
    const http::Answer answer = Get(asset.name);
    EXPECT_EQ(answer.status, 200) << asset.name;
    EXPECT_EQ(answer.body, asset.bytes) << asset.name;
    EXPECT_FALSE(answer.body.empty()) << asset.name;
    EXPECT_EQ(answer.type, asset.type);
    EXPECT_TRUE(tags.insert(asset.etag).second) << asset.name;
  }
  EXPECT_TRUE(Get("index.html").type.starts_with("text/html"));
  EXPECT_TRUE(Get("main.js").type.starts_with("text/javascript"));
  EXPECT_NE(Get("d3-force.min.js").body.find("forceSimulation"), std::string::npos);
}

TEST(Page, IsUnder120Kilobytes) {
  const auto assets = page::Assets();
  EXPECT_LT(
      std::accumulate(assets.begin(), assets.end(), std::size_t{0},
                      [](std::size_t sum, const auto& one) { return sum + one.bytes.size(); }),
      120'000U);
}

// The policy forbids what stands in the page itself, and whatever is elsewhere.
TEST(Page, NamesNothingThatItsPolicyForbids) {
  const std::string page = Get("index.html").body;
  for (const char* forbidden :
       {"style=", "onclick", "onload", "http:", "https:", "<style", "<script>"})
    EXPECT_EQ(page.find(forbidden), std::string::npos) << forbidden;
  for (const page::Asset& asset : page::Assets()) {
    if (asset.name.ends_with(".min.js") || !asset.name.ends_with(".js")) continue;
    for (const char* forbidden :
         {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("})
      EXPECT_EQ(asset.bytes.find(forbidden), std::string_view::npos) << asset.name << forbidden;
  }
}

TEST(Page, IsHeldByHeaders) {
  const http::Answer answer = Get("index.html");
  EXPECT_EQ(HeaderOf(answer, "Content-Security-Policy"),
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  EXPECT_EQ(HeaderOf(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(HeaderOf(answer, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(HeaderOf(answer, "Cache-Control"), "no-cache");
}

TEST(Page, WhatTheClientHasIsNotSentAgain) {
  const std::string tag = HeaderOf(Get("main.js"), "ETag");
  ASSERT_GT(tag.size(), 2U);
  for (const std::string& has : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
    const http::Answer answer = Get("main.js", has);
    EXPECT_EQ(answer.status, 304) << has;
    EXPECT_TRUE(answer.body.empty());
    EXPECT_EQ(HeaderOf(answer, "ETag"), tag);
  }
  for (const std::string& has :
       {std::string("\"other\""), tag.substr(1, 5), HeaderOf(Get("app.css"), "ETag")})
    EXPECT_EQ(Get("main.js", has).status, 200) << has;
}

TEST(Page, ThereIsNothingElse) {
  for (const char* name : {"", "x.js", "../page.h", "index.html/", "INDEX.HTML", "/etc/passwd"})
    EXPECT_EQ(Get(name).status, 404) << name;
}

TEST(Page, IsForBrowsers) {
  EXPECT_TRUE(AsksForHtml("text/html,application/xhtml+xml,*/*;q=0.8"));
  EXPECT_FALSE(AsksForHtml("*/*"));
  EXPECT_FALSE(AsksForHtml("application/json"));
  EXPECT_FALSE(WantsHtml({.method = "GET", .path = "/"}));
}

}  // namespace
}  // namespace pdns::serve
