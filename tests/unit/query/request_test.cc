#include "query/request.h"

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
  EXPECT_FALSE(result.ok()) << text;
  EXPECT_EQ(result.status().code(), Code::kUsage) << text;
  EXPECT_FALSE(result.status().message().empty());
}

TEST(NameQuestion, ANameIsItsOwner) {
  for (const char* text : {"www.blah.org", "www.blah.org.", "WWW.Blah.ORG", "\\119ww.blah.org"}) {
    ExpectRange(ParseNameQuestion(text), Index::kForward, store::OwnerRange(Name("www.blah.org")));
  }
  ExpectRange(ParseNameQuestion("."), Index::kForward, store::OwnerRange(record::Name()));
}

TEST(NameQuestion, AStarIsTheNameAndAllBelow) {
  ExpectRange(ParseNameQuestion("*.blah.org"), Index::kForward,
              store::SubtreeRange(Name("blah.org")));
  ExpectRange(ParseNameQuestion("*."), Index::kForward, store::SubtreeRange(record::Name()));
  ExpectRange(ParseNameQuestion("*.."), Index::kForward, store::SubtreeRange(record::Name()));
}

TEST(NameQuestion, AStarAsALabelIsWrittenOtherwise) {
  ExpectRange(ParseNameQuestion("\\*.blah.org"), Index::kForward,
              store::OwnerRange(Name("*.blah.org")));
  ExpectRange(ParseNameQuestion("*.*.blah.org"), Index::kForward,
              store::SubtreeRange(Name("*.blah.org")));
  ExpectRange(ParseNameQuestion("*"), Index::kForward, store::OwnerRange(Name("*")));
}

TEST(NameQuestion, RefusesWhatIsNoName) {
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("a..b"), std::string("*..org"),
        std::string(64, 'a'), std::string("*.") + std::string(64, 'a'), std::string("\\999"),
        std::string("a\0b", 3), std::string(3000, 'a')}) {
    ExpectUsage(ParseNameQuestion(text), text);
  }
}

// An address range as the codec makes it, from bytes in hex order.
KeyRange Addresses(std::string_view first, std::string_view last) {
  return store::AddressRange(AsBytes(first), AsBytes(last));
}

TEST(RdataQuestion, AddressesAndBlocks) {
  const auto expect = [](std::string_view text, std::string_view first, std::string_view last) {
    SCOPED_TRACE(text);
    ExpectRange(ParseRdataQuestion(text), Index::kReverse, Addresses(first, last));
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
  ExpectRange(ParseRdataQuestion("2001:db8::/32"), Index::kReverse,
              Addresses(net + low, net + high));
  ExpectRange(ParseRdataQuestion("2001:DB8:ffff::1/32"), Index::kReverse,
              Addresses(net + low, net + high));
  ExpectRange(ParseRdataQuestion("::/0"), Index::kReverse,
              Addresses(std::string(16, '\0'), std::string(16, '\xff')));
  const std::string one = std::string(15, '\0') + '\1';
  ExpectRange(ParseRdataQuestion("::1"), Index::kReverse, Addresses(one, one));
  ExpectRange(ParseRdataQuestion("::1/128"), Index::kReverse, Addresses(one, one));
  const std::string mapped = std::string(10, '\0') + "\xff\xff\xcd\x96\x96\x8c";
  ExpectRange(ParseRdataQuestion("::ffff:205.150.150.140"), Index::kReverse,
              Addresses(mapped, mapped));
}

TEST(RdataQuestion, NamesAndWhatLiesBelow) {
  ExpectRange(ParseRdataQuestion("auth01.CA-dns.net"), Index::kReverse,
              store::TargetRange(Name("auth01.ca-dns.net")));
  ExpectRange(ParseRdataQuestion("*.ca-dns.net"), Index::kReverse,
              store::TargetSubtreeRange(Name("ca-dns.net")));
  ExpectRange(ParseRdataQuestion("*."), Index::kReverse, store::TargetSubtreeRange(record::Name()));
}

TEST(RdataQuestion, RefusesWhatIsNeither) {
  for (const char* text :
       {"", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+1", "1.2.3.4/ 8", "1.2.3.4/8x",
        "1.2.3.4/8/8", "1.2.3/8", "::/129", "::1/", "2001:db8::/64x", "2001:db8:::1",
        "12345::", "1.2.3.4/99999999999999999999", "/8", "a.org/8", "..", "*..org"}) {
    ExpectUsage(ParseRdataQuestion(text), text);
  }
}

TEST(RdataQuestion, WhatOnlyLooksLikeAnAddressIsAName) {
  ExpectRange(ParseRdataQuestion("1.2.3.4.5"), Index::kReverse,
              store::TargetRange(Name("1.2.3.4.5")));
  ExpectRange(ParseRdataQuestion("1.2.3.256"), Index::kReverse,
              store::TargetRange(Name("1.2.3.256")));
}

TEST(IsAddress, TellsAddressesFromNames) {
  for (const char* text : {"1.2.3.4", "1.2.3.0/24", "::", "2001:db8::1", "::/0"}) {
    EXPECT_TRUE(IsAddress(text)) << text;
  }
  for (const char* text : {"", "1.2.3", "1.2.3.4.", "1.2.3.4/33", "a.org", "4.3.2.1.in-addr.arpa",
                           "*.1.2.3", "fe80::1%eth0"}) {
    EXPECT_FALSE(IsAddress(text)) << text;
  }
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
  EXPECT_NE(ParseNameQuestion("a..b").status().message().find("'a..b'"), std::string::npos);
  EXPECT_NE(ParseTypes("A,NOPE").status().message().find("'NOPE'"), std::string::npos);
}

}  // namespace
}  // namespace pdns::query
