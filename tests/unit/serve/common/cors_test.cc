#include "serve/common/cors.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::serve {
namespace {

Cors Of(const std::vector<std::string>& origins) {
  auto cors = Cors::Of(origins);
  EXPECT_TRUE(cors.ok()) << cors.status().message();
  return cors.ok() ? *cors : Cors();
}

std::string Value(const Cors::Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return "";
}

struct Asking {
  explicit Asking(std::string_view origin, std::string_view method = "GET")
      : headers{{"origin", origin}, {"Access-Control-Request-Method", "POST"}},
        request{.method = method, .path = "/", .headers = headers} {}
  std::vector<http::Header> headers;
  http::Request request;
};

TEST(Cors, NobodyUnlessNamed) {
  const Asking asking("https://tools.example", "OPTIONS");
  EXPECT_TRUE(Cors().For(asking.request).empty());
  EXPECT_FALSE(Cors().Preflight(asking.request).has_value());
}

TEST(Cors, TheOneThatIsNamed) {
  const Cors cors = Of({"https://Tools.example", "http://127.0.0.1:3000", "http://[::1]:80"});
  for (const char* origin : {"https://tools.example", "http://127.0.0.1:3000", "http://[::1]:80"}) {
    const Asking asking(origin);
    EXPECT_EQ(Value(cors.For(asking.request), "Access-Control-Allow-Origin"), origin);
    EXPECT_EQ(Value(cors.For(asking.request), "Vary"), "Origin");
  }
  for (const char* origin : {"https://tools.example.evil.example", "http://tools.example", "null",
                             "https://tools.example:8443", "https://evil.example", ""}) {
    const Asking asking(origin);
    EXPECT_EQ(Value(cors.For(asking.request), "Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(Value(cors.For(asking.request), "Vary"), "Origin");
    EXPECT_FALSE(cors.Preflight(Asking(origin, "OPTIONS").request).has_value()) << origin;
  }
}

TEST(Cors, APageAsksFirst) {
  const Cors cors = Of({"https://tools.example"});
  EXPECT_FALSE(cors.Preflight(Asking("https://tools.example").request).has_value());
  const auto answer = cors.Preflight(Asking("https://tools.example", "OPTIONS").request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 204);
  EXPECT_NE(Value(answer->headers, "Access-Control-Allow-Headers").find("X-Api-Key"),
            std::string::npos);
}

TEST(Cors, AnyPage) {
  const Asking asking("https://evil.example");
  EXPECT_EQ(Value(Of({"*"}).For(asking.request), "Access-Control-Allow-Origin"), "*");
}

TEST(Cors, WhatIsNoOrigin) {
  for (const char* text : {"", "tools.example", "https://tools.example/", "https://a b", "://x",
                           "https://", "https://a\r\nX-Y: z"}) {
    EXPECT_EQ(Cors::Of({text}).status().code(), Code::kUsage) << text;
  }
}

}  // namespace
}  // namespace pdns::serve
