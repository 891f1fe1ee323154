// Canonical rdata held to ldns: whatever ldns reads of a record, names decompressed and lower case.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "dns/answers.h"
#include "record/type_facts.h"
#include "unit/dns/judged.h"
#include "unit/dns/ldns_oracle.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::ByLdns;
using testing::DnsMessage;
using testing::kQuestionOffset;
using testing::Pointer;
using testing::U16;
using testing::U32;
using testing::WireName;

class Random {
 public:
  unsigned Below(unsigned n) { return static_cast<unsigned>(generator_() % n); }
  std::string BytesOf(std::size_t n) {
    std::string bytes;
    for (std::size_t i = 0; i < n; ++i) bytes.push_back(static_cast<char>(Below(256)));
    return bytes;
  }
  // Upper and lower case, bytes of any value, ended by a root or by a pointer at the question.
  std::string Name() {
    std::string wire;
    for (unsigned labels = Below(4); labels > 0; --labels) {
      const unsigned size = 1 + Below(Below(8) == 0 ? 60 : 6);
      wire.push_back(static_cast<char>(size));
      for (unsigned i = 0; i < size; ++i) {
        const char letter = static_cast<char>((Below(2) == 0 ? 'A' : 'a') + Below(26));
        wire.push_back(Below(10) == 0 ? static_cast<char>(Below(256)) : letter);
      }
    }
    switch (Below(3)) {
      case 0:
        return wire + Pointer(kQuestionOffset);
      case 1:
        return wire + Pointer(kQuestionOffset + 4);
      default:
        return wire + '\0';
    }
  }
  std::string Text() {
    const unsigned size = Below(20);
    return std::string(1, static_cast<char>(size)) + BytesOf(size);
  }

 private:
  std::mt19937 generator_{20260101};
};

// Well-formed rdata of a type with names inside.
std::string RdataOf(RrType type, Random& random) {
  switch (type) {
    case RrType::kSoa:
      return random.Name() + random.Name() + random.BytesOf(20);
    case RrType::kMinfo:
    case RrType::kRp:
      return random.Name() + random.Name();
    case RrType::kPx:
      return random.BytesOf(2) + random.Name() + random.Name();
    case RrType::kSrv:
      return random.BytesOf(6) + random.Name();
    case RrType::kNaptr:
      return random.BytesOf(4) + random.Text() + random.Text() + random.Text() + random.Name();
    case RrType::kSig:
    case RrType::kRrsig:
      return random.BytesOf(18) + random.Name() + random.BytesOf(1 + random.Below(70));
    case RrType::kNsec:
    case RrType::kNxt:
      return random.Name() + std::string("\0\2\x40\x01", 4);
    case RrType::kSvcb:
    case RrType::kHttps:
      return random.BytesOf(2) + random.Name() + U16(1) + U16(3) + "\2H2" + U16(3) + U16(2) +
             U16(443);
    default:
      return (record::RequiredFields(type) == 2 ? random.BytesOf(2) : "") + random.Name();
  }
}

TEST(RdataOracle, EveryTypeWithNamesInsideIsWhatLdnsReads) {
  Random random;
  std::size_t compared = 0;
  for (unsigned number = 1; number < 65536; ++number) {
    const auto type = static_cast<RrType>(number);
    if (record::RequiredFields(type) == 0) continue;
    for (int round = 0; round < 200; ++round) {
      DnsMessage builder{WireName("WWW.Blah.ORG")};
      const std::size_t length_at = builder.size() + 10;  // behind pointer, type, class, TTL
      builder.Answer(Pointer(kQuestionOffset), static_cast<std::uint16_t>(number),
                     RdataOf(type, random));
      const std::string message = builder.Bytes();
      const auto expected = ByLdns(AsBytes(message), type, length_at);
      ASSERT_TRUE(expected.has_value()) << "ldns refuses type " << number;
      const auto verdicts = Judged(message);
      ASSERT_EQ(verdicts.size(), 1U);
      ASSERT_EQ(verdicts[0].outcome, RecordOutcome::kStored) << "type " << number;
      ASSERT_EQ(ToHex(AsBytes(verdicts[0].rdata)), ToHex(AsBytes(expected->canonical)))
          << "type " << number;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 26U * 200);
}

// One byte changed or the tail cut: where both take the record, they take it for the same; and
// nothing is taken here that ldns refuses.
TEST(RdataOracle, DamagedRdataIsNeverTakenForSomethingElse) {
  Random random;
  std::size_t both = 0;
  for (unsigned number = 1; number < 300; ++number) {
    const auto type = static_cast<RrType>(number);
    if (record::RequiredFields(type) == 0) continue;
    for (int round = 0; round < 300; ++round) {
      std::string rdata = RdataOf(type, random);
      rdata[random.Below(static_cast<unsigned>(rdata.size()))] =
          static_cast<char>(random.Below(256));
      if (random.Below(3) == 0) rdata.resize(random.Below(static_cast<unsigned>(rdata.size() + 1)));
      DnsMessage builder{WireName("WWW.Blah.ORG")};
      const std::size_t length_at = builder.size() + 10;  // behind pointer, type, class, TTL
      builder.Answer(Pointer(kQuestionOffset), static_cast<std::uint16_t>(number), rdata);
      builder.Answer(Pointer(kQuestionOffset), 16, "\4next");
      const std::string message = builder.Bytes();
      const auto verdicts = Judged(message);
      ASSERT_EQ(verdicts.size(), 2U);
      ASSERT_EQ(verdicts[1].outcome, RecordOutcome::kStored);
      if (verdicts[0].outcome != RecordOutcome::kStored) continue;
      const auto expected = ByLdns(AsBytes(message), type, length_at);
      ASSERT_TRUE(expected.has_value()) << "type " << number << " " << ToHex(AsBytes(rdata));
      ASSERT_EQ(ToHex(AsBytes(verdicts[0].rdata)), ToHex(AsBytes(expected->canonical)))
          << "type " << number;
      ++both;
    }
  }
  EXPECT_GT(both, 1000U);
}

}  // namespace
}  // namespace pdns::dns
