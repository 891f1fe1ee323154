// Which owners a response may speak for: the chain of CNAMEs and DNAMEs, then the bailiwick.
#include "dns/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "unit/dns/judged.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using testing::DnsMessage;
using testing::U16;
using testing::U32;
using testing::WireName;

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kTxt = 16;
constexpr std::uint16_t kSig = 24;
constexpr std::uint16_t kDname = 39;
constexpr std::uint16_t kRrsig = 46;
constexpr RecordOutcome kOn = RecordOutcome::kStored;
constexpr RecordOutcome kOff = RecordOutcome::kOffChain;
constexpr RecordOutcome kOut = RecordOutcome::kOutOfBailiwick;

struct Rr {
  std::string owner;
  std::uint16_t type;
  std::string rdata;
};

Rr A(std::string_view owner) { return {WireName(owner), kA, "\1\2\3\4"}; }
Rr Cname(std::string_view owner, std::string_view target) {
  return {WireName(owner), kCname, WireName(target)};
}
Rr Dname(std::string_view owner, std::string_view target) {
  return {WireName(owner), kDname, WireName(target)};
}
Rr Signature(std::string_view owner, std::uint16_t covered, std::uint16_t type = kRrsig) {
  return {WireName(owner), type,
          U16(covered) + "\10\2" + U32(300) + U32(9) + U32(8) + U16(7) + WireName("org") + "sig"};
}

std::string Response(std::string_view question, const std::vector<Rr>& records) {
  DnsMessage message{WireName(question)};
  for (const Rr& rr : records) message.Answer(rr.owner, rr.type, rr.rdata);
  return message.Bytes();
}

// Expects these outcomes, and the same of each record when they stand in reverse order.
void ExpectOutcomes(std::string_view question, std::vector<Rr> records, Outcomes outcomes,
                    std::string_view zone = ".") {
  EXPECT_EQ(OutcomesOf(Response(question, records), WireName(zone)), outcomes);
  std::reverse(records.begin(), records.end());
  std::reverse(outcomes.begin(), outcomes.end());
  EXPECT_EQ(OutcomesOf(Response(question, records), WireName(zone)), outcomes)
      << "in reverse order";
}

TEST(Chain, OnlyTheQuestionNameWithoutLinks) {
  ExpectOutcomes("www.blah.org",
                 {A("www.blah.org"), A("blah.org"), A("a.www.blah.org"), A("ww.blah.org"), A("."),
                  A("www.bank.example")},
                 {kOn, kOff, kOff, kOff, kOff, kOff});
}

TEST(Chain, CaseOfTheQuestionDoesNotMatter) {
  ExpectOutcomes("wWw.BlAh.oRg", {A("www.blah.org")}, {kOn});
}

TEST(Chain, CnameTargetsInAnyOrder) {
  ExpectOutcomes("a.org",
                 {Cname("a.org", "b.org"), Cname("B.org", "c.ORG"), A("c.org"), A("d.org")},
                 {kOn, kOn, kOn, kOff});
}

TEST(Chain, ACnameBesideTheChainLeadsNowhere) {
  ExpectOutcomes("a.org", {A("a.org"), Cname("x.org", "bank.example"), A("bank.example")},
                 {kOn, kOff, kOff});
}

TEST(Chain, SeveralCnamesOfOneOwnerAllCount) {
  ExpectOutcomes("a.org",
                 {Cname("a.org", "b.org"), Cname("a.org", "c.org"), A("b.org"), A("c.org")},
                 {kOn, kOn, kOn, kOn});
}

TEST(Chain, CnameLoopsEnd) {
  ExpectOutcomes("a.org", {Cname("a.org", "a.org")}, {kOn});
  ExpectOutcomes("a.org", {Cname("a.org", "b.org"), Cname("b.org", "a.org"), A("b.org")},
                 {kOn, kOn, kOn});
  ExpectOutcomes("a.org",
                 {Cname("a.org", "b.org"), Cname("b.org", "c.org"), Cname("c.org", "b.org")},
                 {kOn, kOn, kOn});
}

