#include "ask/indicator.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "ask/refang.h"
#include "unit/support/temp_dir.h"

namespace pdns::ask {
namespace {

TEST(Refang, UndoesWhatKeepsFromClicking) {
  for (const char* text : {"hxxp://www[.]blah[.]org/x", "hXXp[://]www(.)blah{.}org/x",
                           "hxxp[:]//www[dot]blah(DOT)org/x", "  http://www.blah.org/x\r\n"}) {
    EXPECT_EQ(Refang(text), "http://www.blah.org/x") << text;
  }
  EXPECT_EQ(Refang("hxxps://a[.]b"), "https://a.b");
  EXPECT_EQ(Refang("me[at]blah[.]org"), "me@blah.org");
  EXPECT_EQ(Refang("me[@]blah[.]org"), "me@blah.org");
  EXPECT_EQ(Refang("2001[:]db8[:][:]1"), "2001:db8::1");
}

TEST(Refang, LeavesTheRest) {
  for (const char* text : {"",
                           "[",
                           "[::1]:443",
                           "[dots]",
                           "hxxp",
                           "hxxp.org",
                           "a(b)c",
                           "-",
                           "*",
                           "*.blah.org",
                           "+.blah.org",
                           "a\\.b.org",
                           "dot.org",
                           "at.dot",
                           "1.2.3.4-5",
                           "a\\\"",
                           "host:443",
                           "ip:",
                           "url://blah.org",
                           "a-dot-b.org",
                           "a_dot_b.org",
                           "||",
                           "||^",
                           "||a^b^",
                           "blah.org^",
                           "domain=blah.org",
                           "name: blah.org"})
    EXPECT_EQ(Refang(text), text);
}

TEST(Refang, TakesAwayWhatStandsAround) {
  for (const char* text : {"\"www.blah.org\"",         "'www.blah.org'",
                           "`www.blah.org`,",          "<www.blah.org>;",
                           "(www.blah.org)",           "- www.blah.org",
                           "* 'www.blah.org'",         "\u2022 www.blah.org",
                           "\u201cwww.blah.org\u201d", "1. www.blah.org",
                           "12) www.blah.org ,",       "www[.blah.]org",
                           "www(.blah{.}org",          "www\\.blah\\.org",
                           "www dot blah DOT org",     "www [.] blah [ dot ] org",
                           "\u201ewww.blah.org\u201c", "\u25cf www.blah.org\u00a0",
                           "\ufeffwww.blah.org\u200b", "> www.blah.org"}) {
    EXPECT_EQ(Refang(text), "www.blah.org") << text;
  }
  for (const char* text :
       {"www<.>blah<.>org", "www<dot>blah<dot>org", "www[d0t]blah[d0t]org", "www_dot_blah_dot_org",
        "www-dot-blah-dot-org", "domain: www.blah.org", "Domain:www.blah.org",
        "- FQDN: www.blah.org", "URL : 'www.blah.org'", "||www.blah.org^"}) {
    EXPECT_EQ(Refang(text), "www.blah.org") << text;
  }
  EXPECT_EQ(Refang("IP address: 192[.]0[.]2[.]1"), "192.0.2.1");
  EXPECT_EQ(Refang("url: hxxps://www[.]blah[.]org"), "https://www.blah.org");
  EXPECT_EQ(Refang("me at blah dot org"), "me@blah.org");
  EXPECT_EQ(Refang("me [at] blah [dot] org"), "me@blah.org");
  EXPECT_EQ(Refang("http//www.blah.org[/]x"), "http://www.blah.org/x");
  EXPECT_EQ(Refang("blah\\.org\\/x\\-y"), "blah.org/x-y");
}

TEST(Columns, BetweenSeparatorsThatAreNotEscapedOrQuoted) {
  using Texts = std::vector<std::string_view>;
  EXPECT_EQ(Columns("a"), Texts{"a"});
  EXPECT_EQ(Columns("a,b;c|d\te"), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(Columns(R"("a,b",c\,d)"), (Texts{"\"a,b\"", "c\\,d"}));
  EXPECT_EQ(Columns(",, ,"), Texts{});
}

struct Case {
  std::string text;
  std::string understood;
  bool changed;
};

void Expect(Indicator::Kind kind, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.text);
    const auto indicator = ParseIndicator(one.text);
    ASSERT_TRUE(indicator.ok()) << indicator.status().message();
    EXPECT_EQ(indicator->kind, kind);
    EXPECT_EQ(indicator->understood, one.understood);
    EXPECT_EQ(indicator->changed, one.changed);
    EXPECT_EQ(indicator->name, kind == Indicator::Kind::kName ? one.understood : "");
  }
}

TEST(Indicator, Names) {
  Expect(Indicator::Kind::kName, {{"www.blah.org", "www.blah.org", false},
                                  {" WWW.blah.org.\n", "WWW.blah.org.", false},
                                  {"org", "org", false},
                                  {".", ".", false},
                                  {"_dmarc.blah.org", "_dmarc.blah.org", false},
                                  {"*.blah.org", "*.blah.org", false},
                                  {"+.blah.org", "+.blah.org", false},
                                  {"www.example.*", "www.example.*", false},
                                  {"paypal*", "paypal*", false},
                                  {"1-2.example.com", "1-2.example.com", false},
                                  {"1.2.3.4-x.example.com", "1.2.3.4-x.example.com", false},
                                  {"1.2.3.4.5a", "1.2.3.4.5a", false},
                                  {"1.2.3.x.org", "1.2.3.x.org", false},
                                  {"*.2.1.in-addr.arpa", "*.2.1.in-addr.arpa", false},
                                  {"0xy", "0xy", false},
                                  {"as1x", "as1x", false},
                                  {"a\\!b.org", "a\\!b.org", false},
                                  {"a!b=c.org.", "a!b=c.org.", false},
                                  {"a\\@b.org", "a\\@b.org", false},
                                  {"a.b\\/c.org", "a.b\\/c.org", false},
                                  {"a\\:1.org", "a\\:1.org", false},
                                  {"0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa", false},
                                  {"www[.]blah[.]org", "www.blah.org", true},
                                  {"bücher.de", "xn--bcher-kva.de", true},
                                  {"*.bücher.de", "*.xn--bcher-kva.de", true}});
}

TEST(Indicator, HostsOfUrlsAndTheLike) {
  Expect(Indicator::Kind::kName,
         {{"http://www.blah.org", "www.blah.org", true},
          {"hxxps://u:p@www[.]blah[.]org:8443/x@y?z#a", "www.blah.org", true},
          {"ftp://www.blah.org?x/y", "www.blah.org", true},
          {"https://www.blah.org:/", "www.blah.org", true},
          {"https://bücher.de/ü", "xn--bcher-kva.de", true},
          {"www.blah.org/x?y", "www.blah.org", true},
          {"www.blah.org/", "www.blah.org", true},
          {"www.blah.org./x", "www.blah.org.", true},
          {"www.blah.org:80/http://x", "www.blah.org", true},
          {"www.xn--p1ai/24", "www.xn--p1ai", true},
          {"me@blah.org", "blah.org", true},
          {"mailto:me[at]blah.org?subject=x", "blah.org", true},
          {"blah.org:443", "blah.org", true},
          {"localhost:8080", "localhost", true},
          {"www.blah.org?x=1", "www.blah.org", true},
          {"www.blah.org?", "www.blah.org", true},
          {"www.blah.org#top", "www.blah.org", true},
          {"a#b@blah.org", "blah.org", true},
          {R"(http:\/\/www.blah.org\/x)", "www.blah.org", true}});
}

TEST(Indicator, Addresses) {
  Expect(Indicator::Kind::kBlock, {{"1.2.3.4", "1.2.3.4", false},
                                   {"1.2.3.4/24", "1.2.3.0/24", false},
                                   {"2001:DB8::1", "2001:db8::1", false},
                                   {"2001:db8::/32", "2001:db8::/32", false},
                                   {"::/0", "::/0", false},
                                   {"1.2.3.4-1.2.3.9", "1.2.3.4-1.2.3.9", false},
                                   {"1.2.3.0 - 1.2.3.255", "1.2.3.0/24", false},
                                   {"2001:db8::1-2001:db8::3", "2001:db8::1-2001:db8::3", false},
                                   {"1[.]2[.]3[.]4", "1.2.3.4", true},
                                   {"1.2.3[.]0/24", "1.2.3.0/24", true},
                                   {"1.2.3.4:80", "1.2.3.4", true},
                                   {"[2001:db8::1]:443", "2001:db8::1", true},
                                   {"[::1]", "::1", true},
                                   {"http://1.2.3.4:80/x", "1.2.3.4", true},
                                   {"hxxp://[2001:db8::1]:80/x", "2001:db8::1", true},
                                   {"[::1]/x", "::1", true},
                                   {"1.2.3.4/x.exe", "1.2.3.4", true},
                                   {"1.2.3.4:80/2", "1.2.3.4", true},
                                   {"root@1.2.3.4", "1.2.3.4", true},
                                   {"1.2.3.4.", "1.2.3.4", true},
                                   {"http://1.2.3.4./", "1.2.3.4", true},
                                   {"1.2.3.4#53", "1.2.3.4", true},
                                   {"\uff11.\uff12.\uff13.\uff14", "1.2.3.4", true},
                                   {"1\u30022\u30023\u30024", "1.2.3.4", true},
                                   {"2001:db8::1#53", "2001:db8::1", true},
                                   {"[2001:db8::1]/64", "2001:db8::/64", true}});
}

TEST(Indicator, BlocksHaveBothEnds) {
  const auto four = ParseIndicator("205.150.150.140/20");
  ASSERT_TRUE(four.ok());
  EXPECT_EQ(ToHex(four->block.lowest()), "cd969000");
  EXPECT_EQ(ToHex(four->block.highest()), "cd969fff");
  const auto sixteen = ParseIndicator("2001:db8::/33");
  ASSERT_TRUE(sixteen.ok());
  EXPECT_EQ(ToHex(sixteen->block.lowest()), "20010db8000000000000000000000000");
  EXPECT_EQ(ToHex(sixteen->block.highest()), "20010db87fffffffffffffffffffffff");
  const auto range = ParseIndicator("1.2.3.4-1.2.4.3");
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(ToHex(range->block.lowest()), "01020304");
  EXPECT_EQ(ToHex(range->block.highest()), "01020403");
}

// What was pasted, and what it asks for.
TEST(Indicator, TheListOfThosePasted) {
  std::istringstream file(testing::TestData("indicators.tsv"));
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with("# ") || tab == std::string::npos) continue;
    const std::string pasted = line.substr(0, tab);
    const std::string right = line.substr(tab + 1);
    const auto indicator = ParseIndicator(pasted);
    ++lines;
    EXPECT_EQ(indicator.ok() ? indicator->understood : "refused", right) << pasted;
  }
  EXPECT_GT(lines, 20U);
}

