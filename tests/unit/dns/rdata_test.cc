#include "dns/rdata.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::Pointer;
using testing::U16;
using testing::WireName;

// RDLENGTH and rdata at the end of `before`, in a heap block of exactly these bytes.
struct Outcome {
  bool ok;
  std::string bytes;
};
Outcome Canonical(RrType type, const std::string& before, const std::string& rdata) {
  const std::string message = before + U16(static_cast<std::uint16_t>(rdata.size())) + rdata;
  const std::vector<std::uint8_t> exact(message.begin(), message.end());
  Outcome outcome{};
  outcome.bytes = "kept|";
  outcome.ok = AppendCanonicalRdata(exact, before.size(), type, outcome.bytes);
  return outcome;
}

TEST(AppendCanonicalRdata, AppendsBehindWhatIsThere) {
  const Outcome outcome = Canonical(RrType::kNs, "xx" + WireName("blah.org"), "\2NS" + Pointer(2));
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.bytes, "kept|" + WireName("ns.blah.org"));
}

TEST(AppendCanonicalRdata, NamesInsideMayPointIntoTheSameRdata) {
  // MINFO: the second name points at the first.
  const std::string before = "xx";
  const Outcome outcome =
      Canonical(RrType::kMinfo, before, WireName("Mail.org") + "\1b" + Pointer(4));
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.bytes, "kept|" + WireName("mail.org") + WireName("b.mail.org"));
}

TEST(AppendCanonicalRdata, ZeroAndOneByteOfRdata) {
  for (unsigned type = 1; type < 300; ++type) {
    const auto rrtype = static_cast<RrType>(type);
    if (record::RequiredFields(rrtype) == 0) continue;
    EXPECT_FALSE(Canonical(rrtype, "", "").ok) << type;
    EXPECT_FALSE(Canonical(rrtype, "", "\1").ok) << type;
    EXPECT_FALSE(Canonical(rrtype, "", "\xff").ok) << type;
    // One root is a whole name, and a whole rdata only where one name is all that is asked.
    EXPECT_EQ(Canonical(rrtype, "", std::string(1, '\0')).ok, record::RequiredFields(rrtype) == 1)
        << type;
  }
}

TEST(AppendCanonicalRdata, TailsMayBeRubbish) {
  const std::string rubbish("\xff\0\xc0\x0c\x41", 5);
  for (const RrType type : {RrType::kSvcb, RrType::kHttps}) {
    const Outcome outcome = Canonical(type, "", U16(1) + WireName("X.org") + rubbish);
    EXPECT_TRUE(outcome.ok);
    EXPECT_EQ(outcome.bytes, "kept|" + U16(1) + WireName("x.org") + rubbish);
  }
  for (const RrType type : {RrType::kNsec, RrType::kNxt}) {
    const Outcome outcome = Canonical(type, "", WireName("X.org") + rubbish);
    EXPECT_TRUE(outcome.ok);
    EXPECT_EQ(outcome.bytes, "kept|" + WireName("x.org") + rubbish);
  }
}

TEST(IsValidOpaqueRdata, OnlyAddressesHaveALength) {
  EXPECT_TRUE(IsValidOpaqueRdata(RrType::kA, 4));
  EXPECT_FALSE(IsValidOpaqueRdata(RrType::kA, 16));
  EXPECT_TRUE(IsValidOpaqueRdata(RrType::kAaaa, 16));
  EXPECT_FALSE(IsValidOpaqueRdata(RrType::kAaaa, 4));
  EXPECT_TRUE(IsValidOpaqueRdata(RrType::kTxt, 0));
  EXPECT_TRUE(IsValidOpaqueRdata(static_cast<RrType>(38), 65535));  // A6
}

}  // namespace
}  // namespace pdns::dns
