// Expiry: rows go from every family, whoever asks is as if they had never been, and what went is
// counted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/store_rocks/model.h"
#include "unit/store_rocks/zone.h"
#include "unit/support/sanitized.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using store::Selection;
using store::Side;
using testing::TempDir;
using testing::U32;

constexpr std::int64_t kDay = 86'400;

std::uint64_t ExpireAll(
    store::Writer& writer, const Selection& selection,
    const store::Writer::RowTest& test = [](const store::Row&) { return true; },
    const std::string& rule = "test") {
  const auto expired = writer.Expire(selection, test, rule);
  EXPECT_TRUE(expired.ok()) << expired.status().message();
  EXPECT_FALSE(expired.ok() && expired->stopped);
  return expired.ok() ? expired->rows : 0;
}

TEST(Expire, RowsGoFromEveryFamily) {
  const TempDir dir;
  Observations rows;
  rows.Add("a.org", RrType::kA, "abcd").Add("a.org", RrType::kTxt, std::string(300, 'x'));
  rows.Add("b.org", RrType::kHttps, std::string("\0\1\0\0\4\0\x08", 7) + "abcdabcf");
  {
    const auto writer = OpenToWrite(dir / "db");
    Apply(*writer, Trusted(rows));
    Selection text;
    text.types = {RrType::kTxt};
    EXPECT_EQ(ExpireAll(*writer, text), 1U);
    EXPECT_EQ(ScanAll(dir / "db").size(), 2U);
    EXPECT_EQ(ScanAll(dir / "db", Everything(Side::kText)).size(), 0U);
    EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).rrnames, 2U);
    EXPECT_EQ(ExpireAll(*writer, {}), 2U);
    EXPECT_EQ(ExpireAll(*writer, {}), 0U);
  }
  RawDatabase raw(dir / "db");
  EXPECT_EQ(raw.Count(kForward), 0U);  // owner rows, too
  EXPECT_EQ(raw.Count(kReverse), 0U);
  EXPECT_EQ(raw.Count(kNew), 1U);  // numbers stay, and what has them is told no more
}

TEST(Expire, TheJournalTellsNoMoreOfThem) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const Observations rows = Numbered(0, 600);
  Apply(*writer, Trusted(rows));
  Selection one;
  one.span = store::NameSpan(NumberedTuple(7).owner.wire());
  EXPECT_EQ(ExpireAll(*writer, one), 1U);
  const auto snapshot = SnapshotOf(dir / "db");
  EXPECT_EQ(JournalOf(*snapshot).size(), 599U);
  EXPECT_EQ(Must(snapshot->Journal()).next, 601U);
  // New again under a number of its own; the old number tells of the same row again.
  const Observations again = Numbered(7, 8);
  EXPECT_EQ(Apply(*writer, Trusted(again)).tuples_new, 1U);
  const Lines journal = JournalOf(*SnapshotOf(dir / "db"));
  EXPECT_EQ(journal.size(), 601U);
  EXPECT_TRUE(journal.back().starts_with("601 ")) << journal.back();
}

// The seen-cache is told: what comes again is new again, with a reverse row, and counted once.
TEST(Expire, WhatComesAgainIsNewAgain) {
  for (const std::size_t memory : {kMemory, std::size_t{0}}) {
    const TempDir dir;
    const auto writer = OpenToWrite(dir / "db", memory);
    Observations rows;
    rows.Add("a.org", RrType::kA, "abcd", Seen(1, 2, 5)).Add("a.org", RrType::kA, "abce");
    Apply(*writer, Trusted(rows));
    for (int times = 0; times < 2; ++times) {
      EXPECT_EQ(ExpireAll(*writer, {}), 2U);
      const auto applied = Apply(*writer, Trusted(rows));
      EXPECT_EQ(applied.tuples_new, 2U);
      EXPECT_EQ(applied.tuples_updated, 0U);
      EXPECT_EQ(ScanAll(dir / "db"),
                (Lines{"a.org. A 61626364 1 2 5 - 0", "a.org. A 61626365 100 200 1 1 0"}));
      EXPECT_EQ(ScanReverse(dir / "db").size(), 2U);
      EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).rrnames, 1U);
      EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).tuples, 2U);
    }
    // An owner of which one row stays is known.
    EXPECT_EQ(ExpireAll(*writer, {}, [](const store::Row& row) { return row.history.count == 5; }),
              1U);
    EXPECT_EQ(Apply(*writer, Trusted(rows)).tuples_new, 1U);
    EXPECT_EQ(CountAll(*SnapshotOf(dir / "db")).rrnames, 1U);
    EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).rrnames, 1U);
  }
}

