// What answers with bad rdata become: each costs only its own record.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/type_facts.h"
#include "unit/dns/judged.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::DnsMessage;
using testing::kQuestionOffset;
using testing::Pointer;
using testing::U16;
using testing::U32;
using testing::WireName;

const std::string kOwner = Pointer(kQuestionOffset);

// The verdict on one record of this rdata, which stands between two good ones.
Verdict Between(RrType type, std::string_view rdata) {
  const auto verdicts = Judged(DnsMessage(WireName("www.blah.org"))
                                   .Answer(kOwner, 1, "\1\2\3\4")
                                   .Answer(kOwner, static_cast<std::uint16_t>(type), rdata)
                                   .Answer(kOwner, 16, "\5after")
                                   .Bytes());
  if (verdicts.size() != 3) return {};
  EXPECT_EQ(verdicts[0].outcome, RecordOutcome::kStored);
  EXPECT_EQ(verdicts[2].outcome, RecordOutcome::kStored);
  EXPECT_EQ(verdicts[2].rdata, "\5after");
  return verdicts[1];
}

bool Malformed(RrType type, std::string_view rdata) {
  const RecordOutcome outcome = Between(type, rdata).outcome;
  EXPECT_TRUE(outcome == RecordOutcome::kMalformed || outcome == RecordOutcome::kStored);
  return outcome == RecordOutcome::kMalformed;
}

// Stored, and as these canonical bytes.
void ExpectStored(RrType type, std::string_view rdata, std::string_view canonical) {
  const Verdict verdict = Between(type, rdata);
  EXPECT_EQ(verdict.outcome, RecordOutcome::kStored);
  EXPECT_EQ(ToHex(AsBytes(verdict.rdata)), ToHex(AsBytes(canonical)));
}

TEST(BadRdata, AddressesHaveTheirLength) {
  for (std::size_t size = 0; size <= 20; ++size) {
    const std::string rdata(size, 'x');
    EXPECT_EQ(Malformed(RrType::kA, rdata), size != 4) << size;
    EXPECT_EQ(Malformed(RrType::kAaaa, rdata), size != 16) << size;
  }
}

// The fields of each type with names inside: letters for what they are, a name at N.
struct Shape {
  RrType type;
  std::string rdata;    // with a name in upper case, complete and exact
  std::size_t tail_at;  // from here on bytes may be missing or follow; npos: none may
};

std::vector<Shape> Shapes() {
  const std::string n = WireName("NS.Blah.ORG");
  const std::string s = "\3abc";
  const std::string rrsig = U16(1) + "\10\2" + U32(300) + U32(9) + U32(8) + U16(7) + n;
  constexpr std::size_t kNone = std::string::npos;
  std::vector<Shape> shapes{
      {RrType::kMinfo, n + n, kNone},
      {RrType::kMx, U16(10) + n, kNone},
      {RrType::kRp, n + n, kNone},
      {RrType::kAfsdb, U16(1) + n, kNone},
      {RrType::kRt, U16(1) + n, kNone},
      {RrType::kPx, U16(1) + n + n, kNone},
      {RrType::kSrv, U16(1) + U16(2) + U16(3) + n, kNone},
      {RrType::kNaptr, U16(1) + U16(2) + s + s + s + n, kNone},
      {RrType::kKx, U16(1) + n, kNone},
      {RrType::kLp, U16(1) + n, kNone},
      {RrType::kSoa, n + n + U32(1) + U32(2) + U32(3) + U32(4) + U32(5), kNone},
      {RrType::kSig, rrsig, rrsig.size()},
      {RrType::kRrsig, rrsig, rrsig.size()},
      {RrType::kNsec, n, n.size()},
      {RrType::kNxt, n, n.size()},
      {RrType::kSvcb, U16(1) + n, n.size() + 2},
      {RrType::kHttps, U16(1) + n, n.size() + 2},
  };
  for (const RrType type : {RrType::kNs, RrType::kMd, RrType::kMf, RrType::kCname, RrType::kMb,
                            RrType::kMg, RrType::kMr, RrType::kPtr, RrType::kDname}) {
    shapes.push_back({type, n, kNone});
  }
  return shapes;
}