TEST(Chain, AMalformedOrForeignCnameIsNoLink) {
  DnsMessage message{WireName("a.org")};
  message.Answer(WireName("a.org"), kCname, WireName("b.org") + "x");
  message.Answer(WireName("a.org"), kCname, WireName("c.org"), 3);
  message.Answer(WireName("b.org"), kA, "\1\2\3\4").Answer(WireName("c.org"), kA, "\1\2\3\4");
  EXPECT_EQ(OutcomesOf(message.Bytes()),
            (Outcomes{RecordOutcome::kMalformed, RecordOutcome::kClass, kOff, kOff}));
}

// Few CNAMEs are followed another way than many, or any beside a DNAME: nobody may see it.
TEST(Chain, FewAndManyLinksAreFollowedAlike) {
  std::mt19937 random(11);
  std::size_t on = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<Rr> records;
    const auto name = [&] { return "n" + std::to_string(random() % 7) + ".org"; };
    for (auto links = random() % 11; links > 0; --links) records.push_back(Cname(name(), name()));
    for (int i = 0; i < 7; ++i) records.push_back(A("n" + std::to_string(i) + ".org"));
    const Outcomes outcomes = OutcomesOf(Response("n0.org", records));
    records.push_back(Dname("elsewhere.net", "x.net"));
    Outcomes with_dname = OutcomesOf(Response("n0.org", records));
    EXPECT_EQ(with_dname.back(), kOff);
    with_dname.pop_back();
    ASSERT_EQ(outcomes, with_dname);
    on += static_cast<std::size_t>(std::count(outcomes.begin(), outcomes.end(), kOn));
  }
  EXPECT_GT(on, 4000U);
}

TEST(Chain, SignaturesStandAndFallWithTheirOwner) {
  ExpectOutcomes("a.org",
                 {Cname("a.org", "b.org"), Signature("a.org", kCname), A("b.org"),
                  Signature("b.org", kA), Signature("c.org", kA)},
                 {kOn, kOn, kOn, kOn, kOff});
}

TEST(Chain, ADnameMakesANameBelowItsOwner) {
  ExpectOutcomes("www.a.org",
                 {Dname("a.org", "b.net"), Cname("www.a.org", "www.b.net"), A("www.b.net"),
                  A("b.net"), A("a.org"), A("x.b.net")},
                 {kOn, kOn, kOn, kOff, kOff, kOff});
}

TEST(Chain, ADnameWorksWithoutTheCnameMadeOfIt) {
  ExpectOutcomes("x.y.a.org", {Dname("A.org", "B.net"), A("x.y.b.net")}, {kOn, kOn});
}

TEST(Chain, ADnameDoesNotTouchItsOwnOwner) {
  ExpectOutcomes("a.org", {Dname("a.org", "b.net"), A("a.org"), A("b.net")}, {kOn, kOn, kOff});
}

TEST(Chain, ADnameOfNoAncestorIsOff) {
  ExpectOutcomes("www.a.org",
                 {A("www.a.org"), Dname("b.org", "c.net"), Dname("ww.a.org", "c.net"),
                  Dname("x.www.a.org", "c.net"), A("www.c.net")},
                 {kOn, kOff, kOff, kOff, kOff});
}

TEST(Chain, ADnameOfALabelsTailIsNoAncestor) {
  // "aa.org" ends with the bytes of "a.org", but is not below it.
  ExpectOutcomes("aa.org", {Dname("a.org", "b.net"), A("aa.org")}, {kOff, kOn});
}

TEST(Chain, OnlySignaturesMayStandBesideADname) {
  const Rr text{WireName("a.org"), kTxt, "\1x"};
  ExpectOutcomes("www.a.org",
                 {Dname("a.org", "b.net"), Signature("a.org", kDname),
                  Signature("a.org", kDname, kSig), A("a.org"), text, A("www.b.net")},
                 {kOn, kOn, kOn, kOff, kOff, kOn});
}

TEST(Chain, DnamesFollowOneAnother) {
  ExpectOutcomes("x.a.org",
                 {Dname("a.org", "b.org"), Dname("b.org", "c.org"), Cname("x.c.org", "d.org"),
                  A("d.org"), A("x.b.org")},
                 {kOn, kOn, kOn, kOn, kOn});
}

TEST(Chain, ADnameAtTheRootAndToTheRoot) {
  ExpectOutcomes("x.org", {Dname(".", "b.net"), A("x.org.b.net")}, {kOn, kOn});
  ExpectOutcomes("x.a.org", {Dname("a.org", "."), A("x"), A(".")}, {kOn, kOn, kOff});
}

