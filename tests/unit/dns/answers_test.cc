#include "dns/answers.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/dns/judged.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using testing::AddressResponse;
using testing::DnsMessage;
using testing::kQuestionOffset;
using testing::Labels;
using testing::Pointer;
using testing::U16;
using testing::U32;
using testing::WireName;

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kTxt = 16;
constexpr RecordOutcome kStored = RecordOutcome::kStored;
constexpr RecordOutcome kDuplicate = RecordOutcome::kDuplicate;
const std::string kAddress = {'\xc0', '\0', '\2', '\1'};
const std::string kOwner = Pointer(kQuestionOffset);

DnsMessage BlahOrg() { return DnsMessage(WireName("www.blah.org")); }

FrameOutcome RefusalOf(const DnsMessage& message) {
  const std::string bytes = message.Bytes();
  AnswerReader reader;
  EXPECT_TRUE(reader.Walk(AsBytes(bytes)));
  return reader.Refusal();
}

TEST(Walk, ReadsAnOrdinaryAnswer) {
  const auto verdicts = Judged(AddressResponse("WWW.Blah.ORG", 7), WireName("blah.org"));
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0],
            (Verdict{kStored, WireName("www.blah.org"), kA, std::string{'\xc0', '\0', '\2', '\7'},
                     record::Bailiwick::OfLabels(2)}));
}

TEST(Walk, CutAnywhereItCannotBeWalked) {
  const std::string message = BlahOrg()
                                  .Answer(kOwner, kA, kAddress)
                                  .Answer("\3ftp" + Pointer(16), 15, U16(10) + kOwner)
                                  .Bytes();
  ASSERT_TRUE(Walks(message));
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(Walks(message.substr(0, size))) << size;
  }
}

TEST(Walk, BytesBehindTheAnswersAreNotLookedAt) {
  EXPECT_TRUE(Walks(BlahOrg().Answer(kOwner, kA, kAddress).Raw("\xff\xff\xff").Bytes()));
}

TEST(Walk, CountsBeyondTheBytesCannotBeWalked) {
  EXPECT_FALSE(Walks(BlahOrg().Answer(kOwner, kA, kAddress).AnswerCount(2).Bytes()));
  EXPECT_FALSE(Walks(BlahOrg().Answer(kOwner, kA, kAddress).AnswerCount(65535).Bytes()));
  EXPECT_FALSE(Walks(DnsMessage().QuestionCount(1).Bytes()));
  EXPECT_FALSE(Walks(DnsMessage().QuestionCount(65535).Bytes()));
}

TEST(Walk, RdataLengthBeyondTheMessageCannotBeWalked) {
  EXPECT_FALSE(Walks(BlahOrg()
                         .Raw(kOwner + U16(kA) + U16(1) + U32(0) + U16(5) + kAddress)
                         .AnswerCount(1)
                         .Bytes()));
}

TEST(Walk, BadOwnersCannotBeWalked) {
  const auto with_owner = [](const std::string& owner) {
    return Walks(BlahOrg().Answer(owner, kA, kAddress).Bytes());
  };
  const std::size_t here = BlahOrg().size();
  EXPECT_TRUE(with_owner("\1a" + Pointer(kQuestionOffset)));
  EXPECT_FALSE(with_owner(Pointer(here)));
  EXPECT_FALSE(with_owner(Pointer(here + 2)));
  EXPECT_FALSE(with_owner(Pointer(0x3fff)));
  EXPECT_FALSE(with_owner("\x41" + std::string(65, 'a') + '\0'));
}

TEST(Walk, BadQuestionNamesCannotBeWalked) {
  EXPECT_FALSE(Walks(DnsMessage(Pointer(kQuestionOffset)).Bytes()));
  EXPECT_FALSE(Walks(DnsMessage(Pointer(14)).Bytes()));
  EXPECT_FALSE(Walks(DnsMessage("\x80" + std::string(200, 'a')).Bytes()));
}

TEST(Walk, AQuestionNameMayPointIntoTheHeader) {
  // Offset 4 is QDCOUNT 00 01: byte 4 is a root label.
  const auto verdicts = Judged(DnsMessage(Pointer(4)).Answer(Pointer(4), kA, kAddress).Bytes());
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].owner, WireName("."));
  EXPECT_EQ(verdicts[0].outcome, kStored);
}

TEST(Walk, MessagesLongerThanDnsAllowsAreRefused) {
  const std::string message = AddressResponse("www.blah.org");
  EXPECT_TRUE(Walks(message + std::string(65535 - message.size(), '\0')));
  EXPECT_FALSE(Walks(message + std::string(65536 - message.size(), '\0')));
}

