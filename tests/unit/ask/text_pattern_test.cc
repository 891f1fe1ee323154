#include "ask/text_pattern.h"

#include <gtest/gtest.h>

#include <string>

#include "dns/text.h"

namespace pdns::ask {
namespace {

bool Globs(std::string_view glob, std::string_view name) {
  const auto pattern = TextPattern::Glob(glob);
  EXPECT_TRUE(pattern.ok()) << pattern.status().message();
  return pattern.ok() && pattern->Matches(dns::NameFromText(name)->wire());
}

bool Finds(std::string_view expression, std::string_view name) {
  const auto pattern = TextPattern::Regex(expression);
  EXPECT_TRUE(pattern.ok()) << pattern.status().message();
  return pattern.ok() && pattern->Matches(dns::NameFromText(name)->wire());
}

TEST(TextPattern, GlobsAreOfTheWholeName) {
  EXPECT_TRUE(Globs("*", "www.blah.org"));
  EXPECT_TRUE(Globs("*", "."));
  EXPECT_TRUE(Globs("www*ORG", "www.blah.org"));
  EXPECT_FALSE(Globs("www*or", "www.blah.org"));
  EXPECT_FALSE(Globs("ww.*", "www.blah.org"));
  EXPECT_TRUE(Globs("w??.blah.org", "www.blah.org"));
  EXPECT_FALSE(Globs("w??.blah.org", "ww.blah.org"));
  EXPECT_TRUE(Globs("***w***", "www.blah.org"));
}

TEST(TextPattern, ClassesOfGlobs) {
  EXPECT_TRUE(Globs("ns[0-9].org", "ns7.org"));
  EXPECT_FALSE(Globs("ns[!0-9].org", "ns7.org"));
  EXPECT_TRUE(Globs("ns[^a-f]?.org", "ns7x.org"));
  EXPECT_TRUE(Globs("[A-C]x", "bx"));
  EXPECT_TRUE(Globs("[]x]y", "]y"));
  EXPECT_TRUE(Globs("[[:x]y", "[y"));
  EXPECT_TRUE(Globs("[a-]y", "-y"));
  for (const char* glob : {"[", "a[b", "[]", "[!]", "[z-a]x", "[a-\\]["})
    EXPECT_EQ(TextPattern::Glob(glob).status().code(), Code::kUsage) << glob;
}

TEST(TextPattern, GlobsKnowTheEscapesOfTheText) {
  EXPECT_TRUE(Globs("\\*.org", "*.org"));
  EXPECT_FALSE(Globs("\\*.org", "a.org"));
  EXPECT_TRUE(Globs("a\\.b.*", "a\\.b.org"));
  EXPECT_TRUE(Globs("\\000*", "\\000.org"));
  EXPECT_FALSE(Globs("a.c", "abc"));
}

TEST(TextPattern, RegexesAreFoundAnywhere) {
  EXPECT_TRUE(Finds("blah", "www.BLAH.org"));
  EXPECT_TRUE(Finds("^WWW\\.", "www.blah.org"));
  EXPECT_TRUE(Finds("\\.org$", "www.blah.org"));
  EXPECT_TRUE(Finds("\\.org\\.$", "www.blah.org"));
  EXPECT_FALSE(Finds("org\\.", "www.blah.org"));
  EXPECT_TRUE(Finds("^$", "."));
  EXPECT_TRUE(Finds("^\\.$", "."));
}

TEST(TextPattern, WhatRe2RefusesIsSaidInItsWords) {
  const auto pattern = TextPattern::Regex("pay(pal");
  ASSERT_FALSE(pattern.ok());
  EXPECT_EQ(pattern.status().code(), Code::kUsage);
  EXPECT_EQ(pattern.status().message(), "'pay(pal' is no pattern: missing ): pay(pal");
  const auto huge = TextPattern::Regex("((a{100}){100}){100}");
  EXPECT_EQ(huge.status().code(), Code::kUsage);
}

TEST(TextPattern, TheTailOfAGlobIsLiteral) {
  EXPECT_EQ(LiteralTail("www.blah.org"), "www.blah.org");
  EXPECT_EQ(LiteralTail("*pay?.example.com"), ".example.com");
  EXPECT_EQ(LiteralTail("a[*].b"), ".b");
  EXPECT_EQ(LiteralTail("*\\*.b"), "\\*.b");
  EXPECT_EQ(LiteralTail("*"), "");
  EXPECT_EQ(LiteralTail("a[b"), "");
}

}  // namespace
}  // namespace pdns::ask
