#include "tap/filter.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/support/tapped.h"

namespace pdns::tap {
namespace {

using record::RrType;
using testing::Exchange;
using testing::Fields;
using testing::MessageBytes;
using testing::OptRecord;
using testing::Pointer;
using testing::QuestionBytes;
using testing::RecordBytes;
using testing::Tapped;
using testing::WireName;

const std::string kAddress("\xc0\0\2\1", 4);

// RESOLVER_RESPONSE, wWw.Blah.org A 192.0.2.1, 127.0.0.1 <- 127.0.53.1.
Fields Ordinary(std::uint16_t flags = 0x8180) {
  return Exchange(4).Blob(14, MessageBytes({.flags = flags,
                                            .questions = 1,
                                            .answers = 1,
                                            .body = QuestionBytes(WireName("wWw.Blah.org")) +
                                                    RecordBytes(Pointer(12), 1, kAddress)}));
}

bool Shows(const Filter& filter, const Fields& message) {
  return Passes(filter, Tapped(message).frame());
}

Filter Named(const char* name) { return {.names = {*ParseNamePattern(name)}}; }
Filter At(const char* block) { return {.addresses = {*ParseBlock(block)}}; }
Filter Holding(const char* block) { return {.answer_addresses = {*ParseBlock(block)}}; }
Filter Coded(const char* rcodes) { return {.rcodes = *ParseRcodes(rcodes)}; }
Filter Typed(const char* types) { return {.types = *ParseMessageTypes(types)}; }

TEST(Passes, EmptyShowsEverything) {
  EXPECT_TRUE(Filter().empty());
  EXPECT_TRUE(Shows({}, Ordinary()));
  EXPECT_TRUE(Shows({}, Fields().Number(1, 99)));
  for (const Filter& one : {Named("a"), At("::1"), Holding("::1"), Coded("0"), Typed("RR"),
                            Filter{.rrtypes = {RrType::kA}}}) {
    EXPECT_FALSE(one.empty());
    EXPECT_FALSE(Shows(one, Fields().Number(1, 99)));
  }
}

TEST(Passes, MessageType) {
  EXPECT_TRUE(Shows(Typed("RR"), Ordinary()));
  EXPECT_TRUE(Shows(Typed("cq,resolver_response"), Ordinary()));
  EXPECT_FALSE(Shows(Typed("RQ"), Ordinary()));
  EXPECT_FALSE(Shows(Typed("RR"), Fields().Number(1, 36)));  // 4 modulo 32
  EXPECT_EQ(*ParseMessageTypes("AUTH_QUERY"), *ParseMessageTypes("aq"));
}

TEST(Passes, Name) {
  EXPECT_TRUE(Shows(Named("www.blah.org"), Ordinary()));
  EXPECT_TRUE(Shows(Named("WWW.blah.org."), Ordinary()));
  EXPECT_FALSE(Shows(Named("blah.org"), Ordinary()));
  EXPECT_TRUE(Shows(Named("*.blah.org"), Ordinary()));
  EXPECT_TRUE(Shows(Named("*.www.blah.org"), Ordinary()));
  EXPECT_TRUE(Shows(Named("*."), Ordinary()));
  EXPECT_FALSE(Shows(Named("*.lah.org"), Ordinary()));
  Filter two = Named("a.org");
  two.names.push_back(*ParseNamePattern("*.org"));
  EXPECT_TRUE(Shows(two, Ordinary()));
}

TEST(Passes, RrType) {
  EXPECT_TRUE(Shows({.rrtypes = *ParseRrTypes("AAAA,a")}, Ordinary()));
  EXPECT_FALSE(Shows({.rrtypes = *ParseRrTypes("AAAA,TYPE65280")}, Ordinary()));
}

TEST(Passes, Rcode) {
  EXPECT_TRUE(Shows(Coded("noerror"), Ordinary()));
  EXPECT_TRUE(Shows(Coded("SERVFAIL,NXDOMAIN"), Ordinary(0x8183)));
  EXPECT_FALSE(Shows(Coded("SERVFAIL"), Ordinary(0x8183)));
  EXPECT_FALSE(Shows(Coded("NOERROR"), Ordinary(0x0100))) << "a query has no rcode";
  const Fields badvers =
      Exchange(4).Blob(14, MessageBytes({.additional = 1, .body = OptRecord("", 0x01000000)}));
  EXPECT_TRUE(Shows(Coded("BADVERS"), badvers));
  EXPECT_FALSE(Shows(Coded("NOERROR"), badvers));
}

TEST(Passes, Address) {
  for (const char* block :
       {"127.0.0.1", "127.0.53.1", "127.0.53.0/24", "0.0.0.0/0", "127.0.0.0/31"})
    EXPECT_TRUE(Shows(At(block), Ordinary())) << block;
  for (const char* block : {"127.0.0.2", "127.0.53.2/31", "128.0.0.0/1", "::/0"})
    EXPECT_FALSE(Shows(At(block), Ordinary())) << block;
  EXPECT_FALSE(Shows(At("0.0.0.0/0"), Fields().Number(1, 4).Blob(4, "abc")));
}

TEST(Passes, AnswerAddress) {
  EXPECT_TRUE(Shows(Holding("192.0.2.0/24"), Ordinary()));
  EXPECT_FALSE(Shows(Holding("192.0.3.0/24"), Ordinary()));
  const auto with = [](std::uint16_t type, std::uint16_t answers, std::uint16_t additional,
                       const std::string& rdata) {
    return Exchange(4).Blob(14, MessageBytes({.questions = 1,
                                              .answers = answers,
                                              .additional = additional,
                                              .body = QuestionBytes(WireName("a")) +
                                                      RecordBytes(Pointer(12), type, rdata)}));
  };
  EXPECT_TRUE(Shows(Holding("100::/8"), with(28, 1, 0, std::string(16, '\1'))));
  EXPECT_FALSE(Shows(Holding("192.0.2.1"), with(1, 0, 1, kAddress))) << "not an answer";
  EXPECT_FALSE(Shows(Holding("192.0.2.1"), with(16, 1, 0, kAddress))) << "not an address";
  EXPECT_FALSE(Shows(Holding("0.0.0.0/0"), with(1, 1, 0, "abc"))) << "malformed";
}

TEST(Passes, AllMustHold) {
  Filter filter = Named("www.blah.org");
  filter.rrtypes = {RrType::kA};
  filter.types = *ParseMessageTypes("RR");
  filter.addresses = {*ParseBlock("127.0.53.1")};
  EXPECT_TRUE(Shows(filter, Ordinary()));
  filter.rcodes = {3};
  EXPECT_FALSE(Shows(filter, Ordinary()));
}

TEST(Passes, ABrokenMessageByWhatCanBeRead) {
  const Fields broken =
      Exchange(4).Blob(14, MessageBytes({.flags = 0x8182,
                                         .questions = 1,
                                         .answers = 5,
                                         .body = QuestionBytes(WireName("a.org"))}));
  EXPECT_TRUE(Shows(Named("a.org"), broken));
  EXPECT_TRUE(Shows(Coded("SERVFAIL"), broken));
  EXPECT_FALSE(Shows(Named("a.org"), Exchange(4).Blob(14, "short")));
}

template <class T>
void ExpectUsage(Result<T> (*parse)(std::string_view), std::initializer_list<const char*> texts) {
  for (const char* text : texts) {
    const auto parsed = parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), Code::kUsage) << text;
    EXPECT_NE(parsed.status().message().find('\''), std::string::npos) << text;
  }
}

TEST(Parse, WhatCannotBeMeant) {
  ExpectUsage(ParseMessageTypes, {"", "RR,", "XX", "RESOLVER", "UNKNOWN", "?1"});
  ExpectUsage(ParseNamePattern, {"", "a..b", "*.a..b", "\x1b..b"});
  ExpectUsage(ParseRrTypes, {"", "A,", "NOPE", "65536"});
  ExpectUsage(ParseRcodes, {"", "NOPE", "4096"});
  ExpectUsage(ParseBlock, {"", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/x", "a.org"});
}

}  // namespace
}  // namespace pdns::tap
