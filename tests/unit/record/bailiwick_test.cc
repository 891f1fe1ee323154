#include "record/bailiwick.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pdns::record {
namespace {

TEST(Bailiwick, UnknownIsNotTheRoot) {
  constexpr Bailiwick kUnknown;
  constexpr Bailiwick kRoot = Bailiwick::OfLabels(0);
  EXPECT_FALSE(kUnknown.known());
  EXPECT_TRUE(kRoot.known());
  EXPECT_NE(kUnknown, kRoot);
  EXPECT_EQ(kUnknown.labels(), 0U);
  EXPECT_EQ(kRoot.labels(), 0U);
}

// What a merge keeps is the greater one.
TEST(Bailiwick, UnknownThenTheRootThenLongerZones) {
  Bailiwick before;
  for (unsigned labels = 0; labels <= 127; ++labels) {
    const Bailiwick zone = Bailiwick::OfLabels(labels);
    EXPECT_EQ(zone.labels(), labels);
    EXPECT_LT(before, zone);
    EXPECT_EQ(std::max(before, zone), zone);
    before = zone;
  }
}

TEST(Bailiwick, RanksAreThoseOfNames) {
  for (std::uint64_t rank = 0; rank <= 128; ++rank) {
    const auto zone = Bailiwick::OfRank(rank);
    ASSERT_TRUE(zone.has_value());
    EXPECT_EQ(zone->rank(), rank);
    EXPECT_EQ(zone->known(), rank > 0);
  }
  for (const std::uint64_t rank : {std::uint64_t{129}, std::uint64_t{256}, ~std::uint64_t{0}})
    EXPECT_FALSE(Bailiwick::OfRank(rank).has_value());
}

}  // namespace
}  // namespace pdns::record
