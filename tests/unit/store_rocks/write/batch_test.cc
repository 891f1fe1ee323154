// What a database holds after batches, and how histories fold, by log and by table files.
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using store::Side;
using testing::TempDir;
using testing::U32;

constexpr std::int64_t kDay = 86'400;
constexpr unsigned kFiller = 8192;  // rows that make a batch go around the log

// Applies `rows` by the log, or amid filler rows as table files.
record::Applied ApplyBy(store::Writer& writer, const Observations& rows, bool files) {
  std::vector<const record::Entry*> entries(rows.list().begin(), rows.list().end());
  const Observations filler = Numbered(0, files ? kFiller : 0);
  entries.insert(entries.end(), filler.list().begin(), filler.list().end());
  return Apply(writer, {{}, {}, entries, {}, {}});
}

// The history of the one row of that owner.
record::History HistoryOf(const std::string& path, std::string_view owner) {
  record::History history;
  std::size_t rows = 0;
  store::Selection selection;
  selection.span = store::NameSpan(dns::NameFromText(owner)->wire());
  const auto scanned = SnapshotOf(path)->Scan(selection, [&](const store::Row& row) {
    history = row.history;
    return ++rows > 0;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  EXPECT_EQ(rows, 1U);
  return history;
}

TEST(Batch, IsStoredAndAppliedAgainItMerges) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations observations;
  observations.Add("www.blah.org", RrType::kA, "abcd", Seen(100, 200, 3, 2));
  observations.Add("blah.org", RrType::kNs, std::string("\1a\0", 3), Seen(150, 150, 1, 1));
  const auto first = Apply(*writer, Trusted(observations));
  EXPECT_EQ(first.tuples_new, 2U);
  EXPECT_EQ(first.tuples_updated, 0U);
  EXPECT_EQ(ScanAll(dir / "db"),
            (Lines{"blah.org. NS 016100 150 150 1 1 0", "www.blah.org. A 61626364 100 200 3 2 0"}));

  Observations more;
  more.Add("www.blah.org", RrType::kA, "abcd", Seen(50, 120, 2, 1));
  more.Add("www.blah.org", RrType::kA, "efgh", Seen(1, 1, 1));
  const auto second = Apply(*writer, Trusted(more));
  EXPECT_EQ(second.tuples_new, 1U);
  EXPECT_EQ(second.tuples_updated, 1U);
  EXPECT_EQ(ScanAll(dir / "db"),
            (Lines{"blah.org. NS 016100 150 150 1 1 0", "www.blah.org. A 61626364 50 200 5 2 0",
                   "www.blah.org. A 65666768 1 1 1 - 0"}));
}

TEST(Batch, KnownTuplesAreToldApartWithoutMemoryAndAfterReopening) {
  const TempDir dir;
  Observations observations;
  for (int i = 0; i < 3000; ++i) observations.Add(std::to_string(i) + ".org", RrType::kA, "abcd");
  for (const std::size_t memory : {std::size_t{0}, kMemory}) {
    for (int round = 0; round < 2; ++round) {
      const auto writer = OpenToWrite(dir / "db", memory);
      const bool first = memory == 0 && round == 0;
      const auto applied = Apply(*writer, Trusted(observations));
      EXPECT_EQ(applied.tuples_new, first ? 3000U : 0U);
      EXPECT_EQ(applied.tuples_updated, first ? 0U : 3000U);
    }
  }
  const Lines rows = ScanAll(dir / "db");
  ASSERT_EQ(rows.size(), 3000U);
  EXPECT_EQ(rows[0], "0.org. A 61626364 100 200 4 1 0");
  EXPECT_EQ(ScanReverse(dir / "db").size(), 3000U);
}

TEST(Batch, AnEmptyOneChangesNothing) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto applied = Apply(*writer, {});
  EXPECT_EQ(applied.tuples_new + applied.tuples_updated, 0U);
  EXPECT_TRUE(ScanAll(dir / "db").empty());
}

TEST(Batch, QuarantineIsApart) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations trusted;
  trusted.Add("bank.example", RrType::kA, "good", Seen(1, 2, 1, 1));
  Observations doubtful;
  doubtful.Add("bank.example", RrType::kA, "evil", Seen(3, 4, 1, {}, record::kOffChain));
  doubtful.Add("bank.example", RrType::kA, "good", Seen(3, 4, 1, {}, record::kOutOfBailiwick));
  const auto applied = Apply(*writer, {{}, {}, trusted.list(), doubtful.list(), {}});
  EXPECT_EQ(applied.tuples_new, 1U);  // of the trusted ones
  Observations again;
  again.Add("bank.example", RrType::kA, "evil", Seen(5, 5, 2, {}, record::kOutOfBailiwick));
  Apply(*writer, Quarantined(again));
  EXPECT_EQ(ScanAll(dir / "db"), (Lines{"bank.example. A 676f6f64 1 2 1 1 0"}));
  EXPECT_EQ(ScanReverse(dir / "db"), (Lines{"bank.example. A 676f6f64 1 2 1 1 0"}));
  EXPECT_EQ(ScanAll(dir / "db", AllQuarantined()),
            (Lines{"bank.example. A 6576696c 3 5 3 - 3", "bank.example. A 676f6f64 3 4 1 - 2"}));
}

