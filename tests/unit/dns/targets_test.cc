#include "dns/targets.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "record/type_facts.h"
#include "unit/dns/targets_oracle.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using pdns::testing::U16;
using pdns::testing::U32;
using pdns::testing::WireName;
using record::RrType;
using testing::AsPlain;
using testing::PlainTargets;
using testing::PlainTargetsOf;

PlainTargets Of(unsigned type, const std::string& rdata) {
  return AsPlain(TargetsOf(static_cast<RrType>(type), AsBytes(rdata)));
}

std::string Parameter(std::uint16_t key, const std::string& value) {
  return U16(key) + U16(static_cast<std::uint16_t>(value.size())) + value;
}

std::string Https(const std::string& parameters) {
  return U16(1) + WireName("svc.net") + parameters;
}

struct Sample {
  unsigned type;
  std::string rdata;
  std::size_t at;  // of target.net
};

// One of every type that points at a name.
std::vector<Sample> NameSamples() {
  const std::string n = WireName("target.net");
  const std::string other = WireName("other.org");
  const std::string strings("\1S\7SIP+D2U\0", 11);
  return {{2, n, 0},
          {3, n, 0},
          {4, n, 0},
          {5, n, 0},
          {6, n + other + std::string(20, 'x'), 0},
          {7, n, 0},
          {8, n, 0},
          {9, n, 0},
          {12, n, 0},
          {14, n + other, 0},
          {15, U16(1) + n, 2},
          {17, n + other, 0},
          {18, U16(1) + n, 2},
          {21, U16(1) + n, 2},
          {26, U16(1) + n + other, 2},
          {33, U16(1) + U16(2) + U16(3) + n, 6},
          {35, U16(1) + U16(2) + strings + n, 15},
          {36, U16(1) + n, 2},
          {39, n, 0},
          {64, U16(0) + n, 2},
          {65, U16(1) + n + Parameter(1, "\2h2"), 2},
          {107, U16(1) + n, 2}};
}

std::vector<std::pair<unsigned, std::string>> AllSamples() {
  std::vector<std::pair<unsigned, std::string>> samples{{1, U32(7)}, {28, std::string(16, '\1')}};
  for (const Sample& sample : NameSamples()) samples.emplace_back(sample.type, sample.rdata);
  for (const unsigned type : {64U, 65U}) {
    samples.emplace_back(type, Https(Parameter(4, U32(1) + U32(2)) + Parameter(3, U16(443)) +
                                     Parameter(6, std::string(32, '\2')) + Parameter(4, U32(3))));
  }
  return samples;
}

TEST(Targets, TheNameOfEachTypeThatPointsAtOne) {
  for (const Sample& sample : NameSamples()) {
    const PlainTargets expected{{'n', WireName("target.net"), sample.at}};
    EXPECT_EQ(Of(sample.type, sample.rdata), expected) << sample.type;
  }
  std::size_t pointing = 0;
  for (const record::TypeFacts& facts : record::kTypeFacts) {
    pointing += facts.target != record::TargetForm::kNone ? 1 : 0;
  }
  EXPECT_EQ(pointing, NameSamples().size() + 2);  // A and AAAA
}

TEST(Targets, AddressesOfTheirOwnSizeOnly) {
  for (std::size_t size = 0; size <= 20; ++size) {
    const std::string rdata(size, '\5');
    const PlainTargets v4{{'4', rdata, 0}};
    const PlainTargets v6{{'6', rdata, 0}};
    EXPECT_EQ(Of(1, rdata), size == 4 ? v4 : PlainTargets()) << size;
    EXPECT_EQ(Of(28, rdata), size == 16 ? v6 : PlainTargets()) << size;
  }
}

TEST(Targets, NoneOfProofsSignaturesAndText) {
  const std::string n = WireName("a.org");
  for (const unsigned type : {0U, 16U, 24U, 25U, 30U, 41U, 43U, 46U, 47U, 48U, 50U, 51U, 60U, 99U,
                              257U, 32768U, 65280U}) {
    for (const char* before : {"", "12", "123456", "123456789012345678"})
      EXPECT_EQ(Of(type, before + n), PlainTargets()) << type;
  }
}

TEST(Targets, HintsStandBehindTheNameInTheirOrder) {
  const std::string six(16, '\6');
  const std::string rdata = Https(Parameter(1, "\2h2") + Parameter(6, six) +
                                  Parameter(4, U32(8) + U32(7)) + Parameter(4, U32(9)));
  const PlainTargets expected{{'n', WireName("svc.net"), 2},
                              {'6', six, 22},
                              {'4', U32(8), 42},
                              {'4', U32(7), 46},
                              {'4', U32(9), 54}};
  EXPECT_EQ(Of(65, rdata), expected);
  EXPECT_EQ(Of(64, rdata), expected);
  EXPECT_EQ(Of(65, U16(0) + std::string(1, '\0')), (PlainTargets{{'n', std::string(1, '\0'), 2}}));
}

