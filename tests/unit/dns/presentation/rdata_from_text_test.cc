// Text of rdata, read. That RdataToText reads back is held for all rdata by tests/fuzz/import_line
// and tests/golden/import_test.py.
#include "dns/presentation/rdata_from_text.h"

#include <gtest/gtest.h>

#include <string>

#include "dns/presentation/rdata_text.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::U16;
using testing::WireName;

constexpr auto kUnknown = static_cast<RrType>(65280);
constexpr auto kCaa = static_cast<RrType>(257);

std::string Read(RrType type, std::string_view text) {
  return RdataFromText(type, text).value_or("none");
}

TEST(RdataFromText, OrdinaryRecords) {
  EXPECT_EQ(Read(RrType::kA, "205.150.150.140"), "\xcd\x96\x96\x8c");
  EXPECT_EQ(Read(RrType::kAaaa, "2001:DB8::1"),
            std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16));
  EXPECT_EQ(Read(RrType::kNs, "NS.blah.org."), WireName("ns.blah.org"));
  EXPECT_EQ(Read(RrType::kCname, "ns.blah.org"), WireName("ns.blah.org"));
  EXPECT_EQ(Read(RrType::kMx, "10 MAIL.blah.org."), U16(10) + WireName("mail.blah.org"));
  EXPECT_EQ(Read(RrType::kSrv, "1 2 443 a.org."), U16(1) + U16(2) + U16(443) + WireName("a.org"));
  EXPECT_EQ(Read(kCaa, "0 issue \"ca.org\""), std::string("\0\5issueca.org", 13));
  EXPECT_EQ(Read(RrType::kHttps, "1 . alpn=\"h2\""),
            U16(1) + WireName(".") + U16(1) + U16(3) + "\2h2");
}

TEST(RdataFromText, CharacterStrings) {
  EXPECT_EQ(Read(RrType::kTxt, R"("hello" "wor\"ld" bare \065\\ "")"),
            std::string("\5hello\6wor\"ld\4bare\2A\\\0", 22));
  EXPECT_EQ(Read(RrType::kTxt, "\"\\000;\""), std::string("\2\0;", 3));
  EXPECT_EQ(Read(RrType::kTxt, "\"" + std::string(255, 'x') + "\"").size(), 256U);
  for (const std::string& text :
       {std::string(), std::string("\""), std::string("\"a"), std::string("\"a\"b"),
        std::string("a\"b\""), std::string("\\"), std::string("\\25"), std::string("\\256"),
        "\"" + std::string(256, 'x') + "\""}) {
    EXPECT_EQ(Read(RrType::kTxt, text), "none") << text;
  }
}

TEST(RdataFromText, TheGenericForm) {
  EXPECT_EQ(Read(kUnknown, "\\# 4 0a000001"), std::string("\x0a\0\0\1", 4));
  EXPECT_EQ(Read(kUnknown, "\\#  4 0a00 0001 "), std::string("\x0a\0\0\1", 4));
  EXPECT_EQ(Read(kUnknown, "\\# 0"), "");
  EXPECT_EQ(Read(RrType::kMx, "\\# 6 000A02414200"), U16(10) + WireName("ab").substr(0, 4));
  for (const char* text : {"\\#", "\\# x", "\\# 4", "\\# 4 0a0000", "\\# 4 0a00000102",
                           "\\# 4 0a00000x", "\\# 65536 00", "\\# 40a000001"}) {
    EXPECT_EQ(Read(kUnknown, text), "none") << text;
  }
  EXPECT_EQ(Read(RrType::kA, "\\# 3 010203"), "none");
  EXPECT_EQ(Read(RrType::kMx, "\\# 3 000ac0"), "none");
}

TEST(RdataFromText, WhatIsNoTextOfItsType) {
  EXPECT_EQ(Read(RrType::kA, "1.2.3"), "none");
  EXPECT_EQ(Read(RrType::kA, std::string("1.2.3.4\0", 8)), "none");
  EXPECT_EQ(Read(RrType::kNs, "a..b"), "none");
  EXPECT_EQ(Read(RrType::kMx, "10"), "none");
  EXPECT_EQ(Read(RrType::kMx, "10 a.\n. 0 IN MX 20 b."), "none");
  EXPECT_EQ(Read(RrType::kSvcb, R"(1 a. alpn="f\\\\oo")"), "none");  // ldns misreads it
  EXPECT_EQ(Read(RrType::kTxt, std::string(kLongestRdataText + 1, 'x')), "none");
}

TEST(CanonicalLoneRdata, IsLowerCaseAndUncompressed) {
  EXPECT_EQ(CanonicalLoneRdata(RrType::kMx, AsBytes(U16(1) + WireName("AB.c"))),
            U16(1) + WireName("ab.c"));
  EXPECT_EQ(CanonicalLoneRdata(RrType::kNs, AsBytes(WireName("AB.c"))), WireName("ab.c"));
  EXPECT_FALSE(CanonicalLoneRdata(RrType::kMx, AsBytes(std::string("\0\1\xc0\2", 4))).has_value());
  EXPECT_FALSE(CanonicalLoneRdata(RrType::kA, AsBytes("12345")).has_value());
  EXPECT_EQ(CanonicalLoneRdata(kUnknown, {}), "");
  EXPECT_FALSE(CanonicalLoneRdata(kUnknown, AsBytes(std::string(65536, 'x'))).has_value());
}

}  // namespace
}  // namespace pdns::dns
