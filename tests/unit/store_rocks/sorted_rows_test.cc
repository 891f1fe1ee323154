#include "store_rocks/sorted_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "unit/store_rocks/rows.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;

using Model = std::map<std::string, record::History>;

void ExpectSame(const SortedRows& rows, const Model& model) {
  ASSERT_EQ(rows.size(), model.size());
  std::size_t i = 0;
  for (const auto& [key, history] : model) {
    ASSERT_TRUE(rows.key(i) == key) << i;
    ASSERT_TRUE(rows.history(i) == history) << i << ": count " << rows.history(i).count;
    ++i;
  }
}

TEST(SortedRows, OfNothing) {
  const SortedRows rows({});
  EXPECT_EQ(rows.size(), 0U);
}

TEST(SortedRows, KeyOrderWhateverTheOrderOfEntries) {
  Observations some;
  some.Add("z.org", RrType::kA, "1", Seen(1, 1, 1)).Add("a.org", RrType::kA, "2", Seen(2, 2, 2));
  some.Add("net", RrType::kA, "3", Seen(3, 3, 3)).Add("org", RrType::kNs, "4", Seen(4, 4, 4));
  const SortedRows rows(some.list());
  ASSERT_EQ(rows.size(), 4U);
  Lines owners;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto tuple = record::DecodeTupleKey(AsBytes(rows.key(i)));
    ASSERT_TRUE(tuple.has_value());
    owners.push_back(Line(tuple->view(), rows.history(i)));
  }
  EXPECT_EQ(owners, (Lines{"net. A 33 3 3 3 - 0", "org. NS 34 4 4 4 - 0", "a.org. A 32 2 2 2 - 0",
                           "z.org. A 31 1 1 1 - 0"}));
}

TEST(SortedRows, ATupleOfThreeWindowsIsTheMergeOfThem) {
  std::vector<Observations> windows(3);
  windows[0].Add("a.org", RrType::kA, "addr", Seen(50, 60, 1, 2, record::kOffChain));
  windows[1].Add("a.org", RrType::kA, "addr", Seen(10, 20, 10, 1, record::kOutOfBailiwick));
  windows[2].Add("a.org", RrType::kA, "addr", Seen(30, 90, 100, 0, record::kOffChain));
  std::vector<const record::Entry*> entries;
  for (const Observations& window : windows) entries.push_back(window.list()[0]);
  const SortedRows rows(entries);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.history(0), record::History(Seen(10, 90, 111, 2, 3)));
  // The windows stay as they are: a batch that fails may be given again.
  EXPECT_TRUE(testing::Same(windows[0].list()[0]->sighting, Seen(50, 60, 1, 2, record::kOffChain)));
}

// Entries of several windows: tuples in one of them, in several, in all; the same entry twice, too.
TEST(SortedRows, RandomWindowsAsInAMap) {
  std::mt19937 random(10);
  for (int round = 0; round < 200; ++round) {
    std::vector<Observations> windows(1 + random() % 5);
    Model model;
    std::vector<const record::Entry*> entries;
    const std::size_t tuples = 1 + random() % 200;
    for (std::size_t i = 0; i < 300; ++i) {
      Observations& window = windows[random() % windows.size()];
      const auto first = static_cast<std::int64_t>(random() % 9) * 86'400;  // days with gaps
      const auto sighting = Seen(first, first + 5, random() % 9, random() % 5,
                                 static_cast<std::uint8_t>(random() % 4));
      window.Add("a.org", RrType::kTxt, std::to_string(random() % tuples), sighting);
      for (unsigned times = random() % 10 == 0 ? 2 : 1; times > 0; --times) {
        entries.push_back(window.list().back());
        const auto [found, fresh] =
            model.emplace(AsText(entries.back()->key()), entries.back()->sighting);
        if (!fresh) record::Merge(found->second, entries.back()->sighting);
      }
    }
    std::shuffle(entries.begin(), entries.end(), random);
    ExpectSame(SortedRows(entries), model);
    if (HasFatalFailure()) return;
  }
}

// Rdata around the limit: cut keys, and the whole rdata of whichever entry it was.
TEST(SortedRows, LongRdataHasACutKeyAndComesBackWhole) {
  Observations some;
  for (const std::size_t size : {254U, 255U, 256U, 65535U}) {
    for (int times = 0; times < 2; ++times)
      some.Add("a.org", RrType::kTxt, std::string(size, 'x'), Seen(1, 2, 1));
  }
  const SortedRows rows(some.list());
  ASSERT_EQ(rows.size(), 4U);
  std::size_t whole = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const store::RowKeyParts parts = *store::SplitRowKey(AsBytes(rows.key(i)));
    const Bytes rdata = parts.cut ? rows.long_rdata(i) : parts.rest;
    EXPECT_EQ(parts.cut, rdata.size() >= 255);
    EXPECT_EQ(parts.cut, !rows.long_rdata(i).empty());
    EXPECT_EQ(rows.history(i).count, 2U);
    EXPECT_EQ(AsText(rdata), std::string(rdata.size(), 'x'));
    EXPECT_EQ(rows.key(i), store::RowKeyOf(MakeTuple("a.org", RrType::kTxt, AsText(rdata)).view()));
    whole += rdata.size();
  }
  EXPECT_EQ(whole, 254U + 255U + 256U + 65535U);
}

}  // namespace
}  // namespace pdns::store_rocks
