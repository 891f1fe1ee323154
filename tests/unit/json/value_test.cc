#include "json/value.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::json {
namespace {

std::string Why(std::string_view text, const Limits& limits = {}) {
  const auto value = Parse(text, limits);
  EXPECT_FALSE(value.ok()) << text;
  EXPECT_EQ(value.status().code(), Code::kMalformed);
  return value.status().message();
}

TEST(Value, MembersByTheirKinds) {
  const auto value =
      Parse(R"( {"text":"a\u0041","number":18446744073709551615,"yes":true,"no":false,"null":null,)"
            R"("array":["x",{}],"object":{"inner":1}} )");
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value->IsObject());
  EXPECT_EQ(value->TextOf("text"), "aA");
  EXPECT_EQ(value->NumberOf("number"), 18446744073709551615U);
  EXPECT_TRUE(value->Find("yes")->IsTrue());
  EXPECT_FALSE(value->Find("no")->IsTrue());
  EXPECT_NE(value->Find("null"), nullptr);
  ASSERT_NE(value->Find("array")->AsArray(), nullptr);
  EXPECT_EQ(value->Find("array")->AsArray()->front().AsText(), "x");
  EXPECT_EQ(value->Find("object")->NumberOf("inner"), 1U);
  EXPECT_EQ(value->Find("none"), nullptr);
  EXPECT_EQ(value->TextOf("number"), std::nullopt);
  EXPECT_EQ(value->NumberOf("text"), std::nullopt);
  EXPECT_EQ(value->Find("text")->Find("text"), nullptr);
}

TEST(Value, NumbersThatAreNoneOfOurs) {
  for (const std::string text : {"-1", "1.0", "1e3", "18446744073709551616"}) {
    const auto value = Parse("[" + text + "]");
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_EQ(value->AsArray()->front().AsNumber(), std::nullopt) << text;
  }
}

TEST(Value, OfTwoMembersOfOneNameTheFirst) {
  const auto value = Parse(R"({"a":1,"a":2})");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->NumberOf("a"), 1U);
}

TEST(Value, WhatIsNoDocument) {
  for (const std::string text : {"", " ", "{", "[1,]", "{\"a\"}", "nul", "\"\n\"", "01", "1e999"})
    Why(text);
  EXPECT_TRUE(Why("{} x").starts_with("JSON, byte 3: "));
  Why(std::string("{}\0{}", 5));
}

TEST(Value, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Parse(nested(64)).ok());
  EXPECT_NE(Why(nested(65)).find("nested too deeply"), std::string::npos);
  EXPECT_TRUE(Parse(nested(3), {.depth = 3}).ok());
  Why(nested(4), {.depth = 3});
}

}  // namespace
}  // namespace pdns::json
