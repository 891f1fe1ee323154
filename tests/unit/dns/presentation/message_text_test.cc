#include "dns/presentation/message_text.h"

#include <gtest/gtest.h>

#include <string>

#include "dns/text.h"
#include "unit/support/protobuf.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::MessageBytes;
using testing::Pointer;
using testing::QuestionBytes;
using testing::RecordBytes;
using testing::U16;
using testing::WireName;

TEST(Words, OfNumbers) {
  EXPECT_EQ(OpcodeToText(0), "QUERY");
  EXPECT_EQ(OpcodeToText(5), "UPDATE");
  EXPECT_EQ(OpcodeToText(15), "OPCODE15");
  EXPECT_EQ(RcodeToText(3), "NXDOMAIN");
  EXPECT_EQ(RcodeToText(16), "BADVERS");
  EXPECT_EQ(RcodeToText(4095), "RCODE4095");
  EXPECT_EQ(ClassToText(1), "IN");
  EXPECT_EQ(ClassToText(255), "ANY");
  EXPECT_EQ(ClassToText(77), "CLASS77");
  EXPECT_EQ(EdnsOptionName(10), "COOKIE");
  EXPECT_EQ(EdnsOptionName(65001), "OPT65001");
  EXPECT_EQ(TypeMnemonic(static_cast<RrType>(40)), "SINK");
  EXPECT_EQ(TypeMnemonic(RrType::kAaaa), "AAAA");
  EXPECT_EQ(TypeMnemonic(static_cast<RrType>(65280)), "TYPE65280");
}

TEST(Words, ReadBack) {
  for (unsigned rcode = 0; rcode < 4096; ++rcode) {
    EXPECT_EQ(RcodeFromText(RcodeToText(rcode)), rcode);
    EXPECT_EQ(RcodeFromText(std::to_string(rcode)), rcode);
  }
  EXPECT_EQ(RcodeFromText("servfail"), 2U);
  for (const char* bad : {"", "RCODE", "4096", "-1", "NOPE", "1x", "RCODE1 "}) {
    EXPECT_FALSE(RcodeFromText(bad).has_value()) << bad;
  }
  for (unsigned type = 1; type < 65536; ++type) {
    const auto rrtype = static_cast<RrType>(type);
    EXPECT_EQ(TypeFromText(TypeMnemonic(rrtype)), rrtype) << type;
  }
  EXPECT_EQ(TypeFromText("doa"), static_cast<RrType>(259));
}

TEST(FlagWords, InTheOrderOfTheHeader) {
  EXPECT_TRUE(FlagWords({.flags = 0x0040}).empty());
  EXPECT_EQ(FlagWords({.flags = 0xffff}),
            (std::vector<std::string_view>{"qr", "aa", "tc", "rd", "ra", "ad", "cd"}));
  EXPECT_EQ(FlagWords({.flags = 0x8020}), (std::vector<std::string_view>{"qr", "ad"}));
}

// The text of one answer record behind the question www.Blah.org.
RdataText Of(std::uint16_t type, std::string_view rdata, std::uint16_t rr_class = 1) {
  const std::string wire = MessageBytes({.questions = 1,
                                         .answers = 1,
                                         .body = QuestionBytes(WireName("www.Blah.org")) +
                                                 RecordBytes(Pointer(12), type, rdata, rr_class)});
  const Message message = ReadMessage(AsBytes(wire), Depth::kAll);
  EXPECT_EQ(message.records.size(), 1U);
  return TextOfRdata(message, message.records.at(0));
}

void ExpectText(const RdataText& rdata, const std::string& text) {
  EXPECT_EQ(rdata.text, text);
  EXPECT_FALSE(rdata.malformed) << text;
}

void ExpectMalformed(const RdataText& rdata, const std::string& text) {
  EXPECT_EQ(rdata.text, text);
  EXPECT_TRUE(rdata.malformed) << text;
}

TEST(TextOfRdata, OrdinaryRecords) {
  ExpectText(Of(1, std::string("\xc0\0\2\1", 4)), "192.0.2.1");
  ExpectText(Of(15, U16(10) + "\4Mail" + Pointer(16)), "10 mail.blah.org.");
  ExpectText(Of(16, "\2hi"), "\"hi\"");
  ExpectText(Of(65280, "\1\2"), "\\# 2 0102");
}

TEST(TextOfRdata, WhatIsNotOfItsType) {
  ExpectMalformed(Of(1, "abc"), "\\# 3 616263");
  ExpectMalformed(Of(28, ""), "\\# 0");
  ExpectMalformed(Of(5, "\xc0"), "\\# 1 c0");
  ExpectMalformed(Of(5, WireName("a.org") + "x"), "\\# 8 0161036f72670078");
  ExpectMalformed(Of(2, Pointer(0x3fff)), "\\# 2 ffff");
}

TEST(TextOfRdata, OtherClasses) {
  ExpectText(Of(16, "\5bind9", 3), "\"bind9\"");
  ExpectText(Of(2, "\2ns" + Pointer(16), 3), "ns.blah.org.");
  ExpectText(Of(1, WireName("ch-addr") + U16(1), 3), "\\# 11 0763682d61646472000001");
  ExpectText(Of(1, "", 255), "");
  ExpectText(Of(255, "", 254), "");
  ExpectMalformed(Of(2, "\5ab", 3), "\\# 3 056162");
}

std::string OptionText(std::uint16_t code, std::string_view data) {
  return EdnsOptionText({code, AsBytes(data)});
}

TEST(EdnsOptionText, KnownOptions) {
  EXPECT_EQ(OptionText(3, "ns1\x1b"), "ns1\\x1b");
  EXPECT_EQ(OptionText(8, std::string("\0\1\x18\0\1\2\3", 7)), "1.2.3.0/24/0");
  EXPECT_EQ(OptionText(8, std::string("\0\2\x20\x10\x20\x01\x0d\xb8", 8)), "2001:db8::/32/16");
  EXPECT_EQ(OptionText(15, std::string("\0\x12", 2)), "18 (Prohibited)");
  EXPECT_EQ(OptionText(15, std::string("\0\x12no\n", 5)), "18 (Prohibited): no\\x0a");
  EXPECT_EQ(OptionText(15, std::string("\x03\xe7", 2)), "999");
  EXPECT_EQ(OptionText(10, "ab"), "6162");
}

TEST(EdnsOptionText, WhatIsNotOfItsFormInHex) {
  EXPECT_EQ(OptionText(8, std::string("\0\1\x18", 3)), "000118");
  EXPECT_EQ(OptionText(8, std::string("\0\1\x18\0\1\2\3\4\5", 9)), "000118000102030405");
  EXPECT_EQ(OptionText(8, std::string("\0\3\0\0", 4)), "00030000");
  EXPECT_EQ(OptionText(15, "x"), "78");
  EXPECT_EQ(OptionText(15, ""), "");
}

}  // namespace
}  // namespace pdns::dns
