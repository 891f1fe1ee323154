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
         a.zone_labels == b.zone_labels && a.reasons == b.reasons;
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
  return {sys_seconds(seconds(first)), sys_seconds(seconds(last)),
          random() % 2 == 0 ? kCounts[random() % std::size(kCounts)] : random() % 1000,
          static_cast<std::uint8_t>(random() % 128), static_cast<std::uint8_t>(random() % 4)};
}

TEST(Merge, MinMaxSumMaxOr) {
  Sighting into{sys_seconds(seconds(10)), sys_seconds(seconds(20)), 3, 2, kOffChain};
  Merge(into, {sys_seconds(seconds(5)), sys_seconds(seconds(15)), 4, 1, kOutOfBailiwick});
  EXPECT_EQ(into.first, sys_seconds(seconds(5)));
  EXPECT_EQ(into.last, sys_seconds(seconds(20)));
  EXPECT_EQ(into.count, 7U);
  EXPECT_EQ(into.zone_labels, 2U);
  EXPECT_EQ(into.reasons, kOffChain | kOutOfBailiwick);
}

TEST(Merge, SaturatesAtTheLimitAndStaysThere) {
  const auto sum = [](std::uint64_t a, std::uint64_t b) {
    return Merged({{}, {}, a, 0, 0}, {{}, {}, b, 0, 0}).count;
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

}  // namespace
}  // namespace pdns::record
