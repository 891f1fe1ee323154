// Text of rdata. That the text of real records reads back elsewhere is held in tests/rendering;
// here are the forms, the mean bytes, and that nothing unprintable comes out.
#include "dns/rdata_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::Labels;
using testing::U16;
using testing::U32;
using testing::WireName;

constexpr auto kCaa = static_cast<RrType>(257);
constexpr auto kUri = static_cast<RrType>(256);
constexpr auto kUnknown = static_cast<RrType>(65280);

std::string Text(RrType type, std::string_view rdata) { return RdataToText(type, AsBytes(rdata)); }

bool IsInert(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

TEST(RdataToText, OrdinaryRecords) {
  EXPECT_EQ(Text(RrType::kA, "\xcd\x96\x96\x8c"), "205.150.150.140");
  EXPECT_EQ(Text(RrType::kAaaa, std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)),
            "2001:db8::1");
  EXPECT_EQ(Text(RrType::kNs, WireName("ns.blah.org")), "ns.blah.org.");
  EXPECT_EQ(Text(RrType::kMx, U16(10) + WireName("mail.blah.org")), "10 mail.blah.org.");
  EXPECT_EQ(Text(RrType::kTxt, "\5hello\5world"), "\"hello\" \"world\"");
  EXPECT_EQ(Text(RrType::kSrv, U16(1) + U16(2) + U16(443) + WireName("a.org")), "1 2 443 a.org.");
  EXPECT_EQ(Text(RrType::kSoa, WireName("a.org") + WireName("b.org") + U32(4294967295U) + U32(2) +
                                   U32(3) + U32(4) + U32(5)),
            "a.org. b.org. 4294967295 2 3 4 5");
  EXPECT_EQ(Text(kCaa, std::string("\0\5issueca.org", 13)), "0 issue \"ca.org\"");
  EXPECT_EQ(Text(RrType::kHttps, U16(1) + WireName(".") + U16(1) + U16(3) + "\2h2"), "1 . alpn=h2");
}

TEST(RdataToText, NullMxAndRootTargets) {
  EXPECT_EQ(Text(RrType::kMx, U16(0) + WireName(".")), "0 .");
  EXPECT_EQ(Text(RrType::kCname, WireName(".")), ".");
}

TEST(RdataToText, UnknownTypesAndEmptyRdataInTheGenericForm) {
  EXPECT_EQ(Text(kUnknown, "\x0a\x00\x00\x01"), "\\# 1 0a");  // the literal ends at its zero
  EXPECT_EQ(Text(kUnknown, std::string("\x0a\0\0\1", 4)), "\\# 4 0a000001");
  EXPECT_EQ(Text(kUnknown, ""), "\\# 0");
  EXPECT_EQ(Text(RrType::kTxt, ""), "\\# 0");
}

TEST(RdataToText, WhatIsMalformedInTheGenericForm) {
  EXPECT_EQ(Text(RrType::kTxt, "\5cut"), "\\# 4 05637574");
  EXPECT_EQ(Text(RrType::kA, "abc"), "\\# 3 616263");
  EXPECT_EQ(Text(RrType::kNs, WireName("a") + "x"), "\\# 4 01610078");
  EXPECT_EQ(Text(kCaa, std::string("\0\x09issue", 7)), "\\# 7 00096973737565");
}

TEST(RdataToText, StringsAreEscaped) {
  EXPECT_EQ(Text(RrType::kTxt, std::string("\6\"\\;\0\t\x1b", 7)), "\"\\\"\\\\;\\000\\009\\027\"");
  EXPECT_EQ(Text(RrType::kTxt, std::string(1, '\0')), "\"\"");
  EXPECT_EQ(Text(RrType::kTxt, "\4\xc3\xa4\xff$"), "\"\\195\\164\\255$\"");
}

TEST(RdataToText, NamesInsideAreEscaped) {
  EXPECT_EQ(Text(RrType::kNs, Labels({"a.b", std::string_view("\x1b[2J\0", 5)})),
            "a\\.b.\\027[2J\\000.");
}

// ldns shows the port names of the host it runs on; another host reads them otherwise or not at
// all.
TEST(RdataToText, ServicesOfAHostAreNotNamed) {
  const std::string wks = std::string("\xc0\0\2\1\x06\0\0\0\x40", 9);
  EXPECT_EQ(Text(RrType::kWks, wks),
            "\\# 9 c000020106000000"
            "40");
}

TEST(RdataToText, ServiceParametersWithEscapesInTheGenericForm) {
  const std::string comma = U16(1) + WireName(".") + U16(1) + U16(6) + "\5h2,h3";
  EXPECT_EQ(Text(RrType::kSvcb, comma).substr(0, 3), "\\# ");
  const std::string unknown = U16(1) + WireName(".") + U16(667) + U16(5) + "hello";
  EXPECT_EQ(Text(RrType::kSvcb, unknown).substr(0, 3), "\\# ");
}

TEST(RdataToText, HostileBytesStayInert) {
  std::string mean;
  for (int byte = 0; byte < 256; ++byte) mean.push_back(static_cast<char>(byte));
  const std::string rdatas[] = {
      mean,
      "\x1b]0;title\a\x1b[2J\r\n",
      std::string("\0\5issue\x1b[31m\"\\;\n", 15),
      U16(1) + U16(2) + "https://\x1b[2J\"\n\\",
      U16(1) + WireName(".") + U16(1) + U16(8) + "\3\x1b[2\3\",\\",
      U16(1) + WireName("x") + U16(0) + U16(3) + "\0\0",
      std::string("\1\0\0\0", 4) + "\x09\"\"\\\r\n\t\a\b\f",
      std::string(300, '\xff'),
      std::string(300, '\0'),
  };
  for (unsigned type = 1; type < 66000; type = type < 300 ? type + 1 : type + 997) {
    for (const std::string& rdata : rdatas) {
      const std::string text = Text(static_cast<RrType>(type), rdata);
      EXPECT_TRUE(IsInert(text)) << type << ": " << text;
      EXPECT_FALSE(text.empty()) << type;
    }
  }
}

// Random rdata of every type: printable, and the same each time.
TEST(RdataToText, RandomBytesStayInert) {
  std::mt19937 random(7);
  for (unsigned type = 1; type < 270; ++type) {
    for (int round = 0; round < 60; ++round) {
      std::string rdata(random() % 60, '\0');
      for (char& byte : rdata) byte = static_cast<char>(random() % (round % 2 == 0 ? 256 : 8));
      const std::string text = Text(static_cast<RrType>(type), rdata);
      ASSERT_TRUE(IsInert(text)) << type << ": " << text;
      ASSERT_EQ(text, Text(static_cast<RrType>(type), rdata));
      ASSERT_FALSE(text.empty());
    }
  }
}

TEST(RdataToText, LongRdata) {
  std::string strings;
  for (int i = 0; i < 255; ++i) strings += '\xff' + std::string(255, 'x');
  const std::string text = Text(RrType::kTxt, strings);
  EXPECT_EQ(text.size(), 255U * 258 - 1);
  EXPECT_EQ(Text(kUnknown, std::string(65535, 'x')).size(), 9U + 2 * 65535);
  EXPECT_TRUE(IsInert(Text(kUri, U16(1) + U16(2) + std::string(60000, '"'))));
}

}  // namespace
}  // namespace pdns::dns
