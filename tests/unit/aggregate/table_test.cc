#include "aggregate/table.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "record/history.h"
#include "unit/support/dns_message.h"
#include "unit/support/entries.h"

namespace pdns::aggregate {
namespace {

using pdns::testing::Same;
using pdns::testing::WireName;
using record::Entry;
using record::RrType;
using record::Sighting;
using record::Tuple;
using std::chrono::seconds;
using std::chrono::sys_seconds;

using Model = std::map<std::string, Sighting>;  // by tuple key

Sighting At(std::int64_t time) { return {sys_seconds(seconds(time)), sys_seconds(seconds(time))}; }

// One of many tuples; a short name and four bytes of rdata tell them apart.
struct Numbered {
  explicit Numbered(std::uint32_t number)
      : rdata(pdns::testing::U32(number)),
        owner("\1" + rdata.substr(3) + std::string("\3org\0", 5)) {
    for (char& byte : owner) byte = static_cast<char>(LowerByte(static_cast<std::uint8_t>(byte)));
  }
  Tuple tuple() const { return {AsBytes(owner), RrType::kA, AsBytes(rdata)}; }

  std::string rdata;
  std::string owner;
};

std::vector<const Entry*> List(Table& table) {
  table.FoldPending();
  std::vector<const Entry*> entries;
  table.List(entries);
  return entries;
}

std::string KeyOf(const Tuple& tuple) {
  std::string key;
  record::AppendTupleKey(key, tuple);
  return key;
}

void ExpectSame(Table& table, const Model& model) {
  table.FoldPending();
  ASSERT_EQ(table.size(), model.size());
  Model listed;
  for (const Entry* entry : List(table)) {
    ASSERT_TRUE(listed.emplace(AsText(entry->key()), entry->sighting).second) << "twice";
  }
  const auto equal = [](const auto& a, const auto& b) {
    return a.first == b.first && Same(a.second, b.second);
  };
  ASSERT_TRUE(std::equal(listed.begin(), listed.end(), model.begin(), model.end(), equal));
}

TEST(Table, IsAMap) {
  std::mt19937 random(11);
  Table table;
  for (int round = 0; round < 3; ++round) {  // as after each drain
    Model model;
    for (int i = 0; i < 40'000; ++i) {
      const std::string owner = WireName(std::to_string(random() % 300) + ".org");
      const std::string rdata(random() % 12, static_cast<char>(random() % 3));
      const Tuple tuple{AsBytes(owner), static_cast<RrType>(random() % 3), AsBytes(rdata)};
      Sighting sighting = At(random() % 1000);
      sighting.bailiwick = *record::Bailiwick::OfRank(random() % 4);
      table.Add(tuple, sighting);
      const auto [found, fresh] = model.emplace(KeyOf(tuple), sighting);
      if (!fresh) record::Merge(found->second, sighting);
    }
    ASSERT_GT(model.size(), 10'000U);
    ExpectSame(table, model);
    table.Clear();
    EXPECT_EQ(table.size(), 0U);
    EXPECT_TRUE(List(table).empty());
  }
}

// What is known of a tuple, the days one by one.
struct Known {
  std::set<std::int64_t> days;
  std::optional<Sighting> rest;  // all but the days

  void Add(const Sighting& sighting) {
    for (auto day = record::DayOf(sighting.first); day <= record::DayOf(sighting.last);
         day += std::chrono::days(1)) {
      days.insert(day.time_since_epoch().count());
    }
    if (rest.has_value()) record::Merge(*rest, sighting);
    if (!rest.has_value()) rest = sighting;
  }
};
using KnownByKey = std::map<std::string, Known>;

// The entries of a tuple together say no more and no less than all that was added of it.
void ExpectKnown(Table& table, const KnownByKey& expected) {
  KnownByKey actual;
  for (const Entry* entry : List(table))
    actual[std::string(AsText(entry->key()))].Add(entry->sighting);
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [key, known] : expected) {
    ASSERT_EQ(actual[key].days, known.days);
    ASSERT_TRUE(Same(actual[key].rest.value(), known.rest.value()));
  }
}

// So does the history that a store makes of them.
void ExpectHistories(Table& table, const KnownByKey& expected) {
  std::map<std::string, record::History> histories;
  for (const Entry* entry : List(table)) {
    const record::History history(entry->sighting);
    const auto [found, fresh] = histories.emplace(AsText(entry->key()), history);
    if (!fresh) record::Merge(found->second, history);
  }
  ASSERT_EQ(histories.size(), expected.size());
  for (const auto& [key, known] : expected) {
    const record::History& history = histories.at(key);
    ASSERT_EQ(record::CountDays(history), known.days.size());
    ASSERT_EQ(history.count, known.rest->count);
    ASSERT_EQ(history.sensors, known.rest->sensors);
    for (const std::int64_t number : known.days) {
      const std::chrono::sys_days day{std::chrono::days(number)};
      ASSERT_TRUE(record::SeenBetween(history, day, day));
    }
  }
}

// Any days in any order, sightings of several days among them.
TEST(Table, ATupleWithGapsKeepsEachDay) {
  constexpr std::int64_t kDay = 86400;
  std::mt19937 random(12);
  Table table;
  for (const unsigned range : {3U, 30U, 400U, 20'000U}) {
    KnownByKey model;
    for (int i = 0; i < 20'000; ++i) {
      const Numbered one(static_cast<std::uint32_t>(random() % 40));
      const auto at = static_cast<std::int64_t>(random() % range) * kDay +
                      static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kDay));
      Sighting sighting = At(at);
      if (random() % 8 == 0) sighting.last += seconds(random() % (3 * kDay));
      sighting.count = random() % 5 + 1;
      sighting.bailiwick = *record::Bailiwick::OfRank(random() % 4);
      sighting.sensors = record::SensorBit(static_cast<unsigned>(random() % 63));
      table.Add(one.tuple(), sighting);
      model[KeyOf(one.tuple())].Add(sighting);
    }
    ASSERT_EQ(model.size(), 40U);
    ExpectKnown(table, model);
    ExpectHistories(table, model);
    table.Clear();
  }
}

// As a capture of nearly any length is: no gap, so an entry a tuple.
TEST(Table, DaysInARowAreOneEntry) {
  constexpr std::int64_t kDay = 86400;
  Table table;
  for (const std::int64_t day : {20'101, 20'100, 20'102, 20'101, 20'103})
    table.Add(Numbered(1).tuple(), At(day * kDay));
  const auto entries = List(table);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]->sighting.count, 5U);
  table.Add(Numbered(1).tuple(), At(20'105 * kDay));
  EXPECT_EQ(List(table).size(), 2U);
}

// One name on every other day since 1970, which nothing refuses: it stays quick.
TEST(Table, TenThousandGaps) {
  constexpr std::int64_t kDay = 86400;
  constexpr std::int64_t kDays = 20'000;
  KnownByKey model;
  Table table;
  for (int round = 0; round < 3; ++round) {
    for (std::int64_t i = 0; i < kDays / 2; ++i) {
      const Sighting sighting = At(i * 7919 % (kDays / 2) * 2 * kDay);
      table.Add(Numbered(1).tuple(), sighting);
      model[KeyOf(Numbered(1).tuple())].Add(sighting);
    }
  }
  EXPECT_EQ(List(table).size(), kDays / 2);
  ExpectKnown(table, model);
}

// A slot holds 32 bits of the hash: of so many tuples some 18 pairs share all of them, and all but
// one in 10^8 runs have such a pair.
TEST(Table, TuplesThatShareAHashStayApart) {
  constexpr std::uint32_t kTuples = 400'000;
  Table table;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < kTuples; ++i) {
      const Numbered one(i);
      table.Add(one.tuple(), At(i));
    }
    table.FoldPending();
    ASSERT_EQ(table.size(), kTuples);
  }
  std::uint32_t number = 0;
  for (const Entry* entry : List(table)) {
    ASSERT_TRUE(AsText(entry->key()) == KeyOf(Numbered(number).tuple())) << number;
    ASSERT_EQ(entry->sighting.count, 2U) << number;
    ++number;
  }
}

TEST(Table, WhatIsInHandCountsAsHeld) {
  Table table;
  EXPECT_TRUE(table.empty());
  table.Add(Numbered(1).tuple(), At(1));
  EXPECT_FALSE(table.empty());
  table.Clear();
  EXPECT_TRUE(table.empty());
  table.FoldPending();
  EXPECT_EQ(table.size(), 0U) << "it was not cleared";
  table.Add(Numbered(2).tuple(), At(1));
  table.FoldPending();
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(table.size(), 1U);
}

// Whatever the caller does with its bytes, and however long they are.
TEST(Table, WhatIsInHandIsItsOwn) {
  Table table;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < 40; ++i) {
    std::string rdata(i % 3 == 0 ? 65535 - i : i, static_cast<char>(i));
    const std::string owner = WireName(std::to_string(i) + ".org");
    const Tuple tuple{AsBytes(owner), RrType::kTxt, AsBytes(rdata)};
    table.Add(tuple, At(1));
    keys.push_back(KeyOf(tuple));
    rdata.assign(rdata.size(), 'x');
  }
  const auto entries = List(table);
  ASSERT_EQ(entries.size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_TRUE(AsText(entries[i]->key()) == keys[i]);
}

TEST(Table, ListsInTheOrderTheyCameBehindWhatIsThere) {
  Table table;
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < 5000; ++i) order.push_back(i * 2654435761U);
  for (const std::uint32_t number : order) {
    table.Add(Numbered(number).tuple(), At(1));
    table.Add(Numbered(order.front()).tuple(), At(1));
  }
  std::vector<const Entry*> entries{nullptr, nullptr};
  table.FoldPending();
  table.List(entries);
  ASSERT_EQ(entries.size(), order.size() + 2);
  EXPECT_EQ(entries[1], nullptr);
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_TRUE(AsText(entries[i + 2]->key()) == KeyOf(Numbered(order[i]).tuple())) << i;
  }
}

