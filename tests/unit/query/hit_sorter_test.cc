#include "query/hit_sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "query/answer_cursor.h"
#include "unit/support/dns_message.h"
#include "unit/support/rows.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::Lines;
using testing::MakeTuple;
using testing::Seen;

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
    const Place place{i, store::Side::kOwner, {}};
    const Status added = sorter.Add(
        {rows[i].first.view(), rows[i].second, i < 2 ? &asked[i] : nullptr, {}, place, {}});
    EXPECT_TRUE(added.ok()) << added.message();
  }
  Lines lines;
  const Status status = sorter.ForEach([&](const Hit& hit) {
    lines.push_back(testing::Line(hit.tuple, hit.history) + " " +
                    (hit.asked != nullptr ? std::string(hit.asked->text) : "-"));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return lines;
}

const std::string kMail = "046d61696c036f726700";
const std::string kB = "b.org. MX 000a" + kMail + " 30 40 1 1 0 one";
const std::string kA20 = "a.org. MX 0014" + kMail + " 10 20 7 2 3 two";
const std::string kA10 = "a.org. MX 000a" + kMail + " 20 90 3 - 0 -";

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

// The target of an MX is one to the sorter, that of a KX is not.
TEST(HitSorter, TheSameTextOfAnotherTypeIsToldOnce) {
  HitSorter sorter({SortBy::kRdata, false, true, 0});
  const std::string rdata = testing::U16(10) + testing::WireName("mail.org");
  for (const auto type : {15, 18, 21, 36}) {  // MX, AFSDB, RT, KX
    const auto tuple = MakeTuple("a.org", static_cast<RrType>(type), rdata);
    ASSERT_TRUE(sorter.Add({tuple.view(), Seen(1, 2, 3), nullptr, {}}).ok());
  }
  std::size_t hits = 0;
  ASSERT_TRUE(sorter.ForEach([&hits](const Hit&) { return ++hits > 0; }).ok());
  EXPECT_EQ(hits, 1U);
}

// Days, sensors and the marks of new rows, too.
TEST(HitSorter, HitsComeBackWhole) {
  const auto tuple = MakeTuple("a.org", RrType::kA, "abcd");
  record::History runs = Seen(1, 2, 3, 1);
  record::Merge(runs, Seen(900'000, 1'900'000, 1));
  record::Merge(runs, Seen(9'900'000, 9'900'000, 1));
  runs.sensors = record::kAllSensors;
  record::History ends = Seen(1, 1, record::kMaxCount, 127, 3);
  record::Merge(ends, Seen(9'900'000, 9'900'000, 1));
  ASSERT_EQ(runs.days, record::DayForm::kRuns);
  ASSERT_EQ(ends.days, record::DayForm::kEnds);
  const std::string at("net\0dns\0\0", 9);
  std::vector<Hit> hits;
  for (const record::History& history : {runs, ends, record::History(Seen(-7, -5, 1))}) {
    hits.push_back({tuple.view(), history, nullptr, {}, Place{300, store::Side::kTarget, at}, {}});
    hits.push_back({tuple.view(),
                    history,
                    nullptr,
                    {},
                    {},
                    NewMark{1'000'000, testing::At(77), store::NewKind::kRdata}});
  }
  HitSorter sorter({SortBy::kName, false, false, 0});
  for (const Hit& hit : hits) ASSERT_TRUE(sorter.Add(hit).ok());
  std::size_t i = 0;
  ASSERT_TRUE(sorter
                  .ForEach([&](const Hit& hit) {
                    EXPECT_EQ(hit.tuple, hits[i].tuple);
                    EXPECT_EQ(hit.history, hits[i].history);
                    EXPECT_EQ(hit.place.question, hits[i].place.question);
                    EXPECT_EQ(hit.place.side, hits[i].place.side);
                    EXPECT_EQ(hit.place.at, hits[i].place.at);
                    EXPECT_EQ(hit.new_mark, hits[i].new_mark);
                    return ++i > 0;
                  })
                  .ok());
  EXPECT_EQ(i, hits.size());
}

// Many rows with few keys each, so that places decide; added in no order.
struct Placed {
  record::OwnedTuple tuple;
  record::Sighting sighting;
  Place place;
};

std::vector<Placed> ManyPlaced() {
  std::vector<Placed> rows;
  for (unsigned i = 0; i < 24; ++i) {
    rows.push_back({MakeTuple("n" + std::to_string(i % 3) + ".org", RrType::kTxt,
                              std::string(1, static_cast<char>(i % 4))),
                    Seen(1 + i % 2, 9 - i % 5, 1),
                    Place{i < 12 ? 1U : 0U, store::Side::kOwner, {}}});
  }
  return rows;
}

std::vector<OwnedPlace> PlacesAfter(HitSorter::Order order, const std::optional<CursorHit>& after) {
  HitSorter sorter(order);
  if (after.has_value()) sorter.StartAfter(*after);
  for (const Placed& row : ManyPlaced()) {
    EXPECT_TRUE(sorter.Add({row.tuple.view(), row.sighting, nullptr, {}, row.place, {}}).ok());
  }
  std::vector<OwnedPlace> places;
  const Status status = sorter.ForEach([&](const Hit& hit) {
    places.push_back(Keep(hit.place, hit.tuple));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return places;
}

CursorHit CursorHitAt(const OwnedPlace& place) {
  for (const Placed& row : ManyPlaced()) {
    if (Keep(row.place, row.tuple.view()) == place)
      return {store::Side::kOwner, place, row.tuple, row.sighting};
  }
  ADD_FAILURE();
  return {};
}

TEST(HitSorter, GoesOnBehindAHit) {
  for (const SortBy by : {SortBy::kFirst, SortBy::kLast, SortBy::kCount, SortBy::kName,
                          SortBy::kType, SortBy::kRdata}) {
    for (const bool reverse : {false, true}) {
      HitSorter::Order order{by, reverse, false, 0, true};
      const auto all = PlacesAfter(order, {});
      ASSERT_EQ(all.size(), 24U);
      for (std::size_t cut = 0; cut < all.size(); ++cut) {
        const CursorHit after = CursorHitAt(all[cut]);
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

// Where all are alike, by question, owner and rdata, whatever came first; not turned round.
TEST(HitSorter, TiesAreBrokenByPlace) {
  for (const bool reverse : {false, true}) {
    const auto all = PlacesAfter({SortBy::kType, reverse, false, 0, true}, {});
    ASSERT_EQ(all.size(), 24U);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i].question, i / 12);
      EXPECT_EQ(all[i].row.owner, *dns::NameFromText("n" + std::to_string(i / 4 % 3) + ".org"));
      EXPECT_EQ(all[i].row.rdata_id, std::string(1, static_cast<char>(i % 4)));
    }
  }
}

TEST(HitSorter, KeepsTheFirst) {
  EXPECT_EQ(Sorted({SortBy::kLast, true, false, 1}), (Lines{kA10}));
}

}  // namespace
}  // namespace pdns::query
