#include "dns/message.h"

#include <gtest/gtest.h>

#include <string>

#include "dns/text.h"
#include "unit/support/protobuf.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::MessageBytes;
using testing::OptRecord;
using testing::Pointer;
using testing::QuestionBytes;
using testing::RecordBytes;
using testing::Sections;
using testing::U16;
using testing::U32;
using testing::WireName;

const std::string kAddress("\xc0\0\2\1", 4);

// A question, and a record in each section, with EDNS.
std::string Full() {
  const std::string option = U16(10) + U16(8) + "COOKIE!!";
  return MessageBytes({.flags = 0x8583,
                       .questions = 1,
                       .answers = 1,
                       .authority = 1,
                       .additional = 2,
                       .body = QuestionBytes(WireName("wWw.Blah.ORG")) +
                               RecordBytes(Pointer(12), 1, kAddress) +
                               RecordBytes(Pointer(16), 2, "\2Ns" + Pointer(16)) +
                               RecordBytes("\2ns" + Pointer(16), 1, kAddress, 1, 60) +
                               OptRecord(option, 0x01028001)});
}

TEST(ReadMessage, AllSections) {
  const std::string wire = Full();
  const Message message = ReadMessage(AsBytes(wire), Depth::kAll);
  EXPECT_EQ(message.fault, "");
  EXPECT_EQ(message.behind, 0U);
  ASSERT_TRUE(message.header.has_value());
  EXPECT_EQ(message.header->id, 0x1234);
  EXPECT_EQ(message.header->flags, 0x8583);
  EXPECT_TRUE(message.header->response());
  EXPECT_EQ(message.header->opcode(), 0U);
  EXPECT_EQ(message.rcode(), 0x13U);
  ASSERT_EQ(message.questions.size(), 1U);
  EXPECT_EQ(NameToText(AsBytes(message.questions[0].name)), "wWw.Blah.ORG.");
  ASSERT_EQ(message.records.size(), 3U);
  EXPECT_EQ(message.records[0].section, Section::kAnswer);
  EXPECT_EQ(NameToText(AsBytes(message.records[0].owner)), "wWw.Blah.ORG.");
  EXPECT_EQ(AsText(message.records[0].rdata), kAddress);
  EXPECT_EQ(wire.substr(message.records[0].rdata_at, 4), kAddress);
  EXPECT_EQ(message.records[1].section, Section::kAuthority);
  EXPECT_EQ(NameToText(AsBytes(message.records[1].owner)), "Blah.ORG.");
  EXPECT_EQ(message.records[1].type, RrType::kNs);
  EXPECT_EQ(message.records[2].section, Section::kAdditional);
  EXPECT_EQ(NameToText(AsBytes(message.records[2].owner)), "ns.Blah.ORG.");
  EXPECT_EQ(message.records[2].ttl, 60U);
}

TEST(ReadMessage, Edns) {
  const std::string wire = Full();
  const Message message = ReadMessage(AsBytes(wire), Depth::kAll);
  ASSERT_TRUE(message.edns.has_value());
  EXPECT_EQ(message.edns->udp_size, 1232);
  EXPECT_EQ(message.edns->extended_rcode, 1);
  EXPECT_EQ(message.edns->version, 2);
  EXPECT_EQ(message.edns->flags, 0x8001);
  EXPECT_FALSE(message.edns->cut);
  ASSERT_EQ(message.edns->options.size(), 1U);
  EXPECT_EQ(message.edns->options[0].code, 10);
  EXPECT_EQ(AsText(message.edns->options[0].data), "COOKIE!!");
}

TEST(ReadMessage, EdnsOptionsThatDoNotFit) {
  const std::string option = U16(10) + U16(2) + "ab" + U16(3) + U16(9) + "cut";
  const std::string wire = MessageBytes({.additional = 1, .body = OptRecord(option)});
  const Message message = ReadMessage(AsBytes(wire), Depth::kAll);
  EXPECT_EQ(message.fault, "");
  ASSERT_TRUE(message.edns.has_value());
  EXPECT_TRUE(message.edns->cut);
  EXPECT_EQ(message.edns->options.size(), 1U);
}

