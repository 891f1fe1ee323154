// The journal of new tuples: kinds and numbers exact and without a gap, over reopening and
// trimming; and rows that are missing from it.
#include "store/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "store/meta_rows.h"
#include "unit/store_rocks/model.h"
#include "unit/store_rocks/zone.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::At;
using testing::TempDir;
using testing::U32;

constexpr std::int64_t kDay = 86'400;

// A clock that stands where the test puts it.
class Journal : public ::testing::Test {
 protected:
  std::unique_ptr<store::Writer> Open(std::size_t memory = kMemory) {
    WriteOptions options = OfMemory(memory);
    options.now = [this] { return now + jumped; };
    options.steady = [this] { return std::chrono::steady_clock::time_point(now - At(0)); };
    options.journal_keep = std::chrono::days(7);
    options.journal_rows = most;
    return Must(OpenWriter(path, options));
  }

  void ApplyBoth(store::Writer& writer, const Observations& rows) {
    model.Apply(Trusted(rows), now);
    Apply(writer, Trusted(rows));
  }

  // One row of a name of its own.
  void ApplyOne(store::Writer& writer, unsigned number) {
    ApplyBoth(writer, Numbered(number, number + 1));
  }

  // One row that was seen then.
  static void ApplySeen(store::Writer& writer, unsigned number, std::chrono::sys_seconds when) {
    record::Sighting sighting = Seen(100, 200, 1);
    sighting.first = sighting.last = when;
    Apply(writer, Trusted(Numbered(number, number + 1, sighting)));
  }

  using Moments = std::vector<std::chrono::sys_seconds>;
  Moments Times() {
    Moments times;
    const auto scanned = SnapshotOf(path)->ScanNew({}, [&](const store::NewRow& row) {
      times.push_back(row.committed);
      return true;
    });
    EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
    return times;
  }

  store::JournalSpan Span() { return Must(SnapshotOf(path)->Journal()); }
  Lines New(const store::NewSelection& selection = {}) {
    return JournalOf(*SnapshotOf(path), selection);
  }

  // Damage is told with a word about the journal.
  void ExpectDamaged(const std::string& words) {
    const auto scanned = SnapshotOf(path)->ScanNew({}, [](const store::NewRow&) { return true; });
    EXPECT_EQ(scanned.status.code(), Code::kCorrupt) << scanned.status.message();
    EXPECT_NE(scanned.status.message().find(words), std::string::npos) << scanned.status.message();
  }

  TempDir dir;
  std::string path = dir / "db";
  std::chrono::sys_seconds now = At(1000 * kDay);
  std::chrono::seconds jumped{0};  // the wall clock alone
  std::uint64_t most = 1U << 30;
  Model model;
};

TEST_F(Journal, OfANewDatabaseIsEmpty) {
  Open();
  EXPECT_EQ(Span().first, 1U);
  EXPECT_EQ(Span().next, 1U);
  EXPECT_FALSE(Span().oldest.has_value());
  EXPECT_TRUE(New().empty());
}

TEST_F(Journal, NewNamesAndFurtherRdata) {
  const auto writer = Open();
  Observations rows;
  rows.Add("a.org", RrType::kA, "abcd").Add("a.org", RrType::kA, "abce");
  rows.Add("b.org", RrType::kA, "abcd");
  ApplyBoth(*writer, rows);
  now += std::chrono::seconds(5);
  rows.Add("a.org", RrType::kTxt, "\1x").Add("a.a.org", RrType::kTxt, "\1x");
  ApplyBoth(*writer, rows);
  ApplyBoth(*writer, rows);  // nothing is new
  const Lines lines = New();
  EXPECT_EQ(lines, JournalOf(model));
  Lines kinds;
  for (const std::string& line : lines) kinds.push_back(line.substr(0, line.find(". ")));
  EXPECT_EQ(kinds,
            (Lines{"1 86400000 name a.org", "2 86400000 rdata a.org", "3 86400000 name b.org",
                   "4 86400005 rdata a.org", "5 86400005 name a.a.org"}));
  EXPECT_EQ(Span().next, 6U);
  EXPECT_EQ(Span().oldest, At(1000 * kDay));
}

// By log and table files, owners known from the cache, from the disk, or not.
TEST_F(Journal, RandomBatchesNumberedWithoutAGap) {
  Zone zone(5);
  for (unsigned round = 0; round < 6; ++round) {
    const auto writer = Open(round % 2 == 0 ? kMemory : 0);
    for (unsigned batch = 0; batch < 3; ++batch) {
      now += std::chrono::seconds(zone.Below(3));
      ApplyBoth(*writer, RandomRows(zone, 1 + zone.Below(30)));
      if (batch == 1 && round % 3 == 1)
        ApplyBoth(*writer, Numbered(round * 4000, round * 4000 + 8500));
    }
    ASSERT_EQ(New(), JournalOf(model)) << round;
    ASSERT_EQ(Span().next, model.next());
  }
}

