// Text of rdata. That the text of real records reads back elsewhere is held in tests/rendering;
// here are the forms, the mean bytes, and that nothing unprintable comes out.
#include "dns/presentation/rdata_text.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
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

TEST(RdataToText, AddressesAsTheSystemWritesThem) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string rdata{static_cast<char>(byte), static_cast<char>(255 - byte), '\0', '\x09'};
    char text[INET_ADDRSTRLEN];
    ASSERT_NE(inet_ntop(AF_INET, rdata.data(), text, sizeof text), nullptr);
    EXPECT_EQ(Text(RrType::kA, rdata), text);
  }
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

bool IsGeneric(int type, std::string_view rdata) {
  const std::string text = Text(static_cast<RrType>(type), rdata);
  EXPECT_TRUE(IsInert(text));
  return text.starts_with("\\# " + std::to_string(rdata.size()) + " ");
}

// What ldns writes and reads back, but others refuse or read otherwise.

TEST(GenericForm, TypesThatGoByTheirNumber) {
  for (const int type : {31, 32, 34, 40, 57, 58, 1234, 65280}) {
    EXPECT_TRUE(IsGeneric(type, WireName("a") + WireName("b"))) << type;
  }
}

TEST(GenericForm, MissingFields) {
  EXPECT_TRUE(IsGeneric(13, "\3cpu"));                     // HINFO without an OS
  EXPECT_TRUE(IsGeneric(257, std::string(1, '\0')));       // CAA of its flags
  EXPECT_TRUE(IsGeneric(256, U16(1) + U16(2)));            // URI without a target
  EXPECT_TRUE(IsGeneric(48, U16(257) + "\3\x08"));         // DNSKEY without a key
  EXPECT_TRUE(IsGeneric(15, U16(10)));                     // MX without a name
  EXPECT_TRUE(IsGeneric(51, std::string("\1\0\0\0", 4)));  // NSEC3PARAM without a salt
}

TEST(GenericForm, DigestsOfAWrongLength) {
  for (const int type : {43, 59, 32769}) {
    for (const auto& [kind, size] : {std::pair('\1', 20U), {'\2', 32U}, {'\4', 48U}}) {
      const std::string fixed = U16(1) + "\x08" + kind;
      EXPECT_FALSE(IsGeneric(type, fixed + std::string(size, 'd')));
      EXPECT_TRUE(IsGeneric(type, fixed + std::string(size - 1, 'd')));
      EXPECT_TRUE(IsGeneric(type, fixed + std::string(size + 1, 'd')));
    }
    EXPECT_FALSE(IsGeneric(type, U16(1) + "\x08\x63" + "any length"));
  }
  EXPECT_FALSE(IsGeneric(59, std::string(5, '\0')));  // CDS: remove the DS
  EXPECT_TRUE(IsGeneric(43, std::string(5, '\0')));
  EXPECT_TRUE(IsGeneric(44, "\1\1short"));
  EXPECT_TRUE(IsGeneric(63, U32(1) + "\1\1short"));
}

TEST(GenericForm, PlacesThatAreNotOnEarth) {
  constexpr std::uint32_t kMiddle = 1U << 31;
  const auto loc = [](std::uint32_t latitude, std::uint32_t longitude) {
    return std::string("\0\x12\x16\x13", 4) + U32(latitude) + U32(longitude) + U32(10000000);
  };
  EXPECT_FALSE(IsGeneric(29, loc(kMiddle + 324000000, kMiddle - 648000000)));
  EXPECT_TRUE(IsGeneric(29, loc(kMiddle + 324000001, kMiddle)));
  EXPECT_TRUE(IsGeneric(29, loc(kMiddle - 324000001, kMiddle)));
  EXPECT_TRUE(IsGeneric(29, loc(kMiddle, kMiddle + 648000001)));
  EXPECT_TRUE(IsGeneric(29, loc(0, 0)));
}

