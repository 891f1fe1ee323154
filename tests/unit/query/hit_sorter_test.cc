#include "query/hit_sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "query/answer_cursor.h"
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

// Many rows with few keys each, so that places decide.
std::vector<OwnedPlace> PlacesAfter(HitSorter::Order order, const std::optional<CursorHit>& after) {
  HitSorter sorter(order);
  if (after.has_value()) sorter.StartAfter(after->view());
  for (int i = 0; i < 24; ++i) {
    const auto owner = "n" + std::to_string(i % 3) + ".org";
    const auto tuple =
        store::MakeTuple(owner, RrType::kTxt, std::string(1, static_cast<char>(i % 4)));
    const std::string key(1, static_cast<char>('a' + i % 12));
    const Place place{i < 12 ? 0U : 1U, key, 1};
    EXPECT_TRUE(sorter.Add({tuple.view(), Seen(1 + i % 2, 9 - i % 5, 1), nullptr, {}, place}).ok());
  }
  std::vector<OwnedPlace> places;
  const Status status = sorter.ForEach([&](const Hit& hit) {
    places.push_back({hit.place.question, std::string(hit.place.key), hit.place.at});
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return places;
}

TEST(HitSorter, GoesOnBehindAHit) {
  for (const SortBy by : {SortBy::kFirst, SortBy::kLast, SortBy::kName, SortBy::kRdata}) {
    for (const bool reverse : {false, true}) {
      HitSorter::Order order{by, reverse, false, 0, true};
      const auto all = PlacesAfter(order, {});
      ASSERT_EQ(all.size(), 24U);
      for (std::size_t cut = 0; cut < all.size(); ++cut) {
        const int i = (all[cut].key[0] - 'a') + (all[cut].question == 0 ? 0 : 12);
        CursorHit after{all[cut],
                        store::MakeTuple("n" + std::to_string(i % 3) + ".org", RrType::kTxt,
                                         std::string(1, static_cast<char>(i % 4))),
                        Seen(1 + i % 2, 9 - i % 5, 1)};
        const std::vector<OwnedPlace> rest(all.begin() + static_cast<std::ptrdiff_t>(cut) + 1,
                                           all.end());
        EXPECT_EQ(PlacesAfter(order, after), rest) << static_cast<int>(by) << reverse << cut;
        order.keep = 2;
        EXPECT_EQ(PlacesAfter(order, after).size(), std::min<std::size_t>(2, rest.size()));
        order.keep = 0;
      }
    }
  }
}

TEST(HitSorter, KeepsTheFirst) {
  EXPECT_EQ(Sorted({SortBy::kLast, true, false, 1}), (Lines{kA10}));
}

}  // namespace
}  // namespace pdns::query