TEST(Expire, RandomSelectionsAndTests) {
  const TempDir dir;
  Zone zone(21);
  Model model;
  std::uint64_t gone = 0;
  for (unsigned round = 0; round < testing::Rounds(30); ++round) {
    SCOPED_TRACE(round);
    WriteOptions options = OfMemory(round % 3 == 0 ? 0 : kMemory);
    options.now = [] { return testing::At(0); };
    const auto writer = Must(OpenWriter(dir / "db", options));
    const Observations trusted = RandomRows(zone, 30);
    const Observations doubtful = RandomRows(zone, 10, true);
    const record::Batch both{{}, {}, trusted.list(), doubtful.list(), {}};
    const auto expected = model.Apply(both);
    EXPECT_EQ(Apply(*writer, both).tuples_new, expected.tuples_new);
    Selection selection = Everything(static_cast<Side>(zone.Below(4)));
    if (zone.Below(3) == 0) selection.trust = store::Trust::kQuarantined;
    if (zone.Below(2) == 0) selection.types = {zone.Tuple().type, zone.Tuple().type};
    const auto before = testing::At(zone.Below(25) * kDay);
    const auto test = [&](const store::Row& row) { return row.history.last < before; };
    // By the rows that the oracle selects.
    std::set<std::string> going;
    auto fake = model.Fake();
    fake.Scan(selection, [&](const store::Row& row) {
      if (test(row)) going.insert(store::RowKeyOf(row.tuple));
      return true;
    });
    const auto rows = model.Expire(selection.trust == store::Trust::kQuarantined,
                                   [&](const record::OwnedTuple& tuple, const record::History&) {
                                     return going.contains(store::RowKeyOf(tuple.view()));
                                   });
    EXPECT_EQ(ExpireAll(*writer, selection, test), rows);
    gone += rows;
    ExpectModel(*SnapshotOf(dir / "db"), model, true);
    if (::testing::Test::HasFailure()) return;
    EXPECT_EQ(JournalOf(*SnapshotOf(dir / "db")), JournalOf(model));
  }
  EXPECT_GT(gone, 100U) << "this shows little";
  std::uint64_t told = 0;
  const record::Statistics totals = TotalsOf(*SnapshotOf(dir / "db"));
  for (const auto& [month, rows] : totals.expired.at("test")) told += rows;
  EXPECT_EQ(told, gone);
}

TEST(Expire, IsCountedByRuleAndMonth) {
  const TempDir dir;
  auto writer = OpenToWrite(dir / "db");
  Observations rows;
  for (const std::int64_t day : {0, 30, 31, 58, 59, 365})
    rows.Add("a.org", RrType::kA, U32(static_cast<std::uint32_t>(day)), Seen(0, day * kDay, 1));
  Apply(*writer, Trusted(rows));
  const auto before = [](std::int64_t day) {
    return [day](const store::Row& row) { return row.history.last < testing::At(day * kDay); };
  };
  EXPECT_EQ(ExpireAll(*writer, {}, before(31), "older"), 2U);
  EXPECT_EQ(ExpireAll(*writer, {}, before(59), "older"), 2U);
  EXPECT_EQ(ExpireAll(*writer, {}, before(9999), "all of it"), 2U);
  writer.reset();
  writer = OpenToWrite(dir / "db");
  Apply(*writer, Trusted(rows));
  EXPECT_EQ(ExpireAll(*writer, {}, before(31), "older"), 2U);
  using Months = std::map<std::string, std::uint64_t>;
  const auto expired = TotalsOf(*SnapshotOf(dir / "db")).expired;
  EXPECT_EQ(expired.at("older"), (Months{{"1970-01", 4}, {"1970-02", 2}}));
  EXPECT_EQ(expired.at("all of it"), (Months{{"1970-03", 1}, {"1971-01", 1}}));
  EXPECT_EQ(CountAll(*SnapshotOf(dir / "db")).expired, expired);
}

