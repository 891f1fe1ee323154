#include "store_rocks/merge.h"

#include <gtest/gtest.h>
#include <rocksdb/merge_operator.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "unit/store/rows.h"

namespace pdns::store_rocks {
namespace {

using store::Encoded;
using testing::Seen;

// What RocksDB makes of an old value and operands; nothing when the operator refuses.
std::optional<std::string> FullMerge(const std::string* existing,
                                     const std::vector<std::string>& operands) {
  const auto merge = NewHistoryMerge();
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
  if (!NewHistoryMerge()->PartialMerge("key", left, right, &out, nullptr)) return std::nullopt;
  return out;
}

TEST(HistoryMerge, NameIsPartOfTheDiskFormat) {
  EXPECT_STREQ(NewHistoryMerge()->Name(), "pdns.history.2");
}

TEST(HistoryMerge, FoldsMinMaxSumAndMax) {
  const std::string old = Encoded(Seen(100, 200, 5, 1));
  EXPECT_EQ(FullMerge(&old, {Encoded(Seen(50, 150, 2, 3)), Encoded(Seen(120, 300, 1, 2))}),
            Encoded(Seen(50, 300, 8, 3)));
  EXPECT_EQ(FullMerge(nullptr, {Encoded(Seen(1, 2, 3, 4))}), Encoded(Seen(1, 2, 3, 4)));
  EXPECT_EQ(PartialMerge(Encoded(Seen(1, 1, 1)), Encoded(Seen(1, 1, 1, 0))),
            Encoded(Seen(1, 1, 2, 0)));  // the root is more than unknown
}

TEST(HistoryMerge, ReasonsAccumulateAndCountsSaturate) {
  EXPECT_EQ(PartialMerge(Encoded(Seen(1, 1, 1, {}, 1)), Encoded(Seen(1, 1, 1, {}, 2))),
            Encoded(Seen(1, 1, 2, {}, 3)));
  EXPECT_EQ(PartialMerge(Encoded(Seen(1, 1, record::kMaxCount)), Encoded(Seen(1, 1, 7))),
            Encoded(Seen(1, 1, record::kMaxCount)));
}

// Equal histories are equal bytes, whatever the order and the grouping, and whichever operand has
// the rdata.
TEST(HistoryMerge, AnyOrderAndAnyGroupingGivesTheSameBytes) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> operands;
    const bool with_rdata = random() % 2 == 0;
    for (std::size_t i = 0; i < 2 + random() % 8; ++i)
      operands.push_back(
          Encoded(store::RandomHistory(random), with_rdata && random() % 2 == 0 ? "rdata" : ""));
    const auto expected = FullMerge(nullptr, operands);
    ASSERT_TRUE(expected.has_value());
    for (int order = 0; order < 3; ++order) {
      std::shuffle(operands.begin(), operands.end(), random);
      std::vector<std::string> left = operands;
      while (left.size() > 1) {
        const std::size_t at = random() % (left.size() - 1);
        const auto folded = PartialMerge(left[at], left[at + 1]);
        ASSERT_TRUE(folded.has_value());
        left[at] = *folded;
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(at) + 1);
      }
      ASSERT_EQ(ToHex(AsBytes(left[0])), ToHex(AsBytes(*expected)));
      const std::string first = operands[0];
      ASSERT_EQ(FullMerge(&first, {operands.begin() + 1, operands.end()}), expected);
    }
  }
}

TEST(HistoryMerge, RefusesWhatIsNoValue) {
  const std::string good = Encoded(Seen(1, 2, 3), "rdata");
  const std::string bad("\xff\xff", 2);
  EXPECT_FALSE(FullMerge(&bad, {good}).has_value());
  EXPECT_FALSE(FullMerge(&good, {bad}).has_value());
  EXPECT_FALSE(FullMerge(nullptr, {bad}).has_value());
  EXPECT_FALSE(FullMerge(nullptr, {""}).has_value());
  EXPECT_FALSE(PartialMerge(good, bad).has_value());
  EXPECT_FALSE(PartialMerge(good, Encoded(Seen(1, 2, 3), "other")).has_value());
}

}  // namespace
}  // namespace pdns::store_rocks
