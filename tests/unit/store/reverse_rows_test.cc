// Each row at most once is held here for tuples that differ. Two rdata of one owner that share a
// digest, which would share a row, cannot be made.
#include "store/reverse_rows.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "unit/store/corpus.h"
#include "unit/support/dns_message.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::U16;
using testing::U32;
using testing::WireName;

std::vector<std::string> Contents(const ReverseRows& rows) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < rows.size(); ++i) keys.emplace_back(rows[i]);
  return keys;
}

// The reverse keys of the rows that are not known, sorted and each once.
std::vector<std::string> Expected(const SortedRows& rows, const Marks& known) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (known[i]) continue;
    const auto tuple = record::DecodeTupleKey(AsBytes(rows.key(i)));
    if (!tuple.has_value()) {
      ADD_FAILURE() << "no tuple key";
      continue;
    }
    for (const std::string& key : ReverseKeys(tuple->view())) {
      EXPECT_TRUE(keys.insert(key).second) << "two tuples of one reverse key";
    }
  }
  return {keys.begin(), keys.end()};
}

TEST(ReverseRows, OfTheUnknownOnlyAndInOrder) {
  Observations some;
  some.Add("a.org", RrType::kA, U32(9)).Add("b.org", RrType::kA, U32(1));
  some.Add("c.org", RrType::kA, U32(5)).Add("d.org", RrType::kNs, WireName("ns.net"));
  const SortedRows rows(some.list());
  const auto key = [&some](std::size_t i) {
    return ReverseKeys(testing::Read(*some.list()[i]).tuple.view()).at(0);
  };
  EXPECT_EQ(Contents({rows, {false, false, false, false}}),
            (std::vector<std::string>{key(3), key(1), key(2), key(0)}));
  EXPECT_EQ(Contents({rows, {false, true, false, true}}),
            (std::vector<std::string>{key(2), key(0)}));
  EXPECT_EQ(Contents({rows, {true, true, true, true}}).size(), 0U);
  EXPECT_EQ(Contents({SortedRows({}), {}}).size(), 0U);
}

TEST(ReverseRows, ATupleMayHaveNoneOrSeveral) {
  Observations some;
  some.Add("a.org", RrType::kNsec, WireName("b.org") + std::string("\0\1\x40", 3));
  some.Add("b.org", RrType::kHttps,
           U16(1) + WireName("svc.net") + U16(4) + U16(8) + U32(7) + U32(3));
  const SortedRows rows(some.list());
  EXPECT_EQ(Contents({rows, {false, true}}).size(), 0U);
  EXPECT_EQ(Contents({rows, {true, false}}).size(), 3U);
  EXPECT_EQ(Contents({rows, {false, false}}), Expected(rows, {false, false}));
}

TEST(ReverseRows, RealTuplesAnyOfThemKnown) {
  Observations some;
  for (const auto& tuple : CorpusTuples()) some.Add(tuple, Seen(1, 2, 3));
  const SortedRows rows(some.list());
  ASSERT_GT(rows.size(), 900U);
  std::mt19937 random(12);
  for (const unsigned percent_known : {0U, 10U, 50U, 99U}) {
    Marks known(rows.size());
    for (std::size_t i = 0; i < known.size(); ++i) known[i] = random() % 100 < percent_known;
    const auto expected = Expected(rows, known);
    EXPECT_TRUE(Contents({rows, known}) == expected) << percent_known;
    EXPECT_GT(expected.size(), 0U);
  }
}

}  // namespace
}  // namespace pdns::store
