#include "ask/question.h"

#include <gtest/gtest.h>

#include <string>

#include "record/tuple_key.h"
#include "unit/support/dns_message.h"
#include "unit/support/rows.h"

namespace pdns::ask {
namespace {

using record::RrType;
using store::Side;
using store::Span;

record::Name Name(std::string_view text) { return *dns::NameFromText(text); }

// As record/tuple_key.h has names.
Span Exact(std::string_view name) { return {testing::OrderedName(Name(name).wire()), ""}; }
Span Subtree(std::string_view top) {
  Span span = Exact(top);
  span.lo.pop_back();
  return span;
}

void ExpectSpan(const Result<Question>& question, Side side, const Span& span) {
  ASSERT_TRUE(question.ok()) << question.status().message();
  EXPECT_EQ(question->side, side);
  EXPECT_EQ(ToHex(AsBytes(question->span.lo)), ToHex(AsBytes(span.lo)));
  EXPECT_EQ(ToHex(AsBytes(question->span.hi)), ToHex(AsBytes(span.hi)));
}

template <class T>
void ExpectUsage(const Result<T>& result, std::string_view text) {
  ASSERT_FALSE(result.ok()) << text;
  EXPECT_EQ(result.status().code(), Code::kUsage) << text;
  EXPECT_FALSE(result.status().message().empty());
}

TEST(NameQuestion, ANameIsItsOwner) {
  for (const char* text : {"www.blah.org", "www.blah.org.", "WWW.Blah.ORG", "\\119ww.blah.org"}) {
    ExpectSpan(AskName(text), Side::kOwner, Exact("www.blah.org"));
  }
  ExpectSpan(AskName("."), Side::kOwner, Exact("."));
}

TEST(NameQuestion, AStarIsTheNameAndAllBelow) {
  ExpectSpan(AskName("*.blah.org"), Side::kOwner, Subtree("blah.org"));
  ExpectSpan(AskName("*."), Side::kOwner, Subtree("."));
  ExpectSpan(AskName("*.."), Side::kOwner, Subtree("."));
}

TEST(NameQuestion, AStarAsALabelIsWrittenOtherwise) {
  ExpectSpan(AskName("\\*.blah.org"), Side::kOwner, Exact("*.blah.org"));
  ExpectUsage(AskName("*.*.blah.org"), "*.*.blah.org");
  ExpectSpan(AskName("*"), Side::kOwner, Subtree("."));
}

TEST(NameQuestion, RefusesWhatIsNoName) {
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("a..b"), std::string("*..org"),
        std::string(64, 'a'), std::string("*.") + std::string(64, 'a'), std::string("\\999"),
        std::string("a\0b", 3), std::string(3000, 'a')}) {
    ExpectUsage(AskName(text), text);
  }
}

Span Addresses(std::string_view first, std::string_view last) {
  return {std::string(first), std::string(last)};
}

TEST(RdataQuestion, AddressesAndBlocks) {
  const auto expect = [](std::string_view text, std::string_view first, std::string_view last) {
    SCOPED_TRACE(text);
    ExpectSpan(AskRdata(text), Side::kAddress, Addresses(first, last));
  };
  const auto v4 = [](std::string_view bytes) { return bytes; };
  expect("205.150.150.140", "\xcd\x96\x96\x8c", "\xcd\x96\x96\x8c");
  expect("205.150.150.140/32", "\xcd\x96\x96\x8c", "\xcd\x96\x96\x8c");
  expect("205.150.150.140/31", "\xcd\x96\x96\x8c", "\xcd\x96\x96\x8d");
  expect("205.150.150.141/31", "\xcd\x96\x96\x8c", "\xcd\x96\x96\x8d");
  expect("205.150.150.140/24", v4({"\xcd\x96\x96\0", 4}), "\xcd\x96\x96\xff");
  expect("205.150.150.140/20", v4({"\xcd\x96\x90\0", 4}), "\xcd\x96\x9f\xff");
  expect("0.0.0.0/0", v4({"\0\0\0\0", 4}), "\xff\xff\xff\xff");
  expect("255.255.255.255/0", v4({"\0\0\0\0", 4}), "\xff\xff\xff\xff");
  expect("128.0.0.0/1", v4({"\x80\0\0\0", 4}), "\xff\xff\xff\xff");
}

TEST(RdataQuestion, AddressesOfSixteenBytes) {
  const std::string low(12, '\0');
  const std::string high(12, '\xff');
  const std::string net = "\x20\x01\x0d\xb8";
  ExpectSpan(AskRdata("2001:db8::/32"), Side::kAddress, Addresses(net + low, net + high));
  ExpectSpan(AskRdata("2001:DB8:ffff::1/32"), Side::kAddress, Addresses(net + low, net + high));
  ExpectSpan(AskRdata("::/0"), Side::kAddress,
             Addresses(std::string(16, '\0'), std::string(16, '\xff')));
  const std::string one = std::string(15, '\0') + '\1';
  ExpectSpan(AskRdata("::1"), Side::kAddress, Addresses(one, one));
  ExpectSpan(AskRdata("::1/128"), Side::kAddress, Addresses(one, one));
  const std::string mapped = std::string(10, '\0') + "\xff\xff\xcd\x96\x96\x8c";
  ExpectSpan(AskRdata("::ffff:205.150.150.140"), Side::kAddress, Addresses(mapped, mapped));
}