TEST(GenericForm, PrefixesOutOfRange) {
  EXPECT_FALSE(IsGeneric(42, U16(1) + "\x20\x04\1\2\3\4"));
  EXPECT_TRUE(IsGeneric(42, U16(1) + "\x21\x04\1\2\3\4"));
  EXPECT_TRUE(IsGeneric(42, U16(2) + "\x81\x01\1"));
}

TEST(GenericForm, ServiceParametersThatOthersDoNotTake) {
  const auto svcb = [](std::uint16_t priority, const std::string& params) {
    return U16(priority) + WireName(".") + params;
  };
  const auto param = [](std::uint16_t key, const std::string& value) {
    return U16(key) + U16(static_cast<std::uint16_t>(value.size())) + value;
  };
  const std::string alpn = param(1, "\2h2");
  EXPECT_FALSE(IsGeneric(64, svcb(1, alpn)));
  EXPECT_FALSE(IsGeneric(64, svcb(1, alpn + param(2, ""))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(2, ""))));  // no-default-alpn, but no alpn
  EXPECT_TRUE(IsGeneric(64, svcb(0, alpn)));          // alias mode
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(4, ""))));  // no address
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(4, "abcde"))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(6, "abcd"))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(5, ""))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(3, "x"))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(1, std::string(1, '\0')))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, alpn + param(2, "x"))));
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(7, "/q"))));       // no place for the question
  EXPECT_TRUE(IsGeneric(64, svcb(1, param(8, "") + alpn)));  // out of order
  EXPECT_TRUE(IsGeneric(64, svcb(1, alpn + alpn)));
  EXPECT_TRUE(IsGeneric(64, svcb(1, alpn + std::string("\0", 1))));
  EXPECT_FALSE(IsGeneric(64, U16(1) + WireName("keys.org") + alpn));
}

TEST(GenericForm, OldTypesWithValuesNobodyReads) {
  EXPECT_FALSE(IsGeneric(19,
                         "\x04"
                         "1234"));
  EXPECT_TRUE(IsGeneric(19,
                        "\x03"
                        "123"));
  EXPECT_TRUE(IsGeneric(19,
                        "\x04"
                        "12a4"));
  EXPECT_FALSE(IsGeneric(25, U16(0x4000) + "\3\5key"));
  EXPECT_TRUE(IsGeneric(25, U16(0xc000) + "\3\5key"));  // a key where there is none
  EXPECT_TRUE(IsGeneric(37, U16(0) + U16(1) + "\5cert"));
  EXPECT_FALSE(IsGeneric(37, U16(1) + U16(1) + "\5cert"));
  EXPECT_TRUE(IsGeneric(35, U16(1) + U16(1) + "\1\xff" + "\1s\1r" + WireName(".")));
}

TEST(RdataToText, TypesInBitmapsGoByTheNamesThatOthersKnow) {
  // A, TYPE31 (EID to ldns), NSEC, TYPE65280
  const std::string bitmap("\0\6\x40\0\0\1\0\1\xff\1\x80", 11);
  EXPECT_EQ(Text(RrType::kNsec, WireName("b.org") + bitmap), "b.org. A TYPE31 NSEC TYPE65280");
  EXPECT_EQ(Text(RrType::kRrsig,
                 U16(31) + "\x08\2" + U32(3600) + U32(1) + U32(0) + U16(7) + WireName("a") + "sig"),
            "TYPE31 8 2 3600 19700101000001 19700101000000 7 a. c2ln");
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

// As many strings as rdata can hold: each took 12 KB of memory, and 8 us.
TEST(RdataText, ManyEmptyStringsAreNotDear) {
  constexpr std::size_t kBytes = 65'280;  // 255 of 255, with their lengths
  std::string few;
  while (few.size() < kBytes) few.append(1, '\xff').append(255, 'x');
  const auto cost = [](const std::string& rdata) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
      const std::clock_t start = std::clock();
      EXPECT_FALSE(RdataToText(record::RrType::kTxt, AsBytes(rdata)).starts_with("\\#"));
      best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
  };
  const double of_few = cost(few);
  const double of_many = cost(std::string(kBytes, '\0'));
  EXPECT_LT(of_many, 40 * std::max(of_few, 0.0001)) << of_many << " s, few " << of_few << " s";
}