TEST(Indicator, TheFirstColumnThatIsOne) {
  Expect(Indicator::Kind::kName,
         {{"www.blah.org,malware,2026-11-22", "www.blah.org", true},
          {"2026-11-22,www.blah.org,malware", "www.blah.org", true},
          {"2026-11-22T19:00:05Z;hxxp://www[.]blah[.]org/x;high", "www.blah.org", true},
          {"malware\twww.blah.org", "www.blah.org", true},
          {"22.11.2026,1.5,10:00,2026-11-22T19:00,www.blah.org", "www.blah.org", true},
          {"| www[.]blah[.]org | domain |", "www.blah.org", true},
          {"\"42\",\"domain|ip\",\"www.blah.org|192.0.2.1\"", "www.blah.org", true},
          {"\"filename|md5\",\"a.exe|d41d8cd98f00b204e9800998ecf8427e\",b.org", "b.org", true},
          {"org,", "org", true}});
  Expect(Indicator::Kind::kBlock, {{"bad,\"192.0.2.1\"", "192.0.2.1", true},
                                   {"1,\"ip-dst|port\",\"192.0.2.1|80\"", "192.0.2.1", true}});
  EXPECT_FALSE(ParseIndicator("domain,first_seen").ok());  // the heading
  EXPECT_FALSE(ParseIndicator("\"type\",\"value\"").ok());
  EXPECT_FALSE(ParseIndicator("|----|----|").ok());
  EXPECT_FALSE(ParseIndicator("1,2,3,4").ok());
  EXPECT_FALSE(ParseIndicator("a b,c d").ok());
  EXPECT_FALSE(ParseIndicator(",").ok());
}

