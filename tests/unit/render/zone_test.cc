#include "render/zone.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/render/formatted.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::RrType;
using testing::WireName;

std::string Soa(char serial) {
  return WireName("ns.org") + WireName("mail.org") + std::string(3, '\0') + serial +
         std::string(16, '\1');
}

// "A", ";CNAME", ...: type of each line below the first, and whether it is a comment.
std::vector<std::string> Types(const std::string& text) {
  std::vector<std::string> types;
  const auto lines = SplitLines(text);
  EXPECT_TRUE(!lines.empty() && lines[0].starts_with("$TTL 0 ;"));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t type = lines[i].find(" IN ") + 4;
    types.push_back((lines[i].starts_with(";") ? ";" : "") +
                    lines[i].substr(type, lines[i].find(' ', type) - type));
  }
  return types;
}

using List = std::vector<std::string>;

TEST(Dig, LinesOfAZoneFile) {
  Formatted page("dig");
  page.Add("www.blah.org", RrType::kA, "\xcd\x96\x96\x8c", Seen(1795372876, 1795372931, 10, 2));
  page.Add("a.much.longer.name.than.the.column.org", RrType::kTxt, "\2;\"");
  page.Add(".", static_cast<RrType>(65280), "x");
  EXPECT_EQ(
      page.Finish(),
      "$TTL 0 ; TTLs are not kept\n"
      "www.blah.org.            IN A      205.150.150.140          ; 2026-11-22T18:41:16Z .. "
      "2026-11-22T18:42:11Z 10\n"
      "a.much.longer.name.than.the.column.org. IN TXT    \";\\\"\"                    ; "
      "1970-01-01T00:00:00Z .. 1970-01-01T00:00:00Z 1\n"
      ".                        IN TYPE65280 \\# 1 78                  ; 1970-01-01T00:00:00Z .. "
      "1970-01-01T00:00:00Z 1\n");
}

TEST(Dig, RemarksOnRequest) {
  const query::Asked asked{"a\n.org", 2};
  Formatted page("dig", {.reason = true, .asked = true, .path = true});
  page.Add(MakeTuple("a.org", RrType::kA, "abcd"), Seen(0, 0, 1, 0, 1), &asked, {"x.", "y."});
  const auto lines = SplitLines(page.Finish());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[1].ends_with(" 1 off_chain, asked a\\x0a.org, by x. > y.")) << lines[1];
}

TEST(Dig, OfASingletonTheLastSeenStays) {
  Formatted page("dig");
  page.Add("org", RrType::kNs, WireName("ns.org"), Seen(0, 5, 1));
  page.Add("org", RrType::kSoa, Soa('\1'), Seen(0, 10, 1));
  page.Add("org", RrType::kSoa, Soa('\3'), Seen(0, 30, 1));
  page.Add("org", RrType::kSoa, Soa('\2'), Seen(0, 20, 1));
  page.Add("org", RrType::kDname, WireName("a."), Seen(0, 2, 1));
  page.Add("org", RrType::kDname, WireName("b."), Seen(0, 2, 1));  // as late: the first stays
  page.Add("b.org", RrType::kDname, WireName("b."), Seen(0, 2, 1));
  const std::string text = page.Finish();
  EXPECT_EQ(Types(text), (List{"NS", ";SOA", "SOA", ";SOA", "DNAME", ";DNAME", "DNAME"}));
}

TEST(Dig, OfAnAliasAndOtherDataTheSideSeenLastStays) {
  const auto types = [](std::int64_t address, std::int64_t alias) {
    Formatted page("dig");
    page.Add("a.org", RrType::kA, "abcd", Seen(0, address, 1));
    page.Add("a.org", RrType::kA, "efgh", Seen(0, 1, 1));
    page.Add("a.org", RrType::kCname, WireName("b.org"), Seen(0, alias, 1));
    page.Add("a.org", RrType::kCname, WireName("c.org"), Seen(0, 1, 1));
    page.Add("a.org", RrType::kNsec, WireName("b.org") + std::string("\0\1\x40", 3), Seen(0, 1, 1));
    return Types(page.Finish());
  };
  EXPECT_EQ(types(20, 10), (List{"A", "A", ";CNAME", ";CNAME", "NSEC"}));
  EXPECT_EQ(types(10, 20), (List{";A", ";A", "CNAME", ";CNAME", "NSEC"}));
  EXPECT_EQ(types(20, 20), (List{"A", "A", ";CNAME", ";CNAME", "NSEC"}));
}

TEST(Dig, OneOwnerDoesNotJudgeAnother) {
  Formatted page("dig");
  page.Add("a.org", RrType::kCname, WireName("b.org"), Seen(0, 1, 1));
  page.Add("b.org", RrType::kA, "abcd", Seen(0, 9, 1));
  page.Add("c.org", RrType::kCname, WireName("b.org"), Seen(0, 1, 1));
  EXPECT_EQ(Types(page.Finish()), (List{"CNAME", "A", "CNAME"}));
}

TEST(Dig, WhatNoZoneTakesIsAComment) {
  Formatted page("dig");
  page.Add("a.org", RrType::kMd, WireName("b.org"));
  page.Add("a.org", RrType::kOpt, "");
  page.Add("a.org", static_cast<RrType>(255), "");
  page.Add("a.org", RrType::kMx, '\0' + std::string(1, '\1') + WireName("b.org"));
  EXPECT_EQ(Types(page.Finish()), (List{";MD", ";OPT", ";ANY", "MX"}));
}

TEST(Dig, TheSoaOfAZoneBelowIsAComment) {
  Formatted page("dig");
  page.Add("org", RrType::kSoa, Soa('\1'), Seen(0, 1, 1));
  page.Add("org", RrType::kSoa, Soa('\2'), Seen(0, 2, 1));
  page.Add("a.org", RrType::kSoa, Soa('\1'), Seen(0, 9, 1));
  page.Add("net", RrType::kSoa, Soa('\1'), Seen(0, 1, 1));
  page.Add("a.net", RrType::kSoa, Soa('\1'), Seen(0, 1, 1));
  EXPECT_EQ(Types(page.Finish()), (List{";SOA", "SOA", ";SOA", "SOA", ";SOA"}));
}

TEST(Dig, HoldsABoundedNumberOfRows) {
  Formatted page("dig");
  const auto tuple = MakeTuple("a.org", RrType::kA, "abcd");
  for (int i = 0; i < 10000; ++i) page.Add(tuple, Seen(0, 0, 1));
  EXPECT_EQ(page.text(), "");
  page.Add(tuple, Seen(0, 0, 1));
  EXPECT_EQ(std::count(page.text().begin(), page.text().end(), '\n'), 10001);
  const std::string text = page.Finish();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10002);
}

}  // namespace
}  // namespace pdns::render
