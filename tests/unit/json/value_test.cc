#include "json/value.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace pdns::json {
namespace {

std::string Why(std::string_view text, const Limits& limits = kSmallDocument) {
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

// The densest documents there are: elements, and members with keys.
TEST(Value, TheirNumberIsBounded) {
  const auto many = [](std::size_t values, char open, const std::string& one, char close) {
    std::string text(1, open);
    for (std::size_t i = 1; i < values; ++i) text += (i == 1 ? "" : ",") + one;  // the outer is one
    return text + close;
  };
  for (const auto& [open, one, close] :
       {std::tuple('[', "0", ']'), std::tuple('[', "[]", ']'), std::tuple('{', "\"\":{}", '}')}) {
    EXPECT_TRUE(Parse(many(kSmallDocument.values, open, one, close)).ok()) << one;
    const std::string why = Why(many(kSmallDocument.values + 1, open, one, close));
    EXPECT_TRUE(why.ends_with("too many values")) << why;
    EXPECT_TRUE(Why(many(std::size_t{1} << 18, open, one, close)).ends_with("too many values"));
  }
  EXPECT_TRUE(Why("[[],[],[]]", {.values = 3}).ends_with("too many values"));
  EXPECT_TRUE(Parse("[[],[],[]]", {.values = 4}).ok());
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