TEST_F(Journal, AfterAndSince) {
  const auto writer = Open();
  for (unsigned batch = 0; batch < 5; ++batch) {
    ApplyBoth(*writer, Numbered(batch * 300, batch * 300 + 300));  // more than a chunk
    now += std::chrono::seconds(10);
  }
  const Lines all = New();
  ASSERT_EQ(all.size(), 1500U);
  for (const std::uint64_t after :
       {0U, 1U, 255U, 256U, 257U, 299U, 300U, 301U, 1499U, 1500U, 9999U}) {
    const auto from = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(after, 1500));
    EXPECT_EQ(New({after, {}}), Lines(all.begin() + from, all.end())) << after;
  }
  for (const int seconds : {-1, 0, 1, 10, 40, 41}) {
    const auto since = At(1000 * kDay + seconds);
    const std::ptrdiff_t from = seconds <= 0 ? 0 : (seconds + 9) / 10 * 300;
    EXPECT_EQ(New({0, since}), Lines(all.begin() + from, all.end())) << seconds;
    EXPECT_EQ(New({700, since}),
              Lines(all.begin() + std::max<std::ptrdiff_t>(from, 700), all.end()));
  }
  std::size_t rows = 0;
  const auto scanned =
      SnapshotOf(path)->ScanNew({}, [&](const store::NewRow&) { return ++rows < 300; });
  EXPECT_TRUE(scanned.status.ok()) << "a scan that the sink ends is whole";
  EXPECT_EQ(rows, 300U);
}

TEST_F(Journal, HistoriesAreThoseOfNow) {
  const auto writer = Open();
  for (int times = 0; times < 3; ++times) ApplyOne(*writer, 1);
  ASSERT_EQ(New().size(), 1U);
  EXPECT_NE(New()[0].find("100 200 3 "), std::string::npos) << New()[0];
}

TEST_F(Journal, OldRowsGoOnceTheyAreOld) {
  auto writer = Open();
  for (unsigned day = 0; day < 20; ++day) {
    ApplyOne(*writer, day);
    const auto span = Span();
    EXPECT_EQ(span.next, day + 2);
    EXPECT_EQ(span.first, day < 8 ? 1 : day - 6) << day;
    ASSERT_TRUE(span.oldest.has_value());
    EXPECT_LE(now - *span.oldest, std::chrono::days(7));
    EXPECT_EQ(New().size(), span.next - span.first);
    if (day % 5 == 0) {
      writer.reset();
      writer = Open();
    }
    now += std::chrono::days(1);
  }
  now += std::chrono::days(30);
  Apply(*writer, {});
  EXPECT_EQ(Span().first, 21U);
  EXPECT_EQ(Span().next, 21U);
  EXPECT_FALSE(Span().oldest.has_value());
  EXPECT_TRUE(New().empty());
  writer.reset();
  writer = Open();
  ApplyOne(*writer, 100);
  EXPECT_EQ(Span().first, 21U);
  EXPECT_EQ(New().size(), 1U);
}

// However fast they come: the clock stands still.
TEST_F(Journal, MoreRowsThanAreKeptGo) {
  constexpr std::uint64_t kExcess = 65'536;
  constexpr unsigned kBatch = 9000;
  most = 20'000;
  auto writer = Open();
  std::uint64_t held = 0;
  for (unsigned batch = 0; batch < 20; ++batch) {
    Apply(*writer, Trusted(Numbered(batch * kBatch, batch * kBatch + kBatch)));
    const auto span = Span();
    EXPECT_EQ(span.next, (batch + 1) * kBatch + 1);
    EXPECT_LE(span.next - span.first, most + kExcess + kBatch);
    EXPECT_GE(span.next - span.first, std::min<std::uint64_t>(most, span.next - 1));
    held = std::max(held, span.next - span.first);
    EXPECT_EQ(New().size(), span.next - span.first);
  }
  EXPECT_GT(held, most + kBatch) << "it may look now and then only";
  writer.reset();
  Apply(*Open(), {});  // looks when it begins
  EXPECT_GE(Span().next - Span().first, most);
  EXPECT_LT(Span().next - Span().first, most + 256);
}