TEST(Chain, NamesThatGetTooLongAreNotMade) {
  const std::string label(63, 'x');
  const std::string longest_prefix = label + "." + label + "." + label;  // 192 bytes of wire
  const std::string fits = std::string(56, 'y') + ".net";                // 62: together 254
  const std::string too_long = std::string(58, 'y') + ".net";            // 64: together 256
  ExpectOutcomes(longest_prefix + ".a.org", {Dname("a.org", fits), A(longest_prefix + "." + fits)},
                 {kOn, kOn});
  // The DNAME is true and stays; YXDOMAIN is its consequence.
  ExpectOutcomes(longest_prefix + ".a.org", {Dname("a.org", too_long), Signature("a.org", kDname)},
                 {kOn, kOn});
}

TEST(Chain, NamesThatGrowWithoutEndEnd) {
  // a.org -> x.a.org -> x.x.a.org ...: until a name is too long.
  const auto outcomes =
      OutcomesOf(Response("w.a.org", {Dname("a.org", "x.a.org"), A("w.x.x.a.org")}));
  EXPECT_EQ(outcomes, (Outcomes{kOn, kOn}));
}

TEST(Chain, TwoDnamesThatDoubleTheNamesEnd) {
  std::vector<Rr> records;
  for (const char* target : {"x.a.org", "y.a.org", "z.a.org", "xx.a.org", "yy.a.org"}) {
    records.push_back(Dname("a.org", target));
  }
  const auto outcomes = OutcomesOf(Response("w.a.org", records));
  EXPECT_EQ(outcomes, Outcomes(5, kOn));
}

// The names a chain holds, in all ways they could be numbered.
std::string Number(int i) { return std::string("n").append(std::to_string(i)).append(".org"); }

std::string ReverseChain(int links) {
  DnsMessage message{WireName(Number(0))};
  for (int i = links - 1; i >= 0; --i) {
    message.Answer(WireName(Number(i)), kCname, WireName(Number(i + 1)));
  }
  return message.Bytes();
}