TEST(Targets, EachHintOnceAndNoMoreThanTheLimit) {
  EXPECT_EQ(Of(65, Https(Parameter(4, U32(7) + U32(7) + U32(8) + U32(7)))).size(), 3U);
  EXPECT_EQ(Of(65, Https(Parameter(4, U32(7)) + Parameter(4, U32(7)))).size(), 2U);
  std::string many;
  for (std::uint32_t i = 0; i < 5000; ++i) many += U32(i);
  EXPECT_EQ(Of(65, Https(Parameter(4, many))).size(), 1 + kMaxHints);
  EXPECT_EQ(Of(65, Https(Parameter(6, many.substr(0, 20 * 16)) + Parameter(4, many))).size(),
            1 + kMaxHints);
  const std::string same(60000, '\1');
  EXPECT_EQ(Of(65, Https(Parameter(4, same))).size(), 2U);
}

TEST(Targets, BadParametersCostOnlyThemselves) {
  EXPECT_EQ(Of(65, Https(Parameter(4, "abc"))).size(), 1U);         // no address
  EXPECT_EQ(Of(65, Https(Parameter(4, "abcdefg"))).size(), 2U);     // one and a half
  EXPECT_EQ(Of(65, Https(U16(4) + U16(99) + "abcd")).size(), 1U);   // runs over
  EXPECT_EQ(Of(65, Https(Parameter(4, "abcd") + "x")).size(), 2U);  // rubbish behind
  EXPECT_EQ(Of(65, Https(Parameter(4, "abc") + Parameter(4, "abcd"))).size(), 2U);
}

TEST(Targets, WhatStandsBehindANameIsNotLookedAt) {
  EXPECT_EQ(Of(5, WireName("a.org") + "more"), (PlainTargets{{'n', WireName("a.org"), 0}}));
  EXPECT_EQ(Of(6, WireName("a.org") + "\x80"), (PlainTargets{{'n', WireName("a.org"), 0}}));
}

TEST(Targets, NoNameIsNoTarget) {
  EXPECT_EQ(Of(2, "\1a"), PlainTargets());
  EXPECT_EQ(Of(2, std::string("\xc0\0", 2)), PlainTargets());
  EXPECT_EQ(Of(2, std::string("\x40", 1) + std::string(64, 'a') + '\0'), PlainTargets());
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "\1a";
  EXPECT_EQ(Of(2, longest + '\0').size(), 1U);  // 255 bytes
  EXPECT_EQ(Of(2, "\1a" + longest + '\0'), PlainTargets());
  EXPECT_EQ(Of(35, U16(1) + U16(2) + "\3ab"), PlainTargets());
}

TEST(Targets, CutAtEveryByteAsTheOracle) {
  for (const auto& [type, rdata] : AllSamples()) {
    ASSERT_FALSE(Of(type, rdata).empty()) << type;
    for (std::size_t size = 0; size <= rdata.size(); ++size) {
      // A block of its own, so that a sanitizer sees a read beyond it.
      const std::vector<std::uint8_t> cut(rdata.begin(), rdata.begin() + static_cast<long>(size));
      EXPECT_EQ(AsPlain(TargetsOf(static_cast<RrType>(type), cut)),
                PlainTargetsOf(type, rdata.substr(0, size)))
          << type << " " << size;
    }
  }
}

TEST(Targets, RandomBytesAsTheOracle) {
  std::mt19937 random(20260301);
  const auto below = [&random](std::size_t n) { return random() % n; };
  const auto samples = AllSamples();
  std::size_t found = 0;
  for (int round = 0; round < 40000; ++round) {
    auto [type, rdata] = samples[below(samples.size())];
    for (std::size_t changes = below(4); changes > 0 && !rdata.empty(); --changes)
      rdata[below(rdata.size())] = static_cast<char>(below(below(2) == 0 ? 8 : 256));
    if (round % 4 == 0) rdata.assign(below(80), static_cast<char>(below(6)));
    if (round % 8 == 0) type = static_cast<unsigned>(below(300));
    const PlainTargets targets = Of(type, rdata);
    ASSERT_EQ(targets, PlainTargetsOf(type, rdata)) << type << " " << ToHex(AsBytes(rdata));
    found += targets.size();
  }
  EXPECT_GT(found, 20000U);
}

TEST(Targets, ServicesAloneMayHaveSeveral) {
  for (unsigned type = 0; type <= 0xffff; ++type)
    EXPECT_EQ(MayHaveSeveralTargets(static_cast<RrType>(type)), type == 64 || type == 65) << type;
}

TEST(NameTargetOffset, NeedsOnlyWhatStandsInFront) {
  EXPECT_EQ(NameTargetOffset(RrType::kNs, {}), 0U);
  EXPECT_EQ(NameTargetOffset(RrType::kSrv, {}), 6U);  // beyond the end
  EXPECT_EQ(NameTargetOffset(RrType::kHttps, AsBytes(U16(1))), 2U);
  EXPECT_EQ(NameTargetOffset(RrType::kNaptr, AsBytes(U32(1) + "\1a\1b" + '\0')), 9U);
  EXPECT_EQ(NameTargetOffset(RrType::kNaptr, AsBytes(U32(1) + "\1a\1b")), std::nullopt);
  for (const RrType type : {RrType::kA, RrType::kAaaa, RrType::kTxt, RrType::kNsec, RrType::kRrsig})
    EXPECT_EQ(NameTargetOffset(type, {}), std::nullopt);
}

}  // namespace
}  // namespace pdns::dns