TEST(Indicator, RefusesWhatIsNone) {
  for (const std::string& text : std::vector<std::string>{"1.2.3.4/33",
                                                          "1.2.3.4/",
                                                          "1.2.3.4/-1",
                                                          "1.2.3.4/+1",
                                                          "1.2.3.4/ 8",
                                                          "1.2.3.4/8x",
                                                          "1.2.3.4/8/8",
                                                          "::/129",
                                                          "::1/",
                                                          "2001:db8::/64x",
                                                          "2001:db8:::1",
                                                          "12345::",
                                                          "/8",
                                                          "fe80::1%eth0",
                                                          "1.2.3.9-1.2.3.4",
                                                          "1.2.3.4-2001:db8::1",
                                                          "1.2.3.4-9",
                                                          "1.2.3.4-",
                                                          "1.2.3.4-1.2.3.256",
                                                          "..",
                                                          "*..org",
                                                          "*.*",
                                                          "a*b.org",
                                                          "blah.org:x",
                                                          "blah.org:65536",
                                                          "blah.org:-1",
                                                          "blah.org:443:1",
                                                          "[::1",
                                                          "[1::1]x",
                                                          "[blah.org]:1",
                                                          "[]",
                                                          "http://",
                                                          "file:///etc",
                                                          "http://:80/",
                                                          "me@",
                                                          "a@b@c",
                                                          "www blah org",
                                                          "1.2.3.4 # why",
                                                          "a b/c",
                                                          "\xff.org",
                                                          "foo:bar/x",
                                                          "blah{org",
                                                          "blah]org",
                                                          "a(b)c.org",
                                                          "a\"b.org",
                                                          "d41d8cd98f00b204e9800998ecf8427e",
                                                          std::string(40, 'a'),
                                                          std::string(64, '0'),
                                                          "C:\\Windows\\system32",
                                                          std::string("a\0b", 3)}) {
    const auto indicator = ParseIndicator(text);
    EXPECT_FALSE(indicator.ok()) << text;
    EXPECT_EQ(indicator.status().code(), Code::kUsage) << text;
  }
  EXPECT_EQ(ParseIndicator("").status().code(), Code::kUsage);
  EXPECT_EQ(ParseIndicator(" \t\n").status().code(), Code::kUsage);
  EXPECT_EQ(ParseIndicator(std::string(kMaxIndicator + 1, 'a')).status().code(), Code::kUsage);
  EXPECT_NE(ParseIndicator("1.2.3.4/33").status().message().find("'1.2.3.4/33'"),
            std::string::npos);
}

