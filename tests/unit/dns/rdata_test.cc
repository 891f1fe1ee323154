#include "dns/rdata.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "record/type_facts.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::Pointer;
using testing::U16;
using testing::WireName;

// RDLENGTH and rdata at the end of `before`, in a heap block of exactly these bytes; by both ways,
// which must agree. Nothing when malformed.
std::optional<std::string> Canonical(RrType type, const std::string& before,
                                     const std::string& rdata) {
  const std::string message = before + U16(static_cast<std::uint16_t>(rdata.size())) + rdata;
  const std::vector<std::uint8_t> exact(message.begin(), message.end());
  Scratch scratch;
  const auto bytes = CanonicalRdata(exact, before.size(), type, scratch);
  std::string by_ldns;
  const bool ok = AppendByLdns(exact, before.size(), type, by_ldns);
  EXPECT_EQ(bytes.has_value(), ok) << static_cast<int>(type) << " " << ToHex(exact);
  if (!bytes.has_value()) return std::nullopt;
  EXPECT_EQ(ToHex(*bytes), ToHex(AsBytes(by_ldns))) << static_cast<int>(type);
  return std::string(AsText(*bytes));
}

TEST(CanonicalRdata, NamesComeOutWholeAndInLowerCase) {
  EXPECT_EQ(Canonical(RrType::kNs, "xx" + WireName("blah.org"), "\2NS" + Pointer(2)),
            WireName("ns.blah.org"));
}

TEST(CanonicalRdata, StaysUntilTheScratchIsCleared) {
  const std::string message = U16(5) + "\3Org" + '\0';
  Scratch scratch;
  const auto first = CanonicalRdata(AsBytes(message), 0, RrType::kNs, scratch);
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(CanonicalRdata(AsBytes(message), 0, RrType::kPtr, scratch).has_value());
  }
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(AsText(*first), WireName("org"));
}

TEST(AppendByLdns, AppendsBehindWhatIsThere) {
  const std::string message = U16(5) + "\3Org" + '\0';
  std::string out = "kept|";
  EXPECT_TRUE(AppendByLdns(AsBytes(message), 0, RrType::kNs, out));
  EXPECT_EQ(out, "kept|" + WireName("org"));
}

TEST(CanonicalRdata, NamesInsideMayPointIntoTheSameRdata) {
  // MINFO: the second name points at the first.
  EXPECT_EQ(Canonical(RrType::kMinfo, "xx", WireName("Mail.org") + "\1b" + Pointer(4)),
            WireName("mail.org") + WireName("b.mail.org"));
}

TEST(CanonicalRdata, NoNameInsidePointsAtOffsetZero) {
  EXPECT_FALSE(Canonical(RrType::kNs, WireName("org"), Pointer(0)).has_value());
  EXPECT_FALSE(Canonical(RrType::kNs, WireName("org") + Pointer(0), "\1a" + Pointer(5)));
  EXPECT_TRUE(Canonical(RrType::kNs, WireName("org"), Pointer(4)).has_value());  // its root
}

TEST(CanonicalRdata, ZeroAndOneByteOfRdata) {
  for (unsigned type = 1; type < 300; ++type) {
    const auto rrtype = static_cast<RrType>(type);
    if (record::RequiredFields(rrtype) == 0) continue;
    EXPECT_FALSE(Canonical(rrtype, "", "")) << type;
    EXPECT_FALSE(Canonical(rrtype, "", "\1")) << type;
    EXPECT_FALSE(Canonical(rrtype, "", "\xff")) << type;
    // One root is a whole name, and a whole rdata only where one name is all that is asked.
    EXPECT_EQ(Canonical(rrtype, "", std::string(1, '\0')).has_value(),
              record::RequiredFields(rrtype) == 1)
        << type;
  }
}

TEST(CanonicalRdata, TailsMayBeRubbish) {
  const std::string rubbish("\xff\0\xc0\x0c\x41", 5);
  for (const RrType type : {RrType::kSvcb, RrType::kHttps}) {
    EXPECT_EQ(Canonical(type, "", U16(1) + WireName("X.org") + rubbish),
              U16(1) + WireName("x.org") + rubbish);
  }
  for (const RrType type : {RrType::kNsec, RrType::kNxt}) {
    EXPECT_EQ(Canonical(type, "", WireName("X.org") + rubbish), WireName("x.org") + rubbish);
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
