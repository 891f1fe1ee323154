// The form is held to dnstap-read itself in tests/golden/tap_test.py; here is what no capture has.
#include "tap/print/line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/support/tapped.h"

namespace pdns::tap {
namespace {

using testing::AddressResponse;
using testing::Exchange;
using testing::Fields;
using testing::Labels;
using testing::MessageBytes;
using testing::QuestionBytes;
using testing::Tapped;
using testing::WireName;

std::string Line(const Fields& message, bool colour = false) {
  return FrameToLine(Tapped(message).frame(), {Zone::kUtc, colour});
}

TEST(FrameToLine, QueriesAndResponses) {
  const std::string response = AddressResponse("www.blah.org");
  const std::string query =
      MessageBytes({.flags = 0x0100, .questions = 1, .body = QuestionBytes(WireName("q.org"), 28)});
  EXPECT_EQ(Line(Exchange(4).Blob(14, response)),
            "14-Nov-2023 22:13:21.123 RR 127.0.0.1:5300 <- 127.0.53.1:53 UDP 46b "
            "www.blah.org/IN/A");
  EXPECT_EQ(Line(Exchange(5).Blob(10, query).Blob(14, response)),
            "14-Nov-2023 22:13:20.000 CQ 127.0.0.1:5300 -> 127.0.53.1:53 UDP 23b q.org/IN/AAAA");
  EXPECT_EQ(Line(Exchange(4).Blob(10, query)),
            "14-Nov-2023 22:13:21.123 RR 127.0.0.1:5300 <- 127.0.53.1:53 UDP 0b ?/?/?");
}

TEST(FrameToLine, WhatIsNotSaidOrNotKnown) {
  const std::string no_time = R"(????-??-?? ??:??:??.???)";
  EXPECT_EQ(Line(Fields().Number(1, 4)), no_time + " RR ? <- ? ? 0b ?/?/?");
  EXPECT_EQ(Line(Fields().Number(1, 99).Number(3, 9).Blob(4, "abc").Blob(5, std::string(16, '\1'))),
            no_time + " ?99 ?:? -> 101:101:101:101:101:101:101:101:? ? 0b ?/?/?");
  EXPECT_EQ(Line(Fields().Number(1, 12).Number(3, 4)), no_time + " TR ? <- ? DOH 0b ?/?/?");
}

TEST(FrameToLine, NamesAreInert) {
  const std::string query =
      MessageBytes({.questions = 1, .body = QuestionBytes(Labels({"\x1b[31m", "a.b"}), 65280, 3)});
  const std::string line = Line(Exchange(4).Blob(14, query));
  EXPECT_TRUE(line.ends_with(" \\027[31m.a\\.b/CH/TYPE65280")) << line;
}

TEST(FrameToLine, TheQuestionOfABrokenMessageIsShown) {
  const std::string broken =
      MessageBytes({.questions = 1, .answers = 1, .body = QuestionBytes(WireName("a.org"))});
  EXPECT_TRUE(Line(Exchange(4).Blob(14, broken)).ends_with(" a.org/IN/A"));
  EXPECT_TRUE(Line(Exchange(4).Blob(14, "short")).ends_with(" 5b ?/?/?"));
}

TEST(FrameToLine, ColoursOnlyWhenAsked) {
  const auto with_rcode = [](unsigned rcode) {
    return Exchange(4).Blob(14, testing::DnsMessage(WireName("a.org")).Rcode(rcode).Bytes());
  };
  EXPECT_EQ(Line(with_rcode(2)).find('\x1b'), std::string::npos);
  const std::string good = Line(with_rcode(0), true);
  EXPECT_NE(good.find("m"
                      "RR\x1b[0m "),
            std::string::npos);
  EXPECT_TRUE(good.ends_with(" a.org/IN/A")) << good;
  EXPECT_TRUE(Line(with_rcode(3), true).ends_with(" a.org/IN/A"));
  EXPECT_TRUE(Line(with_rcode(2), true).ends_with(" \x1b[31ma.org/IN/A\x1b[0m"));
  EXPECT_TRUE(Line(Exchange(4).Blob(14, "short"), true).ends_with(" \x1b[31m?/?/?\x1b[0m"));
}

TEST(MalformedLine, SaysTheSize) {
  EXPECT_EQ(MalformedLine(17, false), "malformed 17b");
  EXPECT_EQ(MalformedLine(17, true), "\x1b[31mmalformed\x1b[0m 17b");
}

TEST(ShortTypeName, AsDnstapReadHasIt) {
  std::string all;
  for (std::uint32_t type = 1; type < 15; ++type) all += ShortTypeName(type) + " ";
  EXPECT_EQ(all, "AQ AR RQ RR CQ CR FQ FR SQ SR TQ TR UQ UR ");
  EXPECT_EQ(ShortTypeName(0), "?0");
  EXPECT_EQ(ShortTypeName(15), "?15");
}

}  // namespace
}  // namespace pdns::tap