double CpuSecondsToJudge(const std::string& message) {
  AnswerReader reader;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();
    EXPECT_TRUE(reader.Walk(AsBytes(message)));
    reader.Judge(AsBytes(kRootZone));
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

// What lies behind as many names as a chain has is off it.
TEST(Chain, OfThousandsOfCnamesTheFirstAreOnIt) {
  constexpr int kLinks = 1900;  // as many as fit 64 KiB uncompressed
  const std::string message = ReverseChain(kLinks);
  ASSERT_LE(message.size(), 65535U);
  Outcomes outcomes(kLinks, kOff);
  std::fill(outcomes.end() - static_cast<std::ptrdiff_t>(Chain::kMaxNames) - 1, outcomes.end(),
            kOn);
  EXPECT_EQ(OutcomesOf(message), outcomes);
}

TEST(Chain, OfSeveralDnamesOfAnOwnerTheLeastCounts) {
  ExpectOutcomes("w.a.org",
                 {Dname("a.org", "c.org"), Dname("a.org", "b.org"), A("w.b.org"), A("w.c.org")},
                 {kOn, kOn, kOn, kOff});
}

TEST(Chain, CostGrowsWithTheRecordsNotWithTheirSquare) {
  const double small = CpuSecondsToJudge(ReverseChain(450));
  const double large = CpuSecondsToJudge(ReverseChain(1800));
  // Four times the records: a square would cost sixteen times as much. One in a clock tick says
  // nothing, hence the floor.
  EXPECT_LT(large, 10 * std::max(small, 0.0002)) << small << " s, then " << large << " s";
}

TEST(Bailiwick, AtAndBelowTheZoneIsInAboveAndBesideIsOut) {
  const std::vector<Rr> records{A("www.blah.org")};
  ExpectOutcomes("www.blah.org", records, {kOn}, "www.blah.org");
  ExpectOutcomes("www.blah.org", records, {kOn}, "blah.org");
  ExpectOutcomes("www.blah.org", records, {kOn}, "org");
  ExpectOutcomes("www.blah.org", records, {kOn}, ".");
  ExpectOutcomes("www.blah.org", records, {kOut}, "a.www.blah.org");
  ExpectOutcomes("www.blah.org", records, {kOut}, "blah.net");
  ExpectOutcomes("www.blah.org", records, {kOut}, "lah.org");
  ExpectOutcomes("www.blah.org", records, {kOut}, "xblah.org");
  ExpectOutcomes("www.blah.org", records, {kOut}, "www.blah.org.net");
}

TEST(Bailiwick, TheZoneMayBeInAnyCase) {
  ExpectOutcomes("www.blah.org", {A("www.blah.org"), A("x.net")}, {kOn, kOff}, "BLAH.Org");
  ExpectOutcomes("www.blah.org", {Cname("www.blah.org", "x.net"), A("x.net")}, {kOn, kOut},
                 "BLAH.Org");
}

TEST(Bailiwick, ChainGoesBeforeBailiwick) {
  ExpectOutcomes("www.blah.org", {A("bank.example")}, {kOff}, "blah.org");
}

TEST(Bailiwick, ZoneLabelsAreCountedWhereTheOwnerIsInTheZone) {
  const auto labels = [](std::string_view owner, std::string_view zone) {
    const auto verdicts = Judged(Response("www.blah.org", {A(owner)}), WireName(zone));
    EXPECT_TRUE(verdicts.at(0).bailiwick.known());
    return verdicts.at(0).bailiwick.labels();
  };
  EXPECT_EQ(labels("www.blah.org", "www.blah.org"), 3U);
  EXPECT_EQ(labels("www.blah.org", "BLAH.org"), 2U);
  EXPECT_EQ(labels("www.blah.org", "."), 0U);
  EXPECT_EQ(labels("www.blah.org", "blah.net"), 0U);
  EXPECT_EQ(labels("off.blah.org", "blah.org"), 2U);  // off the chain, but in the zone
}

TEST(Bailiwick, AZoneThatIsNoNameCountsAsTheRoot) {
  EXPECT_EQ(OutcomesOf(Response("www.blah.org", {A("www.blah.org")}), "\5cut"), (Outcomes{kOn}));
  EXPECT_EQ(OutcomesOf(Response("www.blah.org", {A("www.blah.org")}), ""), (Outcomes{kOn}));
}

TEST(Bailiwick, WithoutAZoneItIsUnknownAndOnlyTheChainCounts) {
  const auto verdicts = Judged(Response("www.blah.org", {Cname("www.blah.org", "x.net"), A("x.net"),
                                                         A("off.org"), A("x.net")}),
                               std::nullopt);
  ASSERT_EQ(verdicts.size(), 4U);
  EXPECT_EQ(verdicts[0].outcome, kOn);
  EXPECT_EQ(verdicts[1].outcome, kOn);
  EXPECT_EQ(verdicts[2].outcome, kOff);
  EXPECT_EQ(verdicts[3].outcome, RecordOutcome::kDuplicate);
  for (const Verdict& verdict : verdicts) EXPECT_FALSE(verdict.bailiwick.known());
}

// The zone of one verdict must not stick to the next.
TEST(Bailiwick, OneMessageWithAndWithoutAZone) {
  const std::string message =
      Response("www.blah.org", {Cname("www.blah.org", "x.net"), A("x.net")});
  const std::string zone = WireName("blah.org");
  AnswerReader reader;
  ASSERT_TRUE(reader.Walk(AsBytes(message)));
  for (int round = 0; round < 2; ++round) {
    const auto known = reader.Judge(AsBytes(zone));
    EXPECT_EQ(known[0].bailiwick, record::Bailiwick::OfLabels(2));
    EXPECT_EQ(known[1].outcome, kOut);
    EXPECT_EQ(known[1].bailiwick, record::Bailiwick::OfLabels(0));
    const auto unknown = reader.Judge(std::nullopt);
    EXPECT_EQ(unknown[0].bailiwick, record::Bailiwick());
    EXPECT_EQ(unknown[1].outcome, kOn);
    EXPECT_EQ(unknown[1].bailiwick, record::Bailiwick());
  }
}

TEST(Bailiwick, ADnameAboveTheZoneIsOut) {
  ExpectOutcomes("x.sub.a.org", {Dname("a.org", "b.net"), A("x.sub.b.net")}, {kOut, kOut},
                 "sub.a.org");
}

}  // namespace
}  // namespace pdns::dns