TEST(BadRdata, ShapesCoverEveryTypeWithNames) {
  std::size_t with_names = 0;
  for (unsigned type = 0; type < 65536; ++type) {
    with_names += record::RequiredFields(static_cast<RrType>(type)) > 0 ? 1 : 0;
  }
  EXPECT_EQ(Shapes().size(), with_names);
}

TEST(BadRdata, EveryRequiredFieldMustBeThere) {
  for (const Shape& shape : Shapes()) {
    EXPECT_FALSE(Malformed(shape.type, shape.rdata)) << static_cast<int>(shape.type);
    for (std::size_t size = 0; size < shape.rdata.size(); ++size) {
      EXPECT_TRUE(Malformed(shape.type, shape.rdata.substr(0, size)))
          << "type " << static_cast<int>(shape.type) << " cut to " << size;
    }
  }
}

TEST(BadRdata, NothingMayFollowTheLastName) {
  for (const Shape& shape : Shapes()) {
    if (shape.tail_at != std::string::npos) continue;
    for (const std::size_t extra : {1U, 2U, 4U, 100U}) {
      EXPECT_TRUE(Malformed(shape.type, shape.rdata + std::string(extra, '\0')))
          << "type " << static_cast<int>(shape.type) << " and " << extra;
    }
  }
}

TEST(BadRdata, PointersForwardOrToTheirOwnAreRefused) {
  for (const Shape& shape : Shapes()) {
    const std::size_t name_at = shape.rdata.find("\2NS");
    const std::string front = shape.rdata.substr(0, name_at);
    const std::string behind = shape.rdata.substr(name_at + WireName("NS.Blah.ORG").size());
    // Where the first name of the rdata lies in Between's message.
    const std::size_t here =
        DnsMessage(WireName("www.blah.org")).Answer(kOwner, 1, "\1\2\3\4").size() + 12 + name_at;
    const auto malformed = [&](const std::string& name) {
      return Malformed(shape.type, front + name + behind);
    };
    EXPECT_FALSE(malformed(Pointer(kQuestionOffset))) << static_cast<int>(shape.type);
    EXPECT_TRUE(malformed(Pointer(here)));
    EXPECT_TRUE(malformed(Pointer(here + 1)));
    EXPECT_TRUE(malformed("\1a" + Pointer(here)));
    EXPECT_TRUE(malformed("\1a" + Pointer(here + 2)));
    // At the owner of the record behind it: ldns alone would follow.
    EXPECT_TRUE(malformed(Pointer(here + behind.size() + 2))) << static_cast<int>(shape.type);
    EXPECT_TRUE(malformed(Pointer(0x3fff)));
  }
}

TEST(BadRdata, ALabelMayNotRunIntoTheNextRecord) {
  EXPECT_TRUE(Malformed(RrType::kNs, "\2ns\4bl"));
  EXPECT_TRUE(Malformed(RrType::kNs, "\2ns"));
  EXPECT_TRUE(Malformed(RrType::kNs, "\xc0"));
  EXPECT_TRUE(Malformed(RrType::kMx, U16(10) + "\xc0"));
}

TEST(BadRdata, NamesInsideMayBeTooLong) {
  const std::string label = '\x3f' + std::string(63, 'a');
  const std::string longest = label + label + label + '\x3d' + std::string(61, 'a') + '\0';
  EXPECT_FALSE(Malformed(RrType::kNs, longest));
  EXPECT_TRUE(Malformed(RrType::kNs, label + label + label + label + '\0'));
  EXPECT_TRUE(Malformed(RrType::kNs, label + label + label + label + Pointer(kQuestionOffset)));
}

