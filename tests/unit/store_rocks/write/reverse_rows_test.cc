// Which reverse rows a batch makes: of its new rows, in order, each once.
#include "store_rocks/write/reverse_rows.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "unit/store_rocks/corpus.h"
#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U16;
using testing::U32;
using testing::WireName;

// The keys of `rev`; a cut one has the whole for a value.
std::vector<std::string> ReverseFamily(const std::string& path) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : RawDatabase(path).All(kReverse)) {
    EXPECT_EQ(value.empty() ? key : store::CutReverseKey(value), key);
    keys.push_back(key);
  }
  return keys;
}

std::vector<std::string> Expected(std::span<const record::Entry* const> entries) {
  std::set<std::string> keys;
  for (const record::Entry* entry : entries) {
    for (const std::string& key : ReverseKeys(testing::Read(*entry).tuple.view()))
      keys.insert(key.size() > store::kMaxReverseKey ? store::CutReverseKey(key) : key);
  }
  return {keys.begin(), keys.end()};
}

TEST(ReverseRows, OfTheUnknownOnlyInOrderAndEachOnce) {
  Observations some;
  some.Add("a.org", RrType::kA, U32(9)).Add("b.org", RrType::kA, U32(1));
  some.Add("c.org", RrType::kA, U32(5)).Add("d.org", RrType::kNs, WireName("ns.net"));
  const SortedRows rows(some.list());
  const ReverseRows all(rows, Known(rows.size()));
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all.Fetch(i);
    keys.emplace_back(all.key(i));
    EXPECT_TRUE(all.value(i).empty());
  }
  const auto key = [&some](std::size_t i) {
    return ReverseKeys(testing::Read(*some.list()[i]).tuple.view()).at(0);
  };
  EXPECT_EQ(keys, (std::vector<std::string>{key(3), key(1), key(2), key(0)}));
  const SortedRows none({});
  EXPECT_EQ(ReverseRows(none, Known(0)).size(), 0U);
}

TEST(ReverseRows, ATupleMayHaveNoneOrSeveral) {
  Observations some;
  some.Add("a.org", RrType::kNsec, WireName("b.org") + std::string("\0\1\x40", 3));
  const SortedRows proof(some.list());
  EXPECT_EQ(ReverseRows(proof, Known(1)).size(), 0U);
  some.Add("b.org", RrType::kHttps,
           U16(1) + WireName("svc.net") + U16(4) + U16(8) + U32(7) + U32(3));
  const SortedRows rows(some.list());
  EXPECT_EQ(ReverseRows(rows, Known(2)).size(), 3U);
}

// Two names of 509 ordered bytes: the key is cut, the value is all of it.
TEST(ReverseRows, ALongOneIsCutAndItsValueIsTheWhole) {
  const std::string label(63, '\1');
  const std::string longest = testing::Labels({label, label, label, label.substr(0, 61)});
  Observations some;
  some.Add({*record::Name::FromWire(AsBytes(longest)), RrType::kMx, U16(7) + longest},
           Seen(1, 2, 3));
  const SortedRows rows(some.list());
  const ReverseRows reverse(rows, Known(1));
  ASSERT_EQ(reverse.size(), 1U);
  EXPECT_EQ(reverse.key(0).size(), store::kMaxReverseKey);
  EXPECT_GT(reverse.value(0).size(), store::kMaxReverseKey);
  EXPECT_EQ(reverse.key(0), store::CutReverseKey(reverse.value(0)));
  const auto parts = store::SplitReverseKey(AsBytes(reverse.value(0)));
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->row_key, rows.key(0));
}

TEST(ReverseRows, RealTuplesAnyOfThemKnown) {
  Observations some;
  for (const auto& tuple : CorpusTuples()) some.Add(tuple, Seen(1, 2, 3));
  std::mt19937 random(12);
  for (const unsigned percent_known : {0U, 10U, 50U, 99U}) {
    const TempDir dir;
    std::vector<const record::Entry*> known;
    for (const record::Entry* entry : some.list()) {
      if (random() % 100 < percent_known) known.push_back(entry);
    }
    for (const auto& entries : {std::span<const record::Entry* const>(known), some.list()})
      Apply(*OpenToWrite(dir / "db"), {{}, {}, entries, {}, {}});
    EXPECT_TRUE(ReverseFamily(dir / "db") == Expected(some.list())) << percent_known;
  }
}

}  // namespace
}  // namespace pdns::store_rocks