// Asked as names, they would be "not known" for ever.
TEST(Indicator, RefusesWhatLooksLikeANameToAParserOnly) {
  for (const char* text :
       {"1.2.3.256", "1.2.3.4.5", "1.2.3", "1.2.3.", "1.2.3/24", R"(1.2.3.0\/24)", "1.2.3.*",
        "1.2.3.x", "1.2.x.x", "1.2.*", "1.2.+", "*.3", "0x7f.0.0.1", "0x7f000001", "2130706433",
        "http://2130706433/", "T1059.001", "22.11.2026"}) {
    const auto indicator = ParseIndicator(text);
    ASSERT_FALSE(indicator.ok()) << text;
    EXPECT_EQ(indicator.status().code(), Code::kUsage);
    EXPECT_EQ(indicator.status().remedy(), Remedy::kPattern);
  }
  for (const char* text :
       {"www.blah.org!", "domain=www.blah.org", "www.blah.org%2Fx", "http%3A%2F%2Fwww.blah.org%2F",
        "http://www.blah.org&x=1", "%APPDATA%", "~blah.org", "blah.org^", "it's.org", "a$b.org",
        "a\x1b.org", R"(HKLM\Software\Run)", R"(\\server\share)", R"(\\server)", R"(.\evil.exe)",
        "CVE-2024-3094", "AS64500"})
    EXPECT_EQ(ParseIndicator(text).status().code(), Code::kUsage) << text;
}