TEST(Batch, ATupleQuarantinedFirstIsStillNewWhenItIsTrusted) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations tuple;
  tuple.Add("a.org", RrType::kA, "abcd", Seen(1, 1, 1, {}, record::kOffChain));
  Apply(*writer, Quarantined(tuple));
  Observations trusted;
  trusted.Add("a.org", RrType::kA, "abcd", Seen(1, 1, 1));
  EXPECT_EQ(Apply(*writer, Trusted(trusted)).tuples_new, 1U);
  EXPECT_EQ(ScanReverse(dir / "db").size(), 1U);
}

// One owner's rows in several batches, and an owner below it that begins with the same bytes.
TEST(Batch, OwnersAreCountedOnceWhoeverKnowsThem) {
  const TempDir dir;
  std::uint64_t next = 0;
  for (const std::size_t memory : {kMemory, std::size_t{0}, kMemory}) {
    const auto writer = OpenToWrite(dir / "db", memory);
    for (int round = 0; round < 3; ++round) {  // known from the disk, then from the cache
      Observations rows;
      rows.Add("blah.org", RrType::kA, U32(static_cast<std::uint32_t>(next++)));
      rows.Add("blah.org", RrType::kA, U32(static_cast<std::uint32_t>(next++)));
      rows.Add("a.blah.org", RrType::kTxt, U32(static_cast<std::uint32_t>(next)));
      Apply(*writer, Trusted(rows));
    }
  }
  const auto snapshot = SnapshotOf(dir / "db");
  EXPECT_EQ(TotalsOf(*snapshot).rrnames, 2U);
  EXPECT_EQ(CountAll(*snapshot).rrnames, 2U);
  EXPECT_EQ(CountAll(*snapshot).tuples, next + next / 2);
}

class History : public ::testing::TestWithParam<bool> {};

// Batches in any order: the days are those that were seen.
TEST_P(History, DaysAreASetOfDays) {
  const TempDir dir;
  std::mt19937 random(3);
  std::set<std::int64_t> days;
  auto writer = OpenToWrite(dir / "db");
  for (int batch = 0; batch < 20; ++batch) {
    const auto first = static_cast<std::int64_t>(random() % 60);
    const auto last = first + static_cast<std::int64_t>(random() % 3);
    for (std::int64_t day = first; day <= last; ++day) days.insert(day);
    Observations rows;
    rows.Add("a.net", RrType::kA, "abcd", Seen(first * kDay + 5, last * kDay + 7, 1));
    // Twice in a batch, days apart, as windows keep it.
    const auto other = static_cast<std::int64_t>(random() % 60);
    days.insert(other);
    rows.Add("a.net", RrType::kA, "abcd", Seen(other * kDay, other * kDay, 1));
    ApplyBy(*writer, rows, GetParam() && batch % 4 == 0);
    if (batch % 5 == 4) {
      ASSERT_TRUE(writer->Close().ok());
      writer.reset();
      writer = OpenToWrite(dir / "db");
    }
    const record::History history = HistoryOf(dir / "db", "a.net");
    std::set<std::int64_t> got;
    for (const record::DayRun& run : record::RunsOf(history)) {
      for (auto day = run.first; day <= run.last; day += std::chrono::days(1))
        got.insert(day.time_since_epoch().count());
    }
    ASSERT_EQ(got, days) << batch;
    ASSERT_EQ(record::CountDays(history), days.size());
    ASSERT_EQ(history.count, 2U * static_cast<unsigned>(batch + 1));
  }
}

TEST_P(History, CountsStopAtTheGreatest) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  for (const std::uint64_t count : {record::kMaxCount - 1, std::uint64_t{1}, std::uint64_t{7},
                                    record::kMaxCount, record::kMaxCount}) {
    Observations rows;
    rows.Add("a.net", RrType::kA, "abcd", Seen(1, 2, count));
    ApplyBy(*writer, rows, GetParam());
    if (count > 1) continue;
    EXPECT_EQ(HistoryOf(dir / "db", "a.net").count, record::kMaxCount);
  }
  EXPECT_EQ(HistoryOf(dir / "db", "a.net").count, record::kMaxCount);
}