TEST(BadRdata, NaptrStringsMayNotRunOver) {
  const std::string front = U16(1) + U16(2);
  const std::string root(1, '\0');
  EXPECT_FALSE(Malformed(RrType::kNaptr, front + root + root + root + root));
  EXPECT_TRUE(Malformed(RrType::kNaptr, front + "\x09" + "abc"));
  EXPECT_TRUE(Malformed(RrType::kNaptr, front + "\1a" + "\xff" + "abc"));
  EXPECT_TRUE(Malformed(RrType::kNaptr, front + "\1a" + "\1b" + "\4abc" + root));
  EXPECT_TRUE(Malformed(RrType::kNaptr, front + "\1a" + "\1b" + "\2abc" + root));
}

TEST(BadRdata, TailsMayBeEmptyOrAnything) {
  const std::string n = WireName("x.org");
  ExpectStored(RrType::kNsec, WireName("X.org"), n);
  ExpectStored(RrType::kNsec, WireName("X.org") + std::string("\0\1\x40", 3),
               n + std::string("\0\1\x40", 3));
  ExpectStored(RrType::kSvcb, U16(1) + WireName("X.org"), U16(1) + n);
  ExpectStored(RrType::kHttps, U16(0) + WireName("."), U16(0) + WireName("."));
  const std::string fixed = U16(1) + "\10\2" + U32(300) + U32(9) + U32(8) + U16(7);
  ExpectStored(RrType::kRrsig, fixed + WireName("X.org"), fixed + n);
  ExpectStored(RrType::kRrsig, fixed + WireName("X.org") + "SiGnature", fixed + n + "SiGnature");
}

TEST(BadRdata, TailsKeepTheirCase) {
  const std::string params = U16(1) + U16(3) + "\2H2";
  ExpectStored(RrType::kHttps, U16(1) + WireName("SVC.org") + params,
               U16(1) + WireName("svc.org") + params);
}

TEST(BadRdata, SoaOfOneNameOrWithoutNumbersIsRefused) {
  const std::string n = WireName("a.org");
  EXPECT_TRUE(Malformed(RrType::kSoa, ""));
  EXPECT_TRUE(Malformed(RrType::kSoa, n));
  EXPECT_TRUE(Malformed(RrType::kSoa, n + n));
  EXPECT_TRUE(Malformed(RrType::kSoa, n + n + U32(1)));
  EXPECT_TRUE(Malformed(RrType::kSoa, n + n + U32(1) + U32(2) + U32(3) + U32(4)));
}

// Kept as sent, whatever ldns thinks of it.
TEST(Opaque, BytesAreKeptAsSent) {
  const std::string rubbish = std::string("\xc0\x0c\0ABC\xff", 7);
  for (unsigned type = 1; type < 65536; type = type < 300 ? type + 1 : type + 1009) {
    const auto rrtype = static_cast<RrType>(type);
    if (record::IsMeta(rrtype) || record::RequiredFields(rrtype) > 0) continue;
    if (rrtype == RrType::kA || rrtype == RrType::kAaaa) continue;
    const Verdict verdict = Between(rrtype, rubbish);
    EXPECT_EQ(verdict.outcome, RecordOutcome::kStored) << type;
    EXPECT_EQ(verdict.rdata, rubbish) << type;
  }
}

TEST(Opaque, EmptyAndLongRdataAreKept) {
  EXPECT_EQ(Between(RrType::kTxt, "").outcome, RecordOutcome::kStored);
  EXPECT_EQ(Between(static_cast<RrType>(65280), "").outcome, RecordOutcome::kStored);
  const std::string most(65000, 'T');
  EXPECT_EQ(Between(RrType::kTxt, most).rdata, most);
}

TEST(Opaque, ValidSinkAndBrokenTxtAreKept) {
  EXPECT_EQ(Between(static_cast<RrType>(40), "\1\2\3").rdata, "\1\2\3");
  EXPECT_EQ(Between(RrType::kTxt, "\xff-too-short").rdata, "\xff-too-short");
}

}  // namespace
}  // namespace pdns::dns