TEST(RdataQuestion, NamesAndWhatLiesBelow) {
  ExpectSpan(AskRdata("auth01.CA-dns.net"), Side::kTarget, Exact("auth01.ca-dns.net"));
  ExpectSpan(AskRdata("*.ca-dns.net"), Side::kTarget, Subtree("ca-dns.net"));
  ExpectSpan(AskRdata("*."), Side::kTarget, Subtree("."));
}

TEST(RdataQuestion, RefusesWhatIsNeither) {
  for (const char* text :
       {"", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+1", "1.2.3.4/ 8", "1.2.3.4/8x",
        "1.2.3.4/8/8", "::/129", "::1/", "2001:db8::/64x", "2001:db8:::1",
        "12345::", "1.2.3.4/99999999999999999999", "/8", "..", "*..org"}) {
    ExpectUsage(AskRdata(text), text);
  }
}

// No name that was meant ends in a number; a glob asks for one that ends so by mistake.
TEST(RdataQuestion, WhatOnlyLooksLikeAnAddressIsNoName) {
  ExpectUsage(AskRdata("1.2.3.4.5"), "1.2.3.4.5");
  ExpectUsage(AskRdata("1.2.3.256"), "1.2.3.256");
  ExpectSpan(AskRdata("1.2.3.256", Syntax::kGlob), Side::kTarget, Exact("1.2.3.256"));
}

TEST(Notices, SayHowItWasUnderstood) {
  EXPECT_EQ(AskName("www.blah.org")->notice, "");
  EXPECT_EQ(AskName("WWW.blah.org.")->notice, "");
  EXPECT_EQ(AskRdata("192.0.2.1")->notice, "");
  EXPECT_NE(AskName("192.0.2.1")->notice.find("records that hold"), std::string::npos);
  EXPECT_TRUE(AskName("192.0.2.1")->turned);
  EXPECT_FALSE(AskName("www.blah.org")->turned);
  EXPECT_FALSE(AskRdata("192.0.2.1")->turned);
  EXPECT_NE(AskRdata("::ffff:192.0.2.0/120")->notice.find("A records hold 192.0.2.0/24"),
            std::string::npos);
  EXPECT_NE(AskName("::ffff:192.0.2.1")->notice.find("A records hold 192.0.2.1"),
            std::string::npos);
  EXPECT_EQ(AskRdata("::fffe:c000:201")->notice, "");
  EXPECT_EQ(AskRdata("::/0")->notice, "");
  EXPECT_NE(AskName("hxxp://www[.]blah[.]org/x")->notice.find("www.blah.org"), std::string::npos);
  ExpectSpan(AskName("hxxp://www[.]blah[.]org/x"), Side::kOwner, Exact("www.blah.org"));
}

TEST(Patterns, StandOnBothSides) {
  const auto below = AskName("+.blah.org");
  ExpectSpan(below, Side::kOwner, Subtree("blah.org"));
  EXPECT_NE(below->names, nullptr);
  EXPECT_EQ(below->full_scan, "");
  const auto target = AskRdata("+.blah.org");
  ExpectSpan(target, Side::kTarget, Subtree("blah.org"));
  EXPECT_EQ(AskName("b[lh]ah", Syntax::kRegex)->full_scan, "rows");
  EXPECT_EQ(AskName("b?ah.org", Syntax::kGlob)->full_scan, "");
  EXPECT_EQ(AskRdata("*blah*", Syntax::kGlob)->full_scan, "rows that point at names");
  ExpectUsage(AskName("(", Syntax::kRegex), "(");
  ExpectUsage(AskName("a*b*c"), "a*b*c");
}

// As answers print names: a program that asks for one of them means that one.
TEST(ProgramsNames, HaveStarsAtTheirEndsAlone) {
  const auto name = [](std::string_view text) { return AskName(text, Syntax::kName); };
  ExpectSpan(name("*.blah.org"), Side::kOwner, Subtree("blah.org"));
  EXPECT_NE(name("www.blah.*")->names, nullptr);
  EXPECT_NE(name("www.blah.*.")->names, nullptr);
  EXPECT_EQ(name("*")->full_scan, "rows");
  ExpectSpan(name("star.*.blah.org."), Side::kOwner, Exact("star.\\*.blah.org"));
  ExpectSpan(name("pay*.blah.org"), Side::kOwner, Exact("pay\\*.blah.org"));
  ExpectSpan(name("a\\*.blah.org"), Side::kOwner, Exact("a\\*.blah.org"));
  ExpectSpan(name("+.blah.org"), Side::kOwner, Exact("\\+.blah.org"));
  ExpectSpan(name("a:b.blah.org"), Side::kOwner, Exact("a:b.blah.org"));
  ExpectSpan(name("192.0.2.1"), Side::kOwner, Exact("192.0.2.1"));
  ExpectUsage(name("*.blah.*"), "*.blah.*");
  ExpectUsage(name(""), "");
}