TEST_P(History, TimesAtBothEnds) {
  constexpr std::int64_t kLatest = 253402300799;  // 9999-12-31T23:59:59Z
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations rows;
  rows.Add("first.net", RrType::kA, "abcd", Seen(0, 0, 1));
  rows.Add("last.net", RrType::kA, "abcd", Seen(kLatest, kLatest, 1));
  rows.Add("both.net", RrType::kA, "abcd", Seen(0, 0, 1));
  rows.Add("both.net", RrType::kA, "abcd", Seen(kLatest, kLatest, 1));
  rows.Add("all.net", RrType::kA, "abcd", Seen(0, kLatest, 1));
  for (int times = 0; times < 2; ++times) ApplyBy(*writer, rows, GetParam());
  const record::History both = HistoryOf(dir / "db", "both.net");
  EXPECT_EQ(both.first, testing::At(0));
  EXPECT_EQ(both.last, testing::At(kLatest));
  EXPECT_EQ(both.days, record::DayForm::kEnds);
  EXPECT_EQ(HistoryOf(dir / "db", "all.net").days, record::DayForm::kEvery);
  EXPECT_EQ(HistoryOf(dir / "db", "first.net").last, testing::At(0));
  EXPECT_EQ(HistoryOf(dir / "db", "last.net").first, testing::At(kLatest));
  const auto snapshot = SnapshotOf(dir / "db");
  EXPECT_EQ(TotalsOf(*snapshot).first, testing::At(0));
  EXPECT_EQ(TotalsOf(*snapshot).last, testing::At(kLatest));
}

// Unknown is less than the root, which is less than every longer zone; of a long name, too.
TEST_P(History, BailiwickUnknownRootAndLonger) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto seen = [&](std::optional<unsigned> labels) {
    Observations rows;
    rows.Add("a.net", RrType::kA, "abcd", Seen(1, 2, 1, labels));
    ApplyBy(*writer, rows, GetParam());
    return HistoryOf(dir / "db", "a.net").bailiwick;
  };
  EXPECT_FALSE(seen({}).known());
  EXPECT_EQ(seen(0), record::Bailiwick::OfLabels(0));
  EXPECT_EQ(seen({}), record::Bailiwick::OfLabels(0));
  EXPECT_EQ(seen(2), record::Bailiwick::OfLabels(2));
  EXPECT_EQ(seen(0), record::Bailiwick::OfLabels(2));
  for (const unsigned labels : {13U, 14U, 15U, 127U})
    EXPECT_EQ(seen(labels), record::Bailiwick::OfLabels(labels));
}

TEST_P(History, ReasonsOfTheQuarantineAddUp) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto refused = [&](std::uint8_t reasons) {
    Observations rows;
    rows.Add("a.net", RrType::kA, "abcd", Seen(1, 2, 1, {}, reasons));
    const Observations filler = Numbered(0, GetParam() ? kFiller : 0);
    Apply(*writer, {{}, {}, filler.list(), rows.list(), {}});
    return TotalsOf(*SnapshotOf(dir / "db")).quarantined;
  };
  using Counts = std::map<std::uint8_t, std::uint64_t>;
  EXPECT_EQ(refused(record::kOutOfBailiwick), (Counts{{2, 1}}));
  EXPECT_EQ(refused(record::kOutOfBailiwick), (Counts{{2, 1}}));
  EXPECT_EQ(refused(record::kOffChain), (Counts{{3, 1}}));
  EXPECT_EQ(refused(record::kOffChain), (Counts{{3, 1}}));
  EXPECT_EQ(CountAll(*SnapshotOf(dir / "db")).quarantined, (Counts{{3, 1}}));
}

INSTANTIATE_TEST_SUITE_P(ByLogAndByFiles, History, ::testing::Bool(), [](const auto& by) {
  return by.param ? std::string("Files") : std::string("Log");
});

TEST(Ledger, PositionsComeWithTheirBatch) {
  const TempDir dir;
  {
    const auto writer = OpenToWrite(dir / "db");
    EXPECT_FALSE(Progress(*writer, Source(1)).has_value());
    const std::vector<record::SourcePosition> two{{Source(1), Frames(7)},
                                                  {Source(1, 1), Frames(9)}};
    Apply(*writer, {two, {}, {}, {}, {}});
    EXPECT_EQ(Progress(*writer, Source(1)), Frames(7));
    EXPECT_EQ(Progress(*writer, Source(1, 1)), Frames(9));
    EXPECT_FALSE(Progress(*writer, Source(1, 2)).has_value());
    EXPECT_FALSE(Progress(*writer, Source(2)).has_value());
    const std::vector<record::SourcePosition> further{{Source(1), Frames(8)}};
    Apply(*writer, {further, {}, {}, {}, {}});
  }
  const auto writer = OpenToWrite(dir / "db");
  EXPECT_EQ(Progress(*writer, Source(1)), Frames(8));
  EXPECT_EQ(Progress(*writer, Source(1, 1)), Frames(9));
}

}  // namespace
}  // namespace pdns::store_rocks
