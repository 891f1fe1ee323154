#include "store/sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"

namespace pdns::store {
namespace {

std::vector<std::uint64_t> Hashes(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string bytes;
    AppendU64(bytes, i);
    hashes.push_back(Hash64(AsBytes(bytes), seed));
  }
  return hashes;
}

Sketch Of(const std::vector<std::uint64_t>& hashes) {
  Sketch sketch;
  for (const std::uint64_t hash : hashes) sketch.Add(hash);
  return sketch;
}

std::string Registers(const Sketch& sketch) {
  std::string all;
  for (unsigned part = 0; part < Sketch::kParts; ++part) all += sketch.part(part);
  return all;
}

TEST(Sketch, ErrsByLessThanThreePercent) {
  for (const std::size_t count : {10U, 1000U, 30'000U, 45'000U, 100'000U, 1'000'000U}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const auto counted = static_cast<double>(count);
      const auto estimate = static_cast<double>(Of(Hashes(count, seed)).Estimate());
      EXPECT_LE(std::abs(estimate - counted), 0.03 * counted) << count << " seed " << seed;
    }
  }
}

TEST(Sketch, OfNothingAndOfOne) {
  EXPECT_EQ(Sketch().Estimate(), 0U);
  EXPECT_EQ(Of(Hashes(1, 9)).Estimate(), 1U);
  EXPECT_EQ(Of(std::vector<std::uint64_t>(1000, 77)).Estimate(), 1U);
}

TEST(Sketch, AnyOrderAndRepeatsGiveTheSameRegisters) {
  std::mt19937 random(5);
  std::vector<std::uint64_t> hashes = Hashes(50'000, 4);
  const std::string registers = Registers(Of(hashes));
  hashes.insert(hashes.end(), hashes.begin(), hashes.begin() + 10'000);
  for (int round = 0; round < 3; ++round) {
    std::shuffle(hashes.begin(), hashes.end(), random);
    EXPECT_TRUE(Registers(Of(hashes)) == registers);
  }
}

TEST(Sketch, RanksAtTheirLimits) {
  const auto rank = [](std::uint64_t hash) {
    const Sketch sketch = Of({hash});
    return static_cast<unsigned char>(sketch.part(0)[0]);
  };
  constexpr std::uint64_t kTop = std::uint64_t{1} << 49;  // of the bits that are ranked
  EXPECT_EQ(rank(kTop), 1U);
  EXPECT_EQ(rank(kTop | 1), 1U);
  EXPECT_EQ(rank(kTop - 1), 2U);
  EXPECT_EQ(rank(1), 50U);
  EXPECT_EQ(rank(0), 51U);
  // Every register's highest: a number, not an overflow.
  std::vector<std::uint64_t> highest;
  for (std::uint64_t index = 0; index < 16384; ++index) highest.push_back(index << 50);
  EXPECT_GT(Of(highest).Estimate(), std::uint64_t{1} << 60);
}

TEST(Sketch, PartsThatChangedAreToldOnce) {
  Sketch sketch;
  EXPECT_TRUE(sketch.DrainChanged().empty());
  sketch.Add(0);
  sketch.Add(~std::uint64_t{0});
  EXPECT_EQ(sketch.DrainChanged(), (std::vector<unsigned>{0, Sketch::kParts - 1}));
  sketch.Add(0);
  sketch.Add(1);  // a lower rank in the register of the first
  EXPECT_TRUE(sketch.DrainChanged().empty());
}

TEST(Sketch, LoadedByPartsItGoesOn) {
  const std::vector<std::uint64_t> hashes = Hashes(20'000, 6);
  const std::vector<std::uint64_t> first(hashes.begin(), hashes.begin() + 300);
  Sketch before = Of(first);
  Sketch loaded;
  for (const unsigned part : before.DrainChanged())
    EXPECT_TRUE(loaded.Load(part, AsBytes(before.part(part))));
  EXPECT_TRUE(Registers(loaded) == Registers(before));
  EXPECT_TRUE(loaded.DrainChanged().empty());
  EXPECT_EQ(loaded.Estimate(), before.Estimate());
  for (const std::uint64_t hash : hashes) loaded.Add(hash);
  EXPECT_TRUE(Registers(loaded) == Registers(Of(hashes)));
}

TEST(Sketch, RefusesWhatIsNoPart) {
  Sketch sketch;
  const std::string part(256, '\x33');  // 51
  EXPECT_TRUE(sketch.Load(0, AsBytes(part)));
  EXPECT_TRUE(sketch.Load(Sketch::kParts - 1, AsBytes(part)));
  EXPECT_FALSE(sketch.Load(Sketch::kParts, AsBytes(part)));
  EXPECT_FALSE(sketch.Load(1, AsBytes(part + part)));
  EXPECT_FALSE(sketch.Load(1, AsBytes(part).first(255)));
  EXPECT_FALSE(sketch.Load(1, {}));
  EXPECT_FALSE(sketch.Load(1, AsBytes(std::string(255, '\1') + '\x34')));
  EXPECT_EQ(sketch.part(1), std::string(256, '\0'));
}

}  // namespace
}  // namespace pdns::store
