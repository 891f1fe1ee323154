#include "store_rocks/write/seen_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::store_rocks {
namespace {

std::uint64_t HashOf(const SeenCache& cache, int i) {
  return cache.Hash(AsBytes(std::to_string(i)));
}

TEST(SeenCache, HoldsWhatWasAddedAndNothingElse) {
  SeenCache cache(1U << 20);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(cache.Holds(HashOf(cache, i)));
  for (int i = 0; i < 1000; i += 2) cache.Add(HashOf(cache, i));
  int held = 0;
  for (int i = 0; i < 1000; ++i) {
    const bool holds = cache.Holds(HashOf(cache, i));
    EXPECT_TRUE(i % 2 == 0 || !holds) << i;
    held += holds ? 1 : 0;
  }
  EXPECT_GT(held, 490);  // a few may have met in one slot
}

TEST(SeenCache, TheLatestOfOneSlotStays) {
  SeenCache cache(1);  // one slot
  const std::uint64_t a = HashOf(cache, 1);
  const std::uint64_t b = HashOf(cache, 2);
  cache.Add(a);
  EXPECT_TRUE(cache.Holds(a));
  cache.Add(b);
  EXPECT_TRUE(cache.Holds(b));
  EXPECT_FALSE(cache.Holds(a));
}

TEST(SeenCache, WhatIsForgottenIsNotHeldAndOthersOfItsSlotStay) {
  SeenCache cache(1);  // one slot
  const std::uint64_t a = HashOf(cache, 1);
  const std::uint64_t b = HashOf(cache, 2);
  cache.Add(a);
  cache.Forget(b);
  EXPECT_TRUE(cache.Holds(a));
  cache.Forget(a);
  EXPECT_FALSE(cache.Holds(a));
  cache.Forget(a);
  cache.Add(b);
  EXPECT_TRUE(cache.Holds(b));
}

TEST(SeenCache, NoMemoryIsOneSlot) {
  SeenCache cache(0);
  cache.Add(HashOf(cache, 1));
  EXPECT_TRUE(cache.Holds(HashOf(cache, 1)));
}

TEST(SeenCache, EachProcessHasItsOwnSecret) {
  const SeenCache a(64);
  const SeenCache b(64);
  EXPECT_NE(HashOf(a, 1), HashOf(b, 1));
  EXPECT_EQ(HashOf(a, 1), HashOf(a, 1));
}

}  // namespace
}  // namespace pdns::store_rocks
