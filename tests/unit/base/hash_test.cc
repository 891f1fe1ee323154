#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pdns {
namespace {

std::string Hash128Hex(std::string_view text) { return ToHex(Hash128(AsBytes(text))); }

// Written to disk, so these must never change. Values by xxhsum -H2 (the program of xxHash).
TEST(Hash, Hash128IsFixedForever) {
  EXPECT_EQ(Hash128Hex(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(Hash128Hex("abc"), "06b05ab6733a618578af5f94892f3950");
  EXPECT_EQ(Hash128Hex(std::string(1000, 'a')), "b01da365eddaa29cb3e7af627147db7c");
}

TEST(Hash, EveryByteOfALongInputCounts) {
  std::string text(3000, 'x');
  std::set<std::string> seen{Hash128Hex(text)};
  for (char& byte : text) {
    byte = 'y';
    EXPECT_TRUE(seen.insert(Hash128Hex(text)).second);
    byte = 'x';
  }
}

TEST(Hash, Hash64DependsOnTheSeed) {
  const std::string text = "www.example.com";
  EXPECT_EQ(Hash64(AsBytes(text), 1), Hash64(AsBytes(text), 1));
  EXPECT_NE(Hash64(AsBytes(text), 1), Hash64(AsBytes(text), 2));
}

TEST(Hash, SeedsAreFresh) {
  std::set<std::uint64_t> seeds;
  for (int i = 0; i < 100; ++i) seeds.insert(RandomSeed());
  EXPECT_EQ(seeds.size(), 100U);
}

}  // namespace
}  // namespace pdns