TEST(AskPtr, IsTheReverseName) {
  ExpectSpan(AskPtr("127.0.0.1"), Side::kOwner, Exact("1.0.0.127.in-addr.arpa"));
  ExpectSpan(AskPtr("10.1.0.0/16"), Side::kOwner, Subtree("1.10.in-addr.arpa"));
  ExpectUsage(AskPtr("blah.org"), "blah.org");
}

bool Holds(const Result<Question>& question, RrType type, std::string_view rdata) {
  return question->rows(testing::MakeTuple("a.org", type, rdata).view());
}

TEST(AskText, LooksIntoStringsAsOneText) {
  const auto question = AskText("SPF1 Include");
  ASSERT_TRUE(question.ok());
  EXPECT_TRUE(Holds(question, RrType::kTxt, "\x07v=sPf1 \x0binclude:a b"));
  EXPECT_FALSE(Holds(question, RrType::kTxt,
                     "\x04v=sp\x03"
                     "f2 "));
  EXPECT_TRUE(Holds(question, static_cast<RrType>(257), "xspf1 includex"));
  EXPECT_FALSE(Holds(question, RrType::kTxt, ""));
  EXPECT_TRUE(Holds(question, RrType::kTxt, "\xffspf1 include"));  // a bad string is still text
  ExpectUsage(AskText(""), "");
}

TEST(AskRaw, IsTheWholeRdata) {
  const auto question = AskRaw("cd96 96:8C");
  ASSERT_TRUE(question.ok());
  EXPECT_TRUE(Holds(question, RrType::kA, "\xcd\x96\x96\x8c"));
  EXPECT_FALSE(Holds(question, RrType::kTxt, "\xcd\x96\x96"));
  EXPECT_TRUE(Holds(AskRaw(""), RrType::kTxt, ""));
  ExpectUsage(AskRaw("abc"), "abc");
  ExpectUsage(AskRaw("xx"), "xx");
}

TEST(Question, HoldsWhatItsScanWouldFind) {
  const std::string hints = testing::U16(1) + testing::WireName("cdn.net") + testing::U16(4) +
                            testing::U16(8) + "abcdefgh";
  const auto https = testing::MakeTuple("www.blah.org", RrType::kHttps, hints);
  const auto ns = testing::MakeTuple("blah.org", RrType::kNs, testing::WireName("ns.dns.net"));
  const auto text = testing::MakeTuple("blah.org", RrType::kTxt, "\5hello");
  const auto key = testing::MakeTuple("blah.org", RrType::kDnskey, "hello");
  const auto holds = [](const Result<Question>& question, const record::OwnedTuple& tuple) {
    return question->Holds(tuple.view());
  };
  EXPECT_TRUE(holds(AskName("*.blah.org"), https));
  EXPECT_TRUE(holds(AskName("+.blah.org"), https));
  EXPECT_FALSE(holds(AskName("+.blah.org"), ns));
  EXPECT_FALSE(holds(AskName("www.blah.org"), ns));
  EXPECT_TRUE(holds(AskRdata("101.102.103.104"), https));  // its second hint
  EXPECT_TRUE(holds(AskRdata("101.0.0.0/8"), https));
  EXPECT_FALSE(holds(AskRdata("102.0.0.0/8"), https));
  EXPECT_FALSE(holds(AskRdata("::/0"), https));
  EXPECT_TRUE(holds(AskRdata("cdn.net"), https));
  EXPECT_TRUE(holds(AskRdata("+.dns.net"), ns));
  EXPECT_FALSE(holds(AskRdata("blah.org"), ns));
  EXPECT_TRUE(holds(AskText("ell"), text));
  EXPECT_FALSE(holds(AskText("ell"), key));  // not on the side of text
  EXPECT_FALSE(holds(AskText("elk"), text));
  EXPECT_TRUE(holds(AskRaw("68656c6c6f"), key));
}

TEST(ParseTypes, NamesNumbersAndBoth) {
  const auto types = ParseTypes("A,aaaa,TYPE65280,99,type0");
  ASSERT_TRUE(types.ok());
  EXPECT_EQ(*types, (std::vector<RrType>{RrType::kA, RrType::kAaaa, static_cast<RrType>(65280),
                                         RrType::kSpf, RrType{}}));
  EXPECT_EQ(ParseTypes("A")->size(), 1U);
}

TEST(ParseTypes, RefusesWhatIsNone) {
  for (const char* text : {"", ",", "A,", ",A", "A,,AAAA", "A, AAAA", "A;AAAA", "NOTYPE", "65536",
                           "TYPE65536", "-1"}) {
    ExpectUsage(ParseTypes(text), text);
  }
}

TEST(Messages, NameTheThing) {
  EXPECT_NE(AskName("a..b").status().message().find("'a..b'"), std::string::npos);
  EXPECT_NE(ParseTypes("A,NOPE").status().message().find("'NOPE'"), std::string::npos);
}

}  // namespace
}  // namespace pdns::ask
