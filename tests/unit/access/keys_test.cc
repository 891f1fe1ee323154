#include "access/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cctype>
#include <string>

#include "base/bytes.h"
#include "unit/support/temp_dir.h"

namespace pdns::access {
namespace {

using std::chrono::sys_days;
using testing::TempDir;
using testing::WriteFile;

std::string Hex(const std::string& key) { return ToHex(Sha256(AsBytes(key))); }

KeyList Parsed(const std::string& text) {
  auto list = KeyList::Parse(text, "keys");
  EXPECT_TRUE(list.ok()) << list.status().message();
  return list.ok() ? *list : KeyList();
}

std::string WhyNot(const std::string& text) {
  const auto list = KeyList::Parse(text, "keys");
  EXPECT_FALSE(list.ok()) << text;
  EXPECT_EQ(list.status().code(), Code::kUsage);
  return list.status().message();
}

// What stands in keys.h.
TEST(Keys, TheDocumentedExample) {
  const KeyList list = Parsed(
      "# name   printf %s \"$KEY\" | sha256sum                                      limits\n"
      "alice    9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
      "soc-1    60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752  "
      "rows-per-day=100000\n"
      "guest    fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13  "
      "expires=2027-01-01\n");
  ASSERT_EQ(list.keys().size(), 3U);
  EXPECT_EQ(list.Find("test")->name, "alice");
  EXPECT_EQ(list.Find("test")->limits, Limits());
  EXPECT_EQ(list.Find("test2")->name, "soc-1");
  EXPECT_EQ(list.Find("test2")->limits.rows_per_day, 100'000U);
  EXPECT_EQ(list.Find("test3")->name, "guest");
  EXPECT_EQ(list.Find("test3")->limits.expires, sys_days(std::chrono::year(2027) / 1 / 1));
}

TEST(Keys, EveryLimitInAnyOrderAndAnyBlanks) {
  const KeyList list = Parsed("\r\n \t\n  # comment\n\t a@B.c_-9\t" + Hex("x") +
                              "  expires=2028-02-29 rows-per-day=9223372036854775807\t"
                              "requests-per-minute=1000000 \r");
  ASSERT_EQ(list.keys().size(), 1U);
  const Key& key = list.keys().front();
  EXPECT_EQ(key.name, "a@B.c_-9");
  EXPECT_EQ(key.limits.requests_per_minute, 1'000'000U);
  EXPECT_EQ(key.limits.rows_per_day, 9'223'372'036'854'775'807U);
  EXPECT_EQ(key.limits.expires, sys_days(std::chrono::year(2028) / 2 / 29));
}

TEST(Keys, WhoHasAKey) {
  std::string upper = "b " + Hex("two") + "\n";
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  const KeyList list = Parsed("a " + Hex("one") + "\n" + upper + "c " + Hex("three"));
  EXPECT_EQ(list.Find("one"), &list.keys()[0]);
  EXPECT_EQ(list.Find("two"), &list.keys()[1]);
  EXPECT_EQ(list.Find("three"), &list.keys()[2]);
  for (const std::string& wrong : {std::string(), std::string("One"), std::string("one "),
                                   std::string("one\n"), Hex("one"), std::string("one\0", 4)})
    EXPECT_EQ(list.Find(wrong), nullptr) << wrong;
}

TEST(Keys, TheLongestKey) {
  const std::string longest(KeyList::kLongestKey, 'x');
  const KeyList list = Parsed("a " + Hex(longest) + "\nb " + Hex(longest + "x"));
  EXPECT_EQ(list.Find(longest)->name, "a");
  EXPECT_EQ(list.Find(longest + "x"), nullptr);
}

TEST(Keys, ErrorsNameFileAndLine) {
  const std::string x = Hex("x");
  const std::string name = "the name must be 1 to 64 of the characters a-z A-Z 0-9 . _ - @";
  EXPECT_EQ(WhyNot("a " + x + "\n\n# \nb/ " + Hex("y")), "keys:4: " + name);
  EXPECT_EQ(WhyNot(std::string(65, 'a') + " " + x), "keys:1: " + name);
  EXPECT_EQ(WhyNot("\xef\xbb\xbf"
                   "a " +
                   x),
            "keys:1: " + name);
  EXPECT_EQ(WhyNot(std::string("a\0 ", 3) + x), "keys:1: " + name);
  EXPECT_EQ(WhyNot("a"), "keys:1: the SHA-256 of the key is missing behind the name");
  EXPECT_EQ(WhyNot("a " + x + "\nb " + x), "keys:2: a line above has the same key");
  EXPECT_EQ(WhyNot("a " + x + "\na " + Hex("y")), "keys:2: a line above has the name a too");
  EXPECT_EQ(WhyNot("a " + Hex("")), "keys:1: it is the SHA-256 of an empty key");
  EXPECT_EQ(WhyNot(""), "keys: has no key, so nobody could ask");
  EXPECT_EQ(WhyNot("# a " + x + "\n"), "keys: has no key, so nobody could ask");
}

// It may be the key itself.
TEST(Keys, WhatStandsInPlaceOfADigestIsNotRepeated) {
  const std::string why =
      "keys:1: behind the name stands no SHA-256, which is 64 hex digits: printf %s \"$KEY\" | "
      "sha256sum";
  for (const std::string& word : {std::string("secret"), Hex("x").substr(1), Hex("x") + "0",
                                  "g" + Hex("x").substr(1), std::string("expires=2027-01-01")})
    EXPECT_EQ(WhyNot("a " + word), why);
}

TEST(Keys, LimitsThatAreNone) {
  const auto why = [](const std::string& limits) {
    return WhyNot("a " + Hex("x") + " " + limits).substr(8);
  };
  for (const char* value : {"", "0", "-1", "+1", "1.5", "1x", "1000001", "18446744073709551616"}) {
    EXPECT_EQ(why(std::string("requests-per-minute=") + value),
              "requests-per-minute must be 1 to 1000000");
  }
  for (const char* value : {"", "0", "1k", "9223372036854775808"}) {
    EXPECT_EQ(why(std::string("rows-per-day=") + value),
              "rows-per-day must be 1 to 9223372036854775807");
  }
  for (const char* value :
       {"", "2027", "2027-1-1", "2027-13-01", "2027-00-01", "2027-02-29", "2027-01-00",
        "2027-01-32", "2027-01-01T00:00:00Z", "27-01-01", "-027-01-01", "2027/01/01"}) {
    EXPECT_EQ(why(std::string("expires=") + value), "expires must be a day: YYYY-MM-DD");
  }
  EXPECT_EQ(why("rows-per-day=1 rows-per-day=1"), "rows-per-day stands there twice");
  const std::string known = "requests-per-minute=, rows-per-day= and expires= are";
  EXPECT_EQ(why("rows\x1b=1"), "'rows\\x1b' is no limit: " + known);
  EXPECT_EQ(why("# comment"), "'#' is no limit: " + known);
  EXPECT_EQ(why(std::string(1000, 'x')), "'" + std::string(40, 'x') + "' is no limit: " + known);
}

TEST(Keys, AsManyAsThereMayBe) {
  std::string text;
  for (std::size_t i = 0; i < KeyList::kMostKeys; ++i)
    text += "k" + std::to_string(i) + " " + Hex(std::to_string(i)) + "\n";
  const KeyList list = Parsed(text);
  EXPECT_EQ(list.keys().size(), KeyList::kMostKeys);
  EXPECT_EQ(list.Find("0")->name, "k0");
  EXPECT_EQ(list.Find("9999")->name, "k9999");
  EXPECT_EQ(WhyNot(text + "one-more " + Hex("x")), "keys:10001: more than 10000 keys");
}

TEST(Keys, OfAFile) {
  const TempDir dir;
  const std::string path = dir / "keys";
  WriteFile(path, "alice " + Hex("x") + " expires=never\n");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  auto read = KeyList::Read(path);
  EXPECT_EQ(read.status().message(), path + ":1: expires must be a day: YYYY-MM-DD");
  WriteFile(path, "alice " + Hex("x") + "\n");
  read = KeyList::Read(path);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->Find("x")->name, "alice");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  read = KeyList::Read(path);
  EXPECT_EQ(read.status().code(), Code::kNoInput);
  EXPECT_EQ(read.status().message(),
            "keys file " + path +
                ": cannot be used: everybody on this machine may read or write it: chmod o-rw");
}

}  // namespace
}  // namespace pdns::access
