#include "record/observation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace pdns::record {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

bool Same(const Sighting& a, const Sighting& b) {
  return a.first == b.first && a.last == b.last && a.count == b.count &&
         a.bailiwick == b.bailiwick && a.reasons == b.reasons && a.sensors == b.sensors;
}

Sighting Merged(Sighting a, const Sighting& b) {
  Merge(a, b);
  return a;
}

// Counts near the limit and above it, as a damaged database might hold them, are among them.
Sighting RandomSighting(std::mt19937_64& random) {
  static constexpr std::uint64_t kCounts[] = {
      0, 1, 2, kMaxCount - 1, kMaxCount, kMaxCount + 1, ~std::uint64_t{0}};
  const auto first = static_cast<std::int64_t>(random() % 100);
  const auto last = first + static_cast<std::int64_t>(random() % 100);
  return {sys_seconds(seconds(first)),
          sys_seconds(seconds(last)),
          random() % 2 == 0 ? kCounts[random() % std::size(kCounts)] : random() % 1000,
          *Bailiwick::OfRank(random() % 129),
          static_cast<std::uint8_t>(random() % 4),
          random() & kAllSensors};
}

TEST(Merge, MinMaxSumMaxOr) {
  Sighting into{sys_seconds(seconds(10)),
                sys_seconds(seconds(20)),
                3,
                Bailiwick::OfLabels(2),
                kOffChain,
                SensorBit(1)};
  Merge(into, {sys_seconds(seconds(5)), sys_seconds(seconds(15)), 4, Bailiwick::OfLabels(1),
               kOutOfBailiwick, SensorBit(7)});
  EXPECT_EQ(into.first, sys_seconds(seconds(5)));
  EXPECT_EQ(into.last, sys_seconds(seconds(20)));
  EXPECT_EQ(into.count, 7U);
  EXPECT_EQ(into.bailiwick, Bailiwick::OfLabels(2));
  EXPECT_EQ(into.reasons, kOffChain | kOutOfBailiwick);
  EXPECT_EQ(into.sensors, SensorBit(1) | SensorBit(7));
}

TEST(Merge, SaturatesAtTheLimitAndStaysThere) {
  const auto sum = [](std::uint64_t a, std::uint64_t b) {
    return Merged({.first = {}, .last = {}, .count = a}, {.first = {}, .last = {}, .count = b})
        .count;
  };
  EXPECT_EQ(kMaxCount, (std::uint64_t{1} << 63) - 1);
  EXPECT_EQ(sum(kMaxCount - 1, 1), kMaxCount);
  EXPECT_EQ(sum(kMaxCount - 2, 1), kMaxCount - 1);
  EXPECT_EQ(sum(kMaxCount, 1), kMaxCount);
  EXPECT_EQ(sum(kMaxCount, kMaxCount), kMaxCount);
  EXPECT_EQ(sum(~std::uint64_t{0}, 1), kMaxCount);
  EXPECT_EQ(sum(1, ~std::uint64_t{0}), kMaxCount);
  EXPECT_EQ(sum(~std::uint64_t{0}, ~std::uint64_t{0}), kMaxCount);
}

TEST(Merge, CommutativeAndAssociative) {
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 100'000; ++trial) {
    const Sighting a = RandomSighting(random);
    const Sighting b = RandomSighting(random);
    const Sighting c = RandomSighting(random);
    ASSERT_TRUE(Same(Merged(a, b), Merged(b, a)));
    ASSERT_TRUE(Same(Merged(Merged(a, b), c), Merged(a, Merged(b, c))));
  }
}

TEST(Merge, AnyOrderAnySplitTheSameResult) {
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<Sighting> all(2 + random() % 20);
    for (Sighting& one : all) one = RandomSighting(random);
    const auto fold = [](const std::vector<Sighting>& list) {
      return std::accumulate(list.begin() + 1, list.end(), list.front(), Merged);
    };
    const Sighting expected = fold(all);
    std::shuffle(all.begin(), all.end(), random);
    ASSERT_TRUE(Same(fold(all), expected));
    const auto cut = all.begin() + 1 + static_cast<std::ptrdiff_t>(random() % (all.size() - 1));
    const std::vector<Sighting> left(all.begin(), cut);
    const std::vector<Sighting> right(cut, all.end());
    ASSERT_TRUE(Same(Merged(fold(right), fold(left)), expected));
  }
}

sys_seconds OnDay(std::int64_t day, std::int64_t second) {
  return sys_seconds(std::chrono::days(day) + seconds(second));
}

TEST(Joins, WithoutADayBetweenThem) {
  constexpr std::int64_t kLastSecond = 86399;
  const auto joins = [](const Sighting& a, const Sighting& b) {
    EXPECT_EQ(Joins(a, b), Joins(b, a));
    return Joins(a, b);
  };
  const Sighting day9{OnDay(9, 0), OnDay(9, 0)};
  EXPECT_TRUE(joins(day9, day9));
  EXPECT_TRUE(joins(day9, {OnDay(9, kLastSecond), OnDay(9, kLastSecond)}));
  EXPECT_TRUE(joins(day9, {OnDay(10, kLastSecond), OnDay(10, kLastSecond)}));
  EXPECT_FALSE(joins(day9, {OnDay(11, 0), OnDay(11, 0)}));
  EXPECT_TRUE(joins({OnDay(9, 0), OnDay(12, 0)}, {OnDay(13, 5), OnDay(20, 0)}));
  EXPECT_FALSE(joins({OnDay(9, 0), OnDay(12, kLastSecond)}, {OnDay(14, 0), OnDay(20, 0)}));
  EXPECT_TRUE(joins({OnDay(9, 0), OnDay(20, 0)}, {OnDay(12, 0), OnDay(13, 0)}));
  const Sighting epoch{sys_seconds(), sys_seconds()};
  EXPECT_TRUE(joins(epoch, {OnDay(-1, kLastSecond), OnDay(-1, kLastSecond)}));
  EXPECT_FALSE(joins(epoch, {OnDay(-2, kLastSecond), OnDay(-2, kLastSecond)}));
}

}  // namespace
}  // namespace pdns::record