TEST(Walk, AReaderForgetsTheMessageBefore) {
  AnswerReader reader;
  const std::string first = AddressResponse("a.long.name.of.the.first.example", 1);
  const std::string second = AddressResponse("b.org", 2);
  const std::string broken = first.substr(0, first.size() - 1);
  ASSERT_TRUE(reader.Walk(AsBytes(first)));
  ASSERT_EQ(reader.Judge(AsBytes(kRootZone)).size(), 1U);
  ASSERT_FALSE(reader.Walk(AsBytes(broken)));
  ASSERT_TRUE(reader.Walk(AsBytes(second)));
  const auto answers = reader.Judge(AsBytes(kRootZone));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(AsText(answers[0].tuple.owner), WireName("b.org"));
  EXPECT_EQ(answers[0].outcome, kStored);
}

TEST(Refusal, NamesTheFirstFaultFromLeftToRight) {
  constexpr std::uint16_t kQuery = 0x0000;
  constexpr std::uint16_t kNotify = 4 << 11;
  constexpr std::uint16_t kCut = 0x0200;
  constexpr std::uint16_t kAll = kNotify | kCut | 2;
  EXPECT_EQ(RefusalOf(BlahOrg()), FrameOutcome::kUsed);
  EXPECT_EQ(RefusalOf(BlahOrg().Flags(kQuery | kAll).QuestionCount(0)), FrameOutcome::kNotResponse);
  EXPECT_EQ(RefusalOf(DnsMessage().Flags(0x8000 | kAll)), FrameOutcome::kOpcode);
  EXPECT_EQ(RefusalOf(DnsMessage().Flags(0x8000 | kCut | 2)), FrameOutcome::kQuestion);
  EXPECT_EQ(RefusalOf(BlahOrg().Flags(0x8000 | kCut | 2)), FrameOutcome::kRcode);
  EXPECT_EQ(RefusalOf(BlahOrg().Flags(0x8000 | kCut)), FrameOutcome::kTruncated);
}

TEST(Refusal, EveryOpcodeButQuery) {
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    const auto flags = static_cast<std::uint16_t>(0x8000U | opcode << 11);
    EXPECT_EQ(RefusalOf(BlahOrg().Flags(flags)),
              opcode == 0 ? FrameOutcome::kUsed : FrameOutcome::kOpcode);
  }
}

TEST(Refusal, EveryRcodeButThree) {
  for (unsigned rcode = 0; rcode < 16; ++rcode) {
    const bool used = rcode == 0 || rcode == 3 || rcode == 6;
    EXPECT_EQ(RefusalOf(BlahOrg().Rcode(rcode)), used ? FrameOutcome::kUsed : FrameOutcome::kRcode);
  }
}

TEST(Refusal, OneQuestionNoMoreNoLess) {
  EXPECT_EQ(RefusalOf(DnsMessage()), FrameOutcome::kQuestion);
  EXPECT_EQ(RefusalOf(BlahOrg().Question(WireName("b.org"), kA)), FrameOutcome::kQuestion);
}

TEST(Refusal, OtherFlagsDoNotMatter) {
  EXPECT_EQ(RefusalOf(BlahOrg().Flags(0x8000)), FrameOutcome::kUsed);
  EXPECT_EQ(RefusalOf(BlahOrg().Flags(0x8000 | 0x05f0)), FrameOutcome::kUsed);
}

TEST(Judge, ClassesOtherThanInAreCounted) {
  DnsMessage message = BlahOrg();
  for (const int rr_class : {0, 1, 2, 3, 4, 254, 255, 256, 65535}) {
    message.Answer(kOwner, kA, kAddress, static_cast<std::uint16_t>(rr_class));
  }
  Outcomes expected(9, RecordOutcome::kClass);
  expected[1] = kStored;
  EXPECT_EQ(OutcomesOf(message.Bytes()), expected);
}

TEST(Judge, MetaTypesAreCounted) {
  for (unsigned type = 0; type < 65536; type = type < 300 ? type + 1 : type + 997) {
    const bool meta = type == 0 || type == 41 || (type >= 128 && type <= 255);
    const auto outcomes =
        OutcomesOf(BlahOrg().Answer(kOwner, static_cast<std::uint16_t>(type), "\1\2\3").Bytes());
    EXPECT_EQ(outcomes[0] == RecordOutcome::kMeta, meta) << type;
  }
}