// Times stay in order, and what was committed "later" is not trimmed early, where a clock goes back
// a little, or is behind what was seen.
TEST_F(Journal, AClockThatGoesBack) {
  auto writer = Open();
  ApplySeen(*writer, 0, now);
  now -= std::chrono::hours(23);
  ApplySeen(*writer, 1, now);
  now -= std::chrono::days(30);
  ApplySeen(*writer, 2, now);
  writer.reset();
  writer = Open();
  ApplySeen(*writer, 3, now);
  EXPECT_EQ(Times(), Moments(4, At(1000 * kDay)));
}

// What came meanwhile keeps its false time, nothing else gets one; and it keeps no older rows from
// being trimmed, nor is it kept for ever.
TEST_F(Journal, AClockThatWasFarAheadForAWhile) {
  auto writer = Open();
  const auto right = now;
  ApplySeen(*writer, 0, right);
  jumped = std::chrono::days(3);
  ApplySeen(*writer, 1, right);
  jumped = {};
  now += std::chrono::hours(1);
  ApplySeen(*writer, 2, now);
  writer.reset();
  writer = Open();
  now += std::chrono::hours(1);
  ApplySeen(*writer, 3, now);
  EXPECT_EQ(Times(), (Moments{right, right + std::chrono::days(3), right + std::chrono::hours(1),
                              right + std::chrono::hours(2)}));
  now += std::chrono::days(10);
  Apply(*writer, {});
  EXPECT_TRUE(New().empty());
}

TEST_F(Journal, AClockThatWasYearsAheadForAWhile) {
  auto writer = Open();
  ApplySeen(*writer, 0, now);
  jumped = std::chrono::days(4000);
  ApplySeen(*writer, 1, now);
  Apply(*writer, {});
  EXPECT_EQ(New().size(), 2U) << "by the steady clock, no row is old";
  jumped = {};
  for (unsigned day = 0; day < 12; ++day) {
    ApplySeen(*writer, day + 2, now);
    EXPECT_EQ(New().size(), day < 8 ? day + 3 : 8U) << day;
    now += std::chrono::days(1);
  }
}

TEST_F(Journal, AClockThatIsYearsAheadAtTheStart) {
  auto writer = Open();
  const auto right = now;
  ApplySeen(*writer, 0, right);
  writer.reset();
  jumped = std::chrono::days(4000);
  writer = Open();
  ApplySeen(*writer, 1, now);
  EXPECT_EQ(New().size(), 2U);
  writer.reset();
  jumped = {};
  writer = Open();
  ApplySeen(*writer, 2, now);
  EXPECT_EQ(Times(), (Moments{right, right + std::chrono::days(4000), right}));
}

// The resolver has the same false clock, and every start finds it as the one before: rows go no
// faster than seven times as fast as they came to be old.
TEST_F(Journal, AClockOfTheWholeMachineThatIsYearsAhead) {
  constexpr unsigned kHours = 24 * 7;
  unsigned number = 0;
  auto writer = Open();
  for (unsigned hour = 0; hour < kHours; ++hour, now += std::chrono::hours(1))
    ApplySeen(*writer, number++, now);
  jumped = std::chrono::days(4000);
  for (unsigned hour = 0; hour < 12; ++hour, now += std::chrono::hours(1)) {
    if (hour % 3 == 0) {
      writer.reset();
      writer = Open();
    }
    ApplySeen(*writer, number++, now + jumped);
  }
  // A 24th an hour, and what came meanwhile.
  EXPECT_GT(New().size(), kHours * 5 / 10);
  EXPECT_LT(New().size(), kHours * 7 / 10);
  for (unsigned hour = 0; hour < 100; ++hour, now += std::chrono::hours(1))
    ApplySeen(*writer, number++, now + jumped);
  EXPECT_EQ(New().size(), 112U) << "once it is believed, it counts";
}

// Nothing but time makes rows go by age: a process that is started a hundred times in a quarter of
// an hour, as one that fails at once is, takes no more than one that goes on.
TEST_F(Journal, ALoopOfStartsAgesNoFasterThanTime) {
  constexpr unsigned kHours = 24 * 7;
  unsigned number = 0;
  auto writer = Open();
  for (unsigned hour = 0; hour < kHours; ++hour, now += std::chrono::hours(1))
    ApplySeen(*writer, number++, now);
  const auto right = now;
  jumped = std::chrono::days(4000);
  for (unsigned start = 0; start < 100; ++start, now += std::chrono::seconds(10)) {
    writer.reset();
    writer = Open();
    ApplySeen(*writer, start % 2 == 0 ? number++ : number - 1, now + jumped);
  }
  const auto times = Times();
  const auto old = std::count_if(times.begin(), times.end(),
                                 [&](std::chrono::sys_seconds time) { return time < right; });
  // The hour that counts at the first start takes 7 of them; a quarter of one, with what came
  // meanwhile, 7 more.
  EXPECT_GE(old, kHours - 14);
  EXPECT_LT(old, kHours);
}