// A reason that blames something else sends people the wrong way.
TEST(Indicator, TheReasonNamesWhatItIs) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"fe80::1%eth0", "FE80::1%25eth0", "[fe80::1%eth0]:443", "http://[fe80::1%25eth0]/x",
        "fe80::1%1", "[fe80::1%en0]", "fe80::1%eth0/64"},
       "has a zone behind its %"},
      {{"00:11:22:33:44:55", "00-11-22-aa-BB-cc", "0011.22aa.BBcc"}, "address of a network card"},
      {{"2001-db8-205-150--140", "fe80-0-0-1-2"}, "has dashes where an address has other signs"},
      {{"d41d8cd98f00b204e9800998ecf8427e"}, "looks like a hash"}};
  for (const auto& [texts, reason] : cases) {
    for (const std::string& text : texts) {
      const auto indicator = ParseIndicator(text);
      ASSERT_FALSE(indicator.ok()) << text;
      EXPECT_NE(indicator.status().message().find(reason), std::string::npos)
          << text << indicator.status().message();
    }
  }
  EXPECT_NE(ParseIndicator("fe80::1%eth0").status().message().find("give fe80::1"),
            std::string::npos);
  // Beside them.
  for (const char* text : {"00:11", "00:11:22:33:44:5x", "1.2.3.4%eth0", "%", "[%]", "a%b:1"}) {
    const auto indicator = ParseIndicator(text);
    ASSERT_FALSE(indicator.ok()) << text;
    EXPECT_EQ(indicator.status().message().find("zone"), std::string::npos) << text;
    EXPECT_EQ(indicator.status().message().find("card"), std::string::npos) << text;
  }
  for (const char* text : {"a-b-c-d.org", "add-a-bad-face", "a-1-b-c.", "0011.2233.4455.org"})
    EXPECT_TRUE(ParseIndicator(text).ok()) << text;
}

TEST(Indicator, LongPathsAreNoHarm) {
  EXPECT_TRUE(ParseIndicator("http://blah.org/" + std::string(4000, '[')).ok());
  EXPECT_FALSE(ParseIndicator(std::string(kMaxIndicator, '[')).ok());
  EXPECT_FALSE(ParseIndicator(std::string(kMaxIndicator, '*')).ok());
}

TEST(PtrName, OfAddressesAndBlocksOnBorders) {
  const auto expect = [](std::string_view text, std::string_view name) {
    const auto ptr = PtrName(text);
    ASSERT_TRUE(ptr.ok()) << ptr.status().message();
    EXPECT_EQ(*ptr, name);
  };
  expect("127.0.0.1", "1.0.0.127.in-addr.arpa.");
  expect("10.1.2.3/16", "*.1.10.in-addr.arpa.");
  expect("10.1.2.0-10.1.2.255", "*.2.1.10.in-addr.arpa.");
  expect("0.0.0.0/0", "*.in-addr.arpa.");
  expect("2001:db8::1",
         "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
  expect("2001:db8::/32", "*.8.b.d.0.1.0.0.2.ip6.arpa.");
  expect("2001:db8::/28", "*.b.d.0.1.0.0.2.ip6.arpa.");
  for (const char* text :
       {"10.0.0.0/9", "1.2.3.4-1.2.3.9", "2001:db8::/30", "blah.org", "", "1/2/3"})
    EXPECT_EQ(PtrName(text).status().code(), Code::kUsage) << text;
}

}  // namespace
}  // namespace pdns::ask