TEST(Judge, ClassGoesBeforeMetaAndMetaBeforeMalformed) {
  EXPECT_EQ(OutcomesOf(BlahOrg()
                           .Answer(kOwner, 41, "", 1232)
                           .Answer(kOwner, 255, "", 3)
                           .Answer(kOwner, 250, "\xc0")
                           .Answer(kOwner, kA, "bad", 3)
                           .Answer(WireName("off.net"), kA, "bad")
                           .Bytes()),
            (Outcomes{RecordOutcome::kClass, RecordOutcome::kClass, RecordOutcome::kMeta,
                      RecordOutcome::kClass, RecordOutcome::kMalformed}));
}

TEST(Judge, ATupleCountsOnceAMessage) {
  EXPECT_EQ(OutcomesOf(BlahOrg()
                           .Answer(kOwner, kA, kAddress)
                           .Answer(WireName("WWW.bLAH.org"), kA, kAddress, 1, 0)
                           .Answer("\3wWw" + Pointer(16), kA, kAddress)
                           .Answer(kOwner, kA, "\1\2\3\4")
                           .Answer(kOwner, kTxt, kAddress)
                           .Answer(kOwner, kA, kAddress)
                           .Bytes()),
            (Outcomes{kStored, kDuplicate, kDuplicate, kStored, kStored, kDuplicate}));
}

TEST(Judge, DuplicatesAreFoundBehindOtherSpellingsOfNames) {
  constexpr std::uint16_t kMx = 15;
  EXPECT_EQ(OutcomesOf(BlahOrg()
                           .Answer(kOwner, kMx, U16(1) + WireName("mail.blah.org"))
                           .Answer(kOwner, kMx, U16(1) + WireName("MAIL.Blah.Org"))
                           .Answer(kOwner, kMx, U16(1) + "\4mail" + Pointer(16))
                           .Answer(kOwner, kMx, U16(2) + WireName("mail.blah.org"))
                           .Bytes()),
            (Outcomes{kStored, kDuplicate, kDuplicate, kStored}));
}

TEST(Judge, OpaqueRdataKeepsItsCase) {
  EXPECT_EQ(
      OutcomesOf(BlahOrg().Answer(kOwner, kTxt, "\5Hello").Answer(kOwner, kTxt, "\5hello").Bytes()),
      (Outcomes{kStored, kStored}));
}

TEST(Judge, MalformedRecordsAreNoDuplicates) {
  EXPECT_EQ(OutcomesOf(BlahOrg().Answer(kOwner, kA, "bad").Answer(kOwner, kA, "bad").Bytes()),
            (Outcomes{RecordOutcome::kMalformed, RecordOutcome::kMalformed}));
}

// Above sixteen records another way is taken: it must say the same.
TEST(Judge, DuplicatesAmongManyRecords) {
  for (const int distinct : {7, 8, 9, 40, 300}) {
    DnsMessage message = BlahOrg();
    Outcomes expected;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < distinct; ++i) {
        message.Answer(round == 1 ? WireName("www.BLAH.org") : kOwner, kA,
                       U32(static_cast<std::uint32_t>(i)));
        expected.push_back(round == 0 ? kStored : kDuplicate);
      }
      message.Answer(kOwner, kA, "no");
      expected.push_back(RecordOutcome::kMalformed);
    }
    EXPECT_EQ(OutcomesOf(message.Bytes()), expected) << distinct;
  }
}

TEST(Judge, TheFirstOfEqualRecordsIsTheOneThatStays) {
  DnsMessage message = BlahOrg();
  for (int i = 0; i < 20; ++i) message.Answer(kOwner, kA, U32(static_cast<std::uint32_t>(19 - i)));
  for (int i = 0; i < 20; ++i) message.Answer(kOwner, kA, U32(static_cast<std::uint32_t>(i)));
  Outcomes expected(20, kStored);
  expected.resize(40, kDuplicate);
  EXPECT_EQ(OutcomesOf(message.Bytes()), expected);
}

TEST(Judge, DuplicatesOfQuarantinedRecordsAreDuplicates) {
  EXPECT_EQ(OutcomesOf(BlahOrg()
                           .Answer(WireName("bank.example"), kA, kAddress)
                           .Answer(WireName("BANK.example"), kA, kAddress)
                           .Bytes()),
            (Outcomes{RecordOutcome::kOffChain, kDuplicate}));
}

TEST(Judge, AMessageWithoutAnswersHasNone) { EXPECT_TRUE(Judged(BlahOrg().Bytes()).empty()); }

}  // namespace
}  // namespace pdns::dns
