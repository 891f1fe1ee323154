#include "store_rocks/type_counts.h"

#include <gtest/gtest.h>

#include <map>

namespace pdns::store_rocks {
namespace {

using record::RrType;

RrType Type(unsigned number) { return static_cast<RrType>(number); }

std::map<RrType, std::uint64_t> All(const TypeCounts& counts) {
  std::map<RrType, std::uint64_t> all;
  counts.ForEach([&](RrType type, std::uint64_t count) { all[type] = count; });
  return all;
}

TEST(TypeCounts, CountsAndSaysWhatChanged) {
  TypeCounts counts;
  counts.Load(Type(16), 7);
  EXPECT_TRUE(counts.DrainChanged().empty());
  for (const unsigned number : {0U, 1U, 1U, 255U, 256U, 65'535U}) counts.Add(Type(number));
  counts.Remove(Type(16));
  EXPECT_EQ(counts.DrainChanged(),
            (std::set{Type(0), Type(1), Type(16), Type(255), Type(256), Type(65'535)}));
  EXPECT_TRUE(counts.DrainChanged().empty());
  EXPECT_EQ(All(counts), (std::map<RrType, std::uint64_t>{{Type(0), 1},
                                                          {Type(1), 2},
                                                          {Type(16), 6},
                                                          {Type(255), 1},
                                                          {Type(256), 1},
                                                          {Type(65'535), 1}}));
  EXPECT_EQ(counts.Of(Type(1)), 2U);
  EXPECT_EQ(counts.Of(Type(3)), 0U);
  EXPECT_EQ(counts.Of(Type(30'000)), 0U);
}

TEST(TypeCounts, ACopyCostsWhatItChanges) {
  TypeCounts counts;
  for (unsigned number = 0; number < 65'536; ++number) counts.Add(Type(number));
  static_cast<void>(counts.DrainChanged());
  TypeCounts copy = counts;
  EXPECT_EQ(copy.BlocksApart(counts), 0U);
  copy.Add(Type(1));
  copy.Add(Type(2));
  copy.Remove(Type(40'000));
  EXPECT_EQ(copy.BlocksApart(counts), 2U);
  EXPECT_EQ(counts.Of(Type(1)), 1U);
  EXPECT_EQ(copy.Of(Type(1)), 2U);
  EXPECT_EQ(copy.Of(Type(40'000)), 0U);
  EXPECT_EQ(counts.Of(Type(40'000)), 1U);
  EXPECT_TRUE(counts.DrainChanged().empty());
  counts = std::move(copy);
  EXPECT_EQ(counts.DrainChanged().size(), 3U);
}

}  // namespace
}  // namespace pdns::store_rocks
