#include "query/hit_sorter.h"

#include <gtest/gtest.h>

#include "unit/store/rows.h"
#include "unit/support/dns_message.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Lines;
using store::MakeTuple;
using store::Seen;

Lines Sorted(HitSorter::Order order) {
  const std::string mail = testing::WireName("mail.org");
  const std::vector<std::pair<record::OwnedTuple, record::Sighting>> rows{
      {MakeTuple("b.org", RrType::kMx, testing::U16(10) + mail), Seen(30, 40, 1, 1)},
      {MakeTuple("a.org", RrType::kMx, testing::U16(20) + mail), Seen(10, 20, 7, 2, 3)},
      {MakeTuple("a.org", RrType::kMx, testing::U16(10) + mail), Seen(20, 90, 3)},
  };
  const std::vector<Asked> asked{{"one", 1}, {"two", 2}};
  HitSorter sorter(order);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Status added =
        sorter.Add({rows[i].first.view(), rows[i].second, i < 2 ? &asked[i] : nullptr, {}});
    EXPECT_TRUE(added.ok()) << added.message();
  }
  Lines lines;
  const Status status = sorter.ForEach([&](const Hit& hit) {
    lines.push_back(store::Line(hit.tuple, hit.sighting) + " " +
                    (hit.asked != nullptr ? std::string(hit.asked->text) : "-"));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return lines;
}

const std::string kMail = "046d61696c036f726700";
const std::string kB = "b.org. MX 000a" + kMail + " 30 40 1 1 0 one";
const std::string kA20 = "a.org. MX 0014" + kMail + " 10 20 7 2 3 two";
const std::string kA10 = "a.org. MX 000a" + kMail + " 20 90 3 0 0 -";

TEST(HitSorter, GivesHitsBackWholeInTheOrderWanted) {
  EXPECT_EQ(Sorted({SortBy::kFirst, false, false, 0}), (Lines{kA20, kA10, kB}));
  EXPECT_EQ(Sorted({SortBy::kLast, true, false, 0}), (Lines{kA10, kB, kA20}));
  EXPECT_EQ(Sorted({SortBy::kCount, true, false, 0}), (Lines{kA20, kA10, kB}));
  EXPECT_EQ(Sorted({SortBy::kName, false, false, 0}), (Lines{kA20, kA10, kB}));
  EXPECT_EQ(Sorted({SortBy::kType, true, false, 0}), (Lines{kB, kA20, kA10}));  // as they came
}

TEST(HitSorter, UniqueNamesAndRdata) {
  EXPECT_EQ(Sorted({SortBy::kName, false, true, 0}), (Lines{kA20, kB}));
  EXPECT_EQ(Sorted({SortBy::kRdata, false, true, 0}).size(), 2U);
}

TEST(HitSorter, TheSameBytesOfAnotherTypeAreOtherRdata) {
  HitSorter sorter({SortBy::kRdata, false, true, 0});
  for (const RrType type : {RrType::kTxt, static_cast<RrType>(65280), static_cast<RrType>(65281)}) {
    ASSERT_TRUE(
        sorter.Add({MakeTuple("a.org", type, "\2hi").view(), Seen(1, 2, 3), nullptr, {}}).ok());
  }
  std::size_t hits = 0;
  ASSERT_TRUE(sorter.ForEach([&hits](const Hit&) { return ++hits > 0; }).ok());
  EXPECT_EQ(hits, 2U);
}

TEST(HitSorter, KeepsTheFirst) {
  EXPECT_EQ(Sorted({SortBy::kLast, true, false, 1}), (Lines{kA10}));
}

}  // namespace
}  // namespace pdns::query