TEST(ReadMessage, OnlyTheFirstOptOfTheAdditionalSectionIsEdns) {
  const std::string wire = MessageBytes(
      {.answers = 1, .additional = 2, .body = OptRecord("") + OptRecord("") + OptRecord("x")});
  const Message message = ReadMessage(AsBytes(wire), Depth::kAll);
  EXPECT_TRUE(message.edns.has_value());
  ASSERT_EQ(message.records.size(), 2U);
  EXPECT_EQ(message.records[0].section, Section::kAnswer);
  EXPECT_EQ(message.records[1].section, Section::kAdditional);
}

TEST(ReadMessage, DownToTheQuestions) {
  const std::string wire = Full();
  const Message message = ReadMessage(AsBytes(wire), Depth::kQuestions);
  EXPECT_EQ(message.questions.size(), 1U);
  EXPECT_TRUE(message.records.empty());
  EXPECT_EQ(message.rcode(), 3U);
}

// Cut anywhere: what stands before the cut is there, and the fault says where it is.
TEST(ReadMessage, CutAtEveryByte) {
  const std::string wire = Full();
  for (std::size_t size = 0; size < wire.size(); ++size) {
    const Message message = ReadMessage(AsBytes(wire).first(size), Depth::kAll);
    EXPECT_NE(message.fault, "") << size;
    EXPECT_EQ(message.header.has_value(), size >= 12) << size;
    EXPECT_EQ(message.questions.empty(), size < 12 + 18) << size;
    EXPECT_FALSE(message.edns.has_value()) << size;
  }
}

TEST(ReadMessage, SaysWhereItBreaks) {
  const auto fault = [](const Sections& what) {
    const std::string wire = MessageBytes(what);
    return ReadMessage(AsBytes(wire), Depth::kAll).fault;
  };
  const std::string question = QuestionBytes(WireName("a.org"));
  const std::string record = RecordBytes(WireName("a.org"), 1, kAddress);
  EXPECT_EQ(fault({.questions = 2, .body = question}), "question 2 of 2 cannot be read");
  EXPECT_EQ(fault({.answers = 3, .body = record + record + "\xc0"}),
            "answer record 3 of 3 cannot be read");
  EXPECT_EQ(fault({.authority = 1, .body = record.substr(0, record.size() - 1)}),
            "authority record 1 of 1 cannot be read");
  EXPECT_EQ(fault({.additional = 65535}), "additional record 1 of 65535 cannot be read");
  EXPECT_EQ(ReadMessage(AsBytes("short"), Depth::kAll).fault, "5 bytes are no header");
}

TEST(ReadMessage, MeanNames) {
  for (const std::string& name : {Pointer(12), Pointer(0x3fff),
                                  std::string("\x40"
                                              "a\0",
                                              3),
                                  std::string("\5ab", 3), std::string("\1a") + Pointer(12),
                                  std::string("\1a") + Pointer(14)}) {
    const std::string wire = MessageBytes({.questions = 1, .body = name + U32(0x10001)});
    const Message message = ReadMessage(AsBytes(wire), Depth::kAll);
    EXPECT_EQ(message.fault, "question 1 of 1 cannot be read") << ToHex(AsBytes(name));
    EXPECT_TRUE(message.questions.empty());
  }
}

TEST(ReadMessage, BytesBehindAndMoreThanAMessageHas) {
  const std::string wire = MessageBytes({.body = "behind"});
  EXPECT_EQ(ReadMessage(AsBytes(wire), Depth::kAll).behind, 6U);
  const std::string most = MessageBytes({.body = std::string(65535 - 12, 'x')});
  EXPECT_EQ(ReadMessage(AsBytes(most), Depth::kAll).fault, "");
  const std::string over = most + "x";
  const Message message = ReadMessage(AsBytes(over), Depth::kAll);
  EXPECT_EQ(message.fault, "65536 bytes are more than a message can have");
  EXPECT_FALSE(message.header.has_value());
}

}  // namespace
}  // namespace pdns::dns
