#include "aggregate/window.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "unit/support/dns_message.h"
#include "unit/support/window_contents.h"

namespace pdns::aggregate {
namespace {

using pdns::testing::Observed;
using pdns::testing::Quarantined;
using pdns::testing::Trusted;
using pdns::testing::WireName;
using record::RrType;
using record::Sighting;
using record::Tuple;
using std::chrono::seconds;
using std::chrono::sys_seconds;

using Key = std::tuple<std::string, std::uint16_t, std::string>;
using Model = std::map<Key, Sighting>;

Sighting At(std::int64_t time, std::uint8_t reasons = record::kTrusted, unsigned zone = 0) {
  return {sys_seconds(seconds(time)), sys_seconds(seconds(time)), 1,
          record::Bailiwick::OfLabels(zone), reasons};
}

std::string Host(unsigned long number) {
  return std::string("h").append(std::to_string(number)).append(".example");
}

Key KeyOf(const Tuple& tuple) {
  return {std::string(AsText(tuple.owner)), static_cast<std::uint16_t>(tuple.type),
          std::string(AsText(tuple.rdata))};
}

// What a list holds, and that no tuple is in it twice.
Model Contents(const std::vector<Observed>& list) {
  Model model;
  for (const Observed& one : list) {
    EXPECT_TRUE(model.emplace(KeyOf(one.tuple.view()), one.sighting).second);
  }
  return model;
}

void ExpectSame(const Model& actual, const Model& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [key, sighting] : expected) {
    const auto found = actual.find(key);
    ASSERT_NE(found, actual.end());
    EXPECT_EQ(found->second.first, sighting.first);
    EXPECT_EQ(found->second.last, sighting.last);
    EXPECT_EQ(found->second.count, sighting.count);
    EXPECT_EQ(found->second.bailiwick, sighting.bailiwick);
    EXPECT_EQ(found->second.reasons, sighting.reasons);
  }
}

TEST(Window, FoldsOneTupleAndCopiesItsBytes) {
  Window window;
  {
    std::string owner = WireName("www.blah.org");
    std::string rdata = "1234";
    for (const int time : {20, 10, 30}) {
      window.Add({AsBytes(owner), RrType::kA, AsBytes(rdata)},
                 At(time, record::kTrusted, static_cast<unsigned>(time) / 10));
    }
    owner.assign(owner.size(), 'x');  // the caller's bytes change
    rdata.assign(rdata.size(), 'x');
  }
  const auto list = Trusted(window);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(AsText(list[0].tuple.owner.wire()), WireName("www.blah.org"));
  EXPECT_EQ(list[0].tuple.type, RrType::kA);
  EXPECT_EQ(list[0].tuple.rdata, "1234");
  EXPECT_EQ(list[0].sighting.first, sys_seconds(seconds(10)));
  EXPECT_EQ(list[0].sighting.last, sys_seconds(seconds(30)));
  EXPECT_EQ(list[0].sighting.count, 3U);
  EXPECT_EQ(list[0].sighting.bailiwick, record::Bailiwick::OfLabels(3));
}

TEST(Window, QuarantinedStayApart) {
  Window window;
  const std::string owner = WireName("www.bank.example");
  const std::string rdata = "\6\6\6\6";
  const Tuple tuple{AsBytes(owner), RrType::kA, AsBytes(rdata)};
  window.Add(tuple, At(5, record::kOffChain));
  window.Add(tuple, At(7));
  window.Add(tuple, At(9, record::kOutOfBailiwick));
  EXPECT_EQ(window.size(), 2U);
  const auto trusted = Trusted(window);
  const auto quarantined = Quarantined(window);
  ASSERT_EQ(trusted.size(), 1U);
  EXPECT_EQ(trusted[0].sighting.count, 1U);
  EXPECT_EQ(trusted[0].sighting.first, sys_seconds(seconds(7)));
  EXPECT_EQ(trusted[0].sighting.reasons, record::kTrusted);
  ASSERT_EQ(quarantined.size(), 1U);
  EXPECT_EQ(quarantined[0].sighting.count, 2U);
  EXPECT_EQ(quarantined[0].sighting.reasons, record::kOffChain | record::kOutOfBailiwick);
}

TEST(Window, TypeAndWhereTheOwnerEndsAreIdentity) {
  Window window;
  const std::string a = WireName("a");
  const std::string ab = WireName("a.b");
  const std::string none;
  window.Add({AsBytes(a), RrType::kA, AsBytes(none)}, At(1));
  window.Add({AsBytes(a), RrType::kAaaa, AsBytes(none)}, At(1));
  window.Add({AsBytes(ab), RrType::kA, AsBytes(none)}, At(1));
  window.Add({AsBytes(a), RrType::kA, AsBytes(a)}, At(1));
  EXPECT_EQ(window.size(), 4U);
}

TEST(Window, ThousandsOfTuplesAsInAMap) {
  std::mt19937 random(6);
  Window window;
  for (int round = 0; round < 3; ++round) {  // as after each drain
    Model trusted;
    Model quarantined;
    for (int i = 0; i < 60'000; ++i) {
      const std::string owner = WireName(Host(random() % 5000));
      const std::string rdata(random() % 3, static_cast<char>(random() % 2));
      const auto type = static_cast<RrType>(random() % 2);
      const Tuple tuple{AsBytes(owner), type, AsBytes(rdata)};
      const Sighting sighting = At(random() % 1000, static_cast<std::uint8_t>(random() % 3),
                                   static_cast<unsigned>(random() % 3));
      window.Add(tuple, sighting);
      Model& model = sighting.reasons == record::kTrusted ? trusted : quarantined;
      const auto [found, fresh] = model.emplace(KeyOf(tuple), sighting);
      if (!fresh) record::Merge(found->second, sighting);
    }
    EXPECT_GT(trusted.size(), 5000U);
    EXPECT_EQ(window.size(), trusted.size() + quarantined.size());
    ExpectSame(Contents(Trusted(window)), trusted);
    ExpectSame(Contents(Quarantined(window)), quarantined);
    window.Clear();
    EXPECT_TRUE(window.empty());
    EXPECT_TRUE(Trusted(window).empty());
    EXPECT_TRUE(Quarantined(window).empty());
  }
}

TEST(Window, MemoryCoversWhatIsHeldAndIsGivenBack) {
  Window window;
  const std::size_t at_first = window.memory();
  std::size_t bytes = 0;
  std::size_t before = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string owner = WireName(Host(static_cast<unsigned long>(i)));
    const std::string rdata(100, 'r');
    window.Add({AsBytes(owner), RrType::kTxt, AsBytes(rdata)}, At(i));
    bytes += owner.size() + rdata.size() + sizeof(Sighting);
    ASSERT_GE(window.memory(), before);
    ASSERT_GE(window.memory(), bytes);
    before = window.memory();
  }
  EXPECT_LT(window.memory(), 2 * bytes + (1U << 20));
  window.Clear();
  EXPECT_LT(window.memory(), bytes / 4);
  window.Clear();  // a round without anything needed nothing
  EXPECT_LT(window.memory(), at_first + (64U << 10));
}

