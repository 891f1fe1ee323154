#include "query/question.h"

#include <gtest/gtest.h>

#include <string>

#include "store/reverse_key.h"
#include "unit/store/rows.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Index;
using store::KeyRange;

record::Name Name(std::string_view text) { return *dns::NameFromText(text); }

void ExpectRange(const Result<Question>& question, Index index, const KeyRange& range) {
  ASSERT_TRUE(question.ok()) << question.status().message();
  EXPECT_EQ(question->index, index);
  EXPECT_EQ(ToHex(AsBytes(question->range.lo)), ToHex(AsBytes(range.lo)));
  EXPECT_EQ(ToHex(AsBytes(question->range.hi)), ToHex(AsBytes(range.hi)));
}

template <class T>
void ExpectUsage(const Result<T>& result, std::string_view text) {
  ASSERT_FALSE(result.ok()) << text;
  EXPECT_EQ(result.status().code(), Code::kUsage) << text;
  EXPECT_FALSE(result.status().message().empty());
}

TEST(NameQuestion, ANameIsItsOwner) {
  for (const char* text : {"www.blah.org", "www.blah.org.", "WWW.Blah.ORG", "\\119ww.blah.org"}) {
    ExpectRange(AskName(text), Index::kForward, store::OwnerRange(Name("www.blah.org")));
  }
  ExpectRange(AskName("."), Index::kForward, store::OwnerRange(record::Name()));
}

TEST(NameQuestion, AStarIsTheNameAndAllBelow) {
  ExpectRange(AskName("*.blah.org"), Index::kForward, store::SubtreeRange(Name("blah.org")));
  ExpectRange(AskName("*."), Index::kForward, store::SubtreeRange(record::Name()));
  ExpectRange(AskName("*.."), Index::kForward, store::SubtreeRange(record::Name()));
}

TEST(NameQuestion, AStarAsALabelIsWrittenOtherwise) {
  ExpectRange(AskName("\\*.blah.org"), Index::kForward, store::OwnerRange(Name("*.blah.org")));
  ExpectUsage(AskName("*.*.blah.org"), "*.*.blah.org");
  ExpectRange(AskName("*"), Index::kForward, store::SubtreeRange(record::Name()));
}

TEST(NameQuestion, RefusesWhatIsNoName) {
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("a..b"), std::string("*..org"),
        std::string(64, 'a'), std::string("*.") + std::string(64, 'a'), std::string("\\999"),
        std::string("a\0b", 3), std::string(3000, 'a')}) {
    ExpectUsage(AskName(text), text);
  }
}

// An address range as the codec makes it, from bytes in hex order.
KeyRange Addresses(std::string_view first, std::string_view last) {
  return store::AddressRange(AsBytes(first), AsBytes(last));
}

TEST(RdataQuestion, AddressesAndBlocks) {
  const auto expect = [](std::string_view text, std::string_view first, std::string_view last) {
    SCOPED_TRACE(text);
    ExpectRange(AskRdata(text), Index::kReverse, Addresses(first, last));
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
  ExpectRange(AskRdata("2001:db8::/32"), Index::kReverse, Addresses(net + low, net + high));
  ExpectRange(AskRdata("2001:DB8:ffff::1/32"), Index::kReverse, Addresses(net + low, net + high));
  ExpectRange(AskRdata("::/0"), Index::kReverse,
              Addresses(std::string(16, '\0'), std::string(16, '\xff')));
  const std::string one = std::string(15, '\0') + '\1';
  ExpectRange(AskRdata("::1"), Index::kReverse, Addresses(one, one));
  ExpectRange(AskRdata("::1/128"), Index::kReverse, Addresses(one, one));
  const std::string mapped = std::string(10, '\0') + "\xff\xff\xcd\x96\x96\x8c";
  ExpectRange(AskRdata("::ffff:205.150.150.140"), Index::kReverse, Addresses(mapped, mapped));
}

TEST(RdataQuestion, NamesAndWhatLiesBelow) {
  ExpectRange(AskRdata("auth01.CA-dns.net"), Index::kReverse,
              store::TargetRange(Name("auth01.ca-dns.net")));
  ExpectRange(AskRdata("*.ca-dns.net"), Index::kReverse,
              store::TargetSubtreeRange(Name("ca-dns.net")));
  ExpectRange(AskRdata("*."), Index::kReverse, store::TargetSubtreeRange(record::Name()));
}

TEST(RdataQuestion, RefusesWhatIsNeither) {
  for (const char* text :
       {"", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+1", "1.2.3.4/ 8", "1.2.3.4/8x",
        "1.2.3.4/8/8", "::/129", "::1/", "2001:db8::/64x", "2001:db8:::1",
        "12345::", "1.2.3.4/99999999999999999999", "/8", "..", "*..org"}) {
    ExpectUsage(AskRdata(text), text);
  }
}

TEST(RdataQuestion, WhatOnlyLooksLikeAnAddressIsAName) {
  ExpectRange(AskRdata("1.2.3.4.5"), Index::kReverse, store::TargetRange(Name("1.2.3.4.5")));
  ExpectRange(AskRdata("1.2.3.256"), Index::kReverse, store::TargetRange(Name("1.2.3.256")));
}

TEST(Notices, SayHowItWasUnderstood) {
  EXPECT_EQ(AskName("www.blah.org")->notice, "");
  EXPECT_EQ(AskName("WWW.blah.org.")->notice, "");
  EXPECT_EQ(AskRdata("192.0.2.1")->notice, "");
  EXPECT_NE(AskName("192.0.2.1")->notice.find("--rdata"), std::string::npos);
  EXPECT_NE(AskName("hxxp://www[.]blah[.]org/x")->notice.find("www.blah.org"), std::string::npos);
  ExpectRange(AskName("hxxp://www[.]blah[.]org/x"), Index::kForward,
              store::OwnerRange(Name("www.blah.org")));
}

TEST(Patterns, StandOnBothSides) {
  const auto below = AskName("+.blah.org");
  ExpectRange(below, Index::kForward, store::SubtreeRange(Name("blah.org")));
  EXPECT_NE(below->names, nullptr);
  EXPECT_EQ(below->whole, "");
  const auto target = AskRdata("+.blah.org");
  ExpectRange(target, Index::kReverse, store::TargetSubtreeRange(Name("blah.org")));
  EXPECT_EQ(AskName("b[lh]ah", Syntax::kRegex)->whole, "rows");
  EXPECT_EQ(AskName("b?ah.org", Syntax::kGlob)->whole, "");
  EXPECT_EQ(AskRdata("*blah*", Syntax::kGlob)->whole, "rows that point at names");
  ExpectUsage(AskName("(", Syntax::kRegex), "(");
  ExpectUsage(AskName("a*b*c"), "a*b*c");
}

TEST(AskPtr, IsTheReverseName) {
  ExpectRange(AskPtr("127.0.0.1"), Index::kForward,
              store::OwnerRange(Name("1.0.0.127.in-addr.arpa")));
  ExpectRange(AskPtr("10.1.0.0/16"), Index::kForward,
              store::SubtreeRange(Name("1.10.in-addr.arpa")));
  ExpectUsage(AskPtr("blah.org"), "blah.org");
}

bool Holds(const Result<Question>& question, RrType type, std::string_view rdata) {
  return question->rows(store::MakeTuple("a.org", type, rdata).view());
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
}  // namespace pdns::query
