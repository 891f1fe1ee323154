#include "store/merge.h"

#include <gtest/gtest.h>
#include <rocksdb/merge_operator.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "store/value.h"
#include "unit/store/rows.h"

namespace pdns::store {
namespace {

std::string Encoded(const record::Sighting& sighting) {
  std::string value;
  AppendValue(value, sighting);
  return value;
}

// What RocksDB makes of an old value and operands; nothing when the operator refuses.
std::optional<std::string> FullMerge(const std::string* existing,
                                     const std::vector<std::string>& operands) {
  const auto merge = NewSightingMerge();
  const rocksdb::Slice old = existing != nullptr ? rocksdb::Slice(*existing) : rocksdb::Slice();
  const std::vector<rocksdb::Slice> slices(operands.begin(), operands.end());
  std::string out;
  rocksdb::Slice picked(nullptr, 0);
  const rocksdb::MergeOperator::MergeOperationInput in("key", existing != nullptr ? &old : nullptr,
                                                       slices, nullptr);
  rocksdb::MergeOperator::MergeOperationOutput result(out, picked);
  if (!merge->FullMergeV2(in, &result)) return std::nullopt;
  return picked.data() != nullptr ? picked.ToString() : out;
}

std::optional<std::string> PartialMerge(const std::string& left, const std::string& right) {
  std::string out;
  if (!NewSightingMerge()->PartialMerge("key", left, right, &out, nullptr)) return std::nullopt;
  return out;
}

TEST(SightingMerge, NameIsPartOfTheDiskFormat) {
  EXPECT_STREQ(NewSightingMerge()->Name(), "pdns.sighting.1");
}

TEST(SightingMerge, FoldsMinMaxSumAndMax) {
  const std::string old = Encoded(Seen(100, 200, 5, 1));
  EXPECT_EQ(FullMerge(&old, {Encoded(Seen(50, 150, 2, 3)), Encoded(Seen(120, 300, 1, 2))}),
            Encoded(Seen(50, 300, 8, 3)));
  EXPECT_EQ(FullMerge(nullptr, {Encoded(Seen(1, 2, 3, 4))}), Encoded(Seen(1, 2, 3, 4)));
}

TEST(SightingMerge, ReasonsAccumulateAndCountsSaturate) {
  EXPECT_EQ(PartialMerge(Encoded(Seen(1, 1, 1, 0, 1)), Encoded(Seen(1, 1, 1, 0, 2))),
            Encoded(Seen(1, 1, 2, 0, 3)));
  EXPECT_EQ(PartialMerge(Encoded(Seen(1, 1, record::kMaxCount)), Encoded(Seen(1, 1, 7))),
            Encoded(Seen(1, 1, record::kMaxCount)));
}

TEST(SightingMerge, AnyOrderAndAnyGroupingSaysTheSame) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> operands;
    for (int i = 0; i < 6; ++i) {
      const auto first = static_cast<std::int64_t>(random() % 1000);
      const auto span = static_cast<std::int64_t>(random() % 1000);
      operands.push_back(Encoded(
          Seen(first, first + span, 1 + random() % 5, static_cast<std::uint8_t>(random() % 5))));
    }
    const auto expected = FullMerge(nullptr, operands);
    ASSERT_TRUE(expected.has_value());
    std::shuffle(operands.begin(), operands.end(), random);
    while (operands.size() > 1) {
      const std::size_t at = random() % (operands.size() - 1);
      const auto folded = PartialMerge(operands[at], operands[at + 1]);
      ASSERT_TRUE(folded.has_value());
      operands[at] = *folded;
      operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    ASSERT_EQ(operands[0], *expected);
  }
}

TEST(SightingMerge, RefusesWhatIsNoValue) {
  const std::string good = Encoded(Seen(1, 2, 3));
  const std::string bad("\xff\xff", 2);
  EXPECT_FALSE(FullMerge(&bad, {good}).has_value());
  EXPECT_FALSE(FullMerge(&good, {bad}).has_value());
  EXPECT_FALSE(FullMerge(nullptr, {bad}).has_value());
  EXPECT_FALSE(FullMerge(nullptr, {""}).has_value());
  EXPECT_FALSE(PartialMerge(good, bad).has_value());
}

}  // namespace
}  // namespace pdns::store