TEST(Window, RepeatsCostNoMemory) {
  Window window;
  const std::string owner = WireName("www.blah.org");
  const std::string rdata = "1234";
  window.Add({AsBytes(owner), RrType::kA, AsBytes(rdata)}, At(1));
  EXPECT_EQ(window.size(), 1U);
  const std::size_t once = window.memory();
  for (int i = 0; i < 100'000; ++i) window.Add({AsBytes(owner), RrType::kA, AsBytes(rdata)}, At(1));
  EXPECT_EQ(window.memory(), once);
  EXPECT_EQ(Trusted(window).at(0).sighting.count, 100'001U);
}

TEST(Window, TheLongestTuples) {
  Window window;
  std::string owner;
  for (int i = 0; i < 127; ++i) owner += "\1x";
  owner += '\0';
  for (int i = 0; i < 20; ++i) {
    const std::string rdata(65535, static_cast<char>(i));
    window.Add({AsBytes(owner), RrType::kTxt, AsBytes(rdata)}, At(i));
  }
  const auto model = Contents(Trusted(window));
  EXPECT_EQ(model.size(), 20U);
  for (const auto& [key, sighting] : model) EXPECT_EQ(std::get<2>(key).size(), 65535U);
}

}  // namespace
}  // namespace pdns::aggregate
