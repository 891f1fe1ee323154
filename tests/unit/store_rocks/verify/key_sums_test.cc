// Two sets of keys compared without either in memory, and what differs between them named.
#include "store_rocks/verify/key_sums.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::store_rocks {
namespace {

constexpr std::uint64_t kSeed = 7;

std::string KeyOf(int i) { return "key " + std::to_string(i); }

TEST(KeySums, OrderDoesNotMatter) {
  KeySums sums(kSeed);
  constexpr int kKeys = 10'000;
  for (int i = 0; i < kKeys; ++i) sums.Expect(KeyOf(i));
  for (int i = kKeys - 1; i >= 0; --i) sums.Find(KeyOf(i));
  EXPECT_TRUE(sums.Differing().empty());
}

TEST(KeySums, EachDifferenceIsNamed) {
  KeySums sums(kSeed);
  const auto expect = [](auto& into) {
    for (int i = 0; i < 5000; ++i) into.Expect(KeyOf(i));
  };
  // Two are missing, one is too much.
  const auto find = [](auto& into) {
    for (int i = 0; i < 5000; ++i)
      if (i != 17 && i != 4999) into.Find(KeyOf(i));
    into.Find("another");
  };
  expect(sums);
  find(sums);
  const auto buckets = sums.Differing();
  EXPECT_GE(buckets.size(), 1U);
  EXPECT_LE(buckets.size(), 3U);
  KeyDifferences differences(sums, buckets);
  expect(differences);
  find(differences);
  EXPECT_EQ(differences.Missing(), (std::vector<std::string>{KeyOf(17), KeyOf(4999)}));
  EXPECT_EQ(differences.Surplus(), (std::vector<std::string>{"another"}));
  EXPECT_FALSE(differences.full());
}

// One key in place of another: the counts agree and the sums do not.
TEST(KeySums, AnExchangeIsSeen) {
  for (int i = 0; i < 1000; ++i) {
    KeySums sums(static_cast<std::uint64_t>(i));
    sums.Expect("one");
    sums.Find("two");
    ASSERT_FALSE(sums.Differing().empty()) << i;
  }
}

TEST(KeySums, ManyDifferencesAreBounded) {
  KeySums sums(kSeed);
  for (int i = 0; i < 100'000; ++i) sums.Expect(KeyOf(i));
  const auto buckets = sums.Differing();
  EXPECT_GT(buckets.size(), KeyDifferences::kMostBuckets);
  KeyDifferences differences(sums, buckets);
  for (int i = 0; i < 100'000; ++i) differences.Expect(KeyOf(i));
  EXPECT_TRUE(differences.full());
  EXPECT_LT(differences.Missing().size(), 2000U);
}

}  // namespace
}  // namespace pdns::store_rocks