// Of types for which ldns has another text than others, or none.
TEST(RdataToText, FormsOfTheirOwn) {
  const auto text = [](std::uint16_t type, const std::string& rdata) {
    return RdataToText(static_cast<record::RrType>(type), AsBytes(rdata));
  };
  constexpr std::uint16_t kNsapPtr = 23;
  constexpr std::uint16_t kNinfo = 56;
  constexpr std::uint16_t kCsync = 62;
  constexpr std::uint16_t kAvc = 258;
  constexpr std::uint16_t kAmtrelay = 260;
  EXPECT_EQ(text(kNsapPtr, std::string(1, '\0')), ".");
  EXPECT_EQ(text(kNsapPtr, testing::WireName("foo.example")), "foo.example.");
  EXPECT_EQ(text(kNsapPtr, "\3foo"), "\\# 4 03666f6f");
  EXPECT_EQ(text(kNinfo, "\4info\1\""), "\"info\" \"\\\"\"");
  EXPECT_EQ(text(kAvc, std::string("\0", 1)), "\"\"");
  EXPECT_EQ(text(kAvc, "\5info"), "\\# 5 05696e666f");
  EXPECT_EQ(text(kCsync, std::string("\0\0\0\5\0\3", 6)), "5 3");
  EXPECT_EQ(text(257, std::string("\0\5issue", 7)), "0 issue \"\"");
  EXPECT_EQ(text(257, std::string("\0\5iss e", 7)),
            "\\# 7 000569737320"
            "65");
  EXPECT_EQ(text(kAmtrelay, std::string("\xa\0", 2)), "10 0 0 .");
  EXPECT_EQ(text(kAmtrelay, "\xa\x81\xc0\1\2\3"), "10 1 1 192.1.2.3");
  EXPECT_EQ(
      text(kAmtrelay, "\xa\2" + std::string("\x20\1\xd\xb8", 4) + std::string(11, '\0') + "\x15"),
      "10 0 2 2001:db8::15");
  EXPECT_EQ(text(kAmtrelay, "\xa\3" + testing::WireName("r.example")), "10 0 3 r.example.");
  EXPECT_EQ(text(kAmtrelay, "\xa\1\1"), "\\# 3 0a0101");
  EXPECT_EQ(text(kAmtrelay, std::string("\xa\0\0", 3)), "\\# 3 0a0000");
}

TEST(RdataToText, ServicesByNumbers) {
  const auto wks = [](const std::string& behind) {
    return Text(RrType::kWks, std::string("\xc0\0\2\1", 4) + behind);
  };
  EXPECT_EQ(wks("\x06"), "192.0.2.1 6");
  EXPECT_EQ(wks(std::string("\x06\0\0\0\x40", 5)), "192.0.2.1 6 25");
  EXPECT_EQ(wks("\x11" + std::string(8191, '\0') + "\1"), "192.0.2.1 17 65535");
  EXPECT_TRUE(wks("\x11" + std::string(8192, '\0') + "\1").starts_with("\\# "));
  EXPECT_TRUE(wks(std::string("\x11\x80\0", 3)).starts_with("\\# "));
  EXPECT_TRUE(wks("").starts_with("\\# "));
}