// Growing forgets nothing and makes nothing twice, whatever the size it comes at.
TEST(Table, GrowsAtAnySize) {
  Table table;
  constexpr std::uint32_t kMost = 13'000;  // four times doubled
  std::size_t grown = 0;
  for (std::uint32_t size = 1; size <= kMost; ++size) {
    const std::size_t before = table.memory();
    table.Add(Numbered(size).tuple(), At(1));
    // The tuple that came first is found whether the table has just grown or is about to.
    table.Add(Numbered(1).tuple(), At(1));
    table.FoldPending();
    ASSERT_EQ(table.size(), size);
    if (table.memory() == before) continue;
    ++grown;
    for (std::uint32_t i = 1; i <= size; ++i) table.Add(Numbered(i).tuple(), At(1));
    table.FoldPending();
    ASSERT_EQ(table.size(), size);
  }
  EXPECT_GE(grown, 5U);
  EXPECT_EQ(List(table).front()->sighting.count, 1 + kMost + grown);
}

void Fill(Table& table, std::uint32_t tuples) {
  for (std::uint32_t i = 0; i < tuples; ++i) table.Add(Numbered(i).tuple(), At(1));
  table.FoldPending();
}

TEST(Table, ClearKeepsWhatARoundNeededAndShrinksAfterASmallerOne) {
  Table table;
  Fill(table, 1);
  const std::size_t small = table.memory();
  table.Clear();
  const std::size_t small_kept = table.memory();
  EXPECT_LT(small_kept, small);

  Fill(table, 100'000);
  const std::size_t large = table.memory();
  table.Clear();
  const std::size_t large_kept = table.memory();
  EXPECT_GT(large_kept, 10 * small_kept);
  Fill(table, 100'000);
  EXPECT_EQ(table.memory(), large);  // no more for the same again
  table.Clear();
  EXPECT_EQ(table.memory(), large_kept);

  Fill(table, 1000);
  table.Clear();
  EXPECT_LT(table.memory(), large_kept / 10);
  Fill(table, 1);
  table.Clear();
  EXPECT_EQ(table.memory(), small_kept);
}

TEST(Table, AfterClearNothingIsFoundOfBefore) {
  Table table;
  Fill(table, 3000);
  table.Clear();
  for (const std::uint32_t number : {2999U, 0U, 5000U, 0U}) {
    table.Add(Numbered(number).tuple(), At(7));
  }
  const auto entries = List(table);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(AsText(entries[0]->key()), KeyOf(Numbered(2999).tuple()));
  EXPECT_EQ(entries[0]->sighting.count, 1U);
  EXPECT_EQ(entries[1]->sighting.count, 2U);
}

}  // namespace
}  // namespace pdns::aggregate