// Each run of pdns-ingest over files is such a start, and may be short.
TEST_F(Journal, ShortRunsLetOldRowsGo) {
  for (unsigned hour = 0; hour < 24; ++hour, now += std::chrono::hours(1))
    ApplySeen(*Open(), hour, now);
  now += std::chrono::days(8);
  for (unsigned run = 0; run < 24; ++run, now += std::chrono::minutes(20))
    ApplySeen(*Open(), 100, now);
  // A chunk an hour, in 8 hours.
  EXPECT_EQ(New().size(), 24U + 1 - 8);
}

// The time that the database keeps of a clock that was ahead is mended by the first short run.
TEST_F(Journal, ShortRunsAfterAClockThatWasAhead) {
  for (unsigned hour = 0; hour < 12; ++hour, now += std::chrono::hours(1))
    ApplySeen(*Open(), hour, now);
  jumped = std::chrono::days(4000);
  ApplySeen(*Open(), 0, now + jumped);
  ASSERT_EQ(Span().first, 2U) << "one went";
  jumped = {};
  now += std::chrono::days(8);
  for (unsigned run = 0; run < 4; ++run, now += std::chrono::hours(1)) ApplySeen(*Open(), 0, now);
  EXPECT_EQ(Span().first, 5U) << "one each hour behind the first run";
}

// After a rest the clock is believed with the first answers that are as late as it says.
TEST_F(Journal, AfterALongRestOldRowsGo) {
  auto writer = Open();
  ApplySeen(*writer, 0, now);
  writer.reset();
  now += std::chrono::days(60);
  writer = Open();
  ApplySeen(*writer, 1, now);
  EXPECT_EQ(Times(), Moments{now});
}

TEST_F(Journal, RowsThatAreMissingAreTold) {
  {
    const auto writer = Open();
    for (unsigned batch = 0; batch < 5; ++batch) ApplyOne(*writer, batch);
  }
  const auto rows = RawDatabase(path).All(kNew);
  ASSERT_EQ(rows.size(), 5U);
  RawDatabase(path).Delete(kNew, rows[2].first);
  ExpectDamaged("journal of new tuples: rows are missing before number 4");
  RawDatabase(path).Put(kNew, rows[2].first, rows[2].second);
  EXPECT_EQ(New().size(), 5U);
  RawDatabase(path).Delete(kNew, rows[0].first);
  ExpectDamaged("journal of new tuples: rows are missing before number 2");
  EXPECT_EQ(SnapshotOf(path)->Journal().status().code(), Code::kCorrupt);
  RawDatabase(path).Put(kNew, rows[0].first, rows[0].second);
  RawDatabase(path).Delete(kNew, rows[4].first);
  ExpectDamaged("journal of new tuples: its end is missing");
  EXPECT_EQ(OpenWriter(path, OfMemory()).status().code(), Code::kCorrupt);
  RawDatabase(path).Put(kNew, rows[4].first, rows[4].second);
  // A row that says that it holds more or fewer tuples than it does.
  for (const auto& value :
       {std::string("\xff"), rows[4].second.substr(0, rows[4].second.size() - 1),
        rows[4].second + "x", std::string()}) {
    RawDatabase(path).Put(kNew, rows[4].first, value);
    ExpectDamaged("a row of new cannot be read");
  }
  RawDatabase(path).Put(kNew, rows[4].first, rows[4].second);
  EXPECT_EQ(New().size(), 5U);
  RawDatabase(path).Put(kNew, "key", rows[4].second);
  ExpectDamaged("a row of new cannot be read");
}

TEST_F(Journal, AllRowsAreMissing) {
  {
    const auto writer = Open();
    ApplyOne(*writer, 0);
  }
  RawDatabase(path).Delete(kNew, store::JournalKey(1));
  ExpectDamaged("journal of new tuples: its rows are missing");
  EXPECT_EQ(SnapshotOf(path)->Journal().status().code(), Code::kCorrupt);
  EXPECT_EQ(OpenWriter(path, OfMemory()).status().code(), Code::kCorrupt);
}

TEST_F(Journal, TheEndOfAllRowsIsMissing) {
  {
    const auto writer = Open();
    ApplyOne(*writer, 0);
  }
  // The number of the next row says that there were more.
  RawDatabase(path).Put(kMeta, store::kJournalNextKey, store::NumberValue(9));
  ExpectDamaged("journal");
  RawDatabase(path).Put(kMeta, store::kJournalNextKey, "");
  const auto snapshot = SnapshotOf(path);
  EXPECT_EQ(snapshot->Journal().status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace pdns::store_rocks