TEST(RdataToText, ServiceParameters) {
  const auto text = [](const std::string& params) {
    return Text(RrType::kSvcb, U16(1) + WireName(".") + params);
  };
  const auto param = [](std::uint16_t key, const std::string& value) {
    return U16(key) + U16(static_cast<std::uint16_t>(value.size())) + value;
  };
  EXPECT_EQ(text(param(1, "\2h2\10http/1.1")), "1 . alpn=h2,http/1.1");
  EXPECT_EQ(text(param(1, "\5h2,h3\4\\\"\xff ")), R"(1 . alpn="h2\\,h3,\\\\\"\255 ")");
  EXPECT_EQ(text(param(7, "/q{?dns}")), R"(1 . key7="/q{?dns}")");
  EXPECT_EQ(text(param(8, "") + param(667, "a \"\\,")), R"(1 . key8 key667="a \"\\,")");
  EXPECT_EQ(text(param(0, U16(3) + U16(667)) + param(3, U16(443)) + param(667, "x")),
            R"(1 . mandatory=port,key667 port=443 key667="x")");
  EXPECT_EQ(text(param(4, "abcdefgh") + param(5, "ech!") + param(6, std::string(15, '\0') + "\1")),
            "1 . ipv4hint=97.98.99.100,101.102.103.104 ech=ZWNoIQ== ipv6hint=::1");
}

TEST(RdataToText, HashesAndPrefixesWithoutStrayBlanks) {
  const std::string hash(20, 'h');
  EXPECT_EQ(Text(RrType::kNsec3param, std::string("\1\0\0\0\0", 5)), "1 0 0 -");
  EXPECT_EQ(Text(RrType::kNsec3, std::string("\1\0\0\0\0\x14", 6) + hash),
            "1 0 0 - d1k6gq38d1k6gq38d1k6gq38d1k6gq38");
  EXPECT_EQ(Text(RrType::kNsec3,
                 std::string("\1\0\0\12\2\xab\xcd\x14", 8) + hash + std::string("\0\1\x40", 3)),
            "1 0 10 abcd d1k6gq38d1k6gq38d1k6gq38d1k6gq38 A");
  EXPECT_EQ(Text(RrType::kNsec3, std::string("\2\0\0\0\0\5hhhhh", 11)), "2 0 0 - d1k6gq38");
  EXPECT_TRUE(IsGeneric(50, std::string("\2\0\0\0\0\x28", 6) + std::string(40, 'h')));
  // BIND, for which one such record spoils a zone, wants a SHA-1 to be whole.
  EXPECT_EQ(Text(RrType::kNsec3, std::string("\1\0\0\0\0\5hhhhh", 11)),
            "\\# 11 0100000000056868686868");
  EXPECT_EQ(Text(static_cast<RrType>(42),
                 U16(1) + "\x08\x01\x0a" + U16(2) + "\x80\x90" + std::string(15, '\0') + "\1"),
            "1:10.0.0.0/8 !2:::1/128");
  EXPECT_EQ(Text(static_cast<RrType>(42), ""), "\\# 0");
  EXPECT_EQ(Text(static_cast<RrType>(42), U16(1) + std::string("\x08\x02\x0a\0", 4)),
            "\\# 6 000108020a00");
}

// What a client must know has to be there.
TEST(GenericForm, MandatoryParametersThatAreNotThere) {
  const auto text = [](const std::string& parameters) {
    return RdataToText(record::RrType::kHttps, AsBytes(std::string("\0\1\0", 3) + parameters));
  };
  const std::string alpn("\0\1\0\3\2h2", 7);
  EXPECT_EQ(text(std::string("\0\0\0\2\0\1", 6) + alpn), "1 . mandatory=alpn alpn=h2");
  for (const std::string& keys : {std::string("\0\0\0\2\0\1", 6),                // alone
                                  std::string("\0\0\0\2\0\3", 6) + alpn,         // port
                                  std::string("\0\0\0\2\0\0", 6) + alpn,         // itself
                                  std::string("\0\0\0\4\0\1\0\1", 8) + alpn}) {  // twice
    EXPECT_TRUE(text(keys).starts_with("\\#")) << text(keys);
  }
}

}  // namespace
}  // namespace pdns::dns