// More rows than go together, of one owner, so that its last row goes in a later batch.
TEST(Expire, ManyRowsOfOneOwner) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations rows;
  constexpr unsigned kMany = 33'000;
  for (unsigned i = 0; i < kMany; ++i) rows.Add("a.org", RrType::kA, U32(i));
  rows.Add("b.org", RrType::kA, U32(1));
  Apply(*writer, Trusted(rows));
  Selection owner;
  owner.span = store::NameSpan(dns::NameFromText("a.org")->wire());
  EXPECT_EQ(ExpireAll(*writer, owner), kMany);
  EXPECT_EQ(ScanAll(dir / "db").size(), 1U);
  const auto snapshot = SnapshotOf(dir / "db");
  EXPECT_EQ(TotalsOf(*snapshot).rrnames, 1U);
  EXPECT_EQ(CountAll(*snapshot).rrnames, 1U);
  EXPECT_EQ(CountAll(*snapshot).addresses, 1U);
}

// By table files, in more than one step: owners lose none, some or all of their rows, the first or
// the last of them, in the midst of a step and at its end; by owner and by type.
TEST(Expire, ManyOwners) {
  constexpr unsigned kOwners = 12'000;
  constexpr unsigned kRows = 3;  // so that a step ends in the midst of an owner
  Selection some;
  some.types = {RrType::kA};
  for (const Selection& selection : {Selection(), some}) {
    const TempDir dir;
    auto writer = OpenToWrite(dir / "db");
    Observations rows;
    std::set<std::string> left;
    std::uint64_t go = 0;
    std::uint64_t stay = 0;
    for (unsigned i = 0; i < kOwners; ++i) {
      const std::string owner = fmt::format("o{}.org", i);
      for (unsigned row = 0; row < kRows; ++row) {
        const bool goes = (i >> row) % 2 == 0;
        ++(goes ? go : stay);
        if (!goes) left.insert(owner);
        rows.Add(owner, RrType::kA, U32(i * kRows + row), Seen(1, goes ? 2 : 3, 1));
      }
    }
    Apply(*writer, Trusted(rows));
    const auto old = [](const store::Row& row) { return row.history.last == testing::At(2); };
    EXPECT_EQ(ExpireAll(*writer, selection, old), go);
    EXPECT_EQ(ExpireAll(*writer, selection, old), 0U);
    const auto snapshot = SnapshotOf(dir / "db");
    for (const record::Statistics& told : {TotalsOf(*snapshot), CountAll(*snapshot)}) {
      EXPECT_EQ(told.tuples, stay);
      EXPECT_EQ(told.rrnames, left.size());
      EXPECT_EQ(told.expired.at("test").at("1970-01"), go);
    }
    EXPECT_EQ(ScanReverse(dir / "db").size(), stay);
    // What went is new again; what stayed is known.
    const auto applied = Apply(*writer, Trusted(rows));
    EXPECT_EQ(applied.tuples_new, go);
    EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).rrnames, kOwners);
    EXPECT_EQ(ExpireAll(*writer, selection), kOwners * kRows);
    writer.reset();
    RawDatabase raw(dir / "db");
    EXPECT_EQ(raw.Count(kForward), 0U);
    EXPECT_EQ(raw.Count(kReverse), 0U);
  }
}

TEST(Expire, StoppedAndAskedAgain) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const Observations rows = Numbered(0, 20'000);
  Apply(*writer, Trusted(rows));
  std::uint64_t gone = 0;
  int asked = 0;
  for (bool stopped = true; stopped; ++asked) {
    ASSERT_LT(asked, 20);
    const auto expired = writer->Expire(
        {}, [](const store::Row&) { return true; }, "test",
        [](std::uint64_t keys) { return keys < 8192; });
    ASSERT_TRUE(expired.ok()) << expired.status().message();
    gone += expired->rows;
    stopped = expired->stopped;
    const auto snapshot = SnapshotOf(dir / "db");
    const record::Statistics counted = CountAll(*snapshot);
    EXPECT_EQ(counted.tuples, 20'000 - gone);
    EXPECT_EQ(counted.tuples, TotalsOf(*snapshot).tuples);
    EXPECT_EQ(counted.rrnames, TotalsOf(*snapshot).rrnames);
    EXPECT_EQ(counted.addresses, counted.tuples);
  }
  EXPECT_GT(asked, 1);
  EXPECT_EQ(gone, 20'000U);
}

}  // namespace
}  // namespace pdns::store_rocks
