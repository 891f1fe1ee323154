// Batches on both sides of the limit from which they go around the log as files: what they leave
// must not tell which way they went.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/store_rocks/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U16;
using testing::U32;
using testing::WireName;
namespace fs = std::filesystem;

constexpr unsigned kLimit = 8192;  // rows from which a batch is large

// Each tuple of the lists once, merged, as scans give them.
Lines Merged(const std::vector<const Observations*>& lists) {
  std::map<std::string, std::pair<record::OwnedTuple, record::History>> rows;
  for (const Observations* list : lists) {
    for (const record::Entry* entry : list->list()) {
      const auto [row, fresh] =
          rows.emplace(AsText(entry->key()),
                       std::pair(testing::Read(*entry).tuple, record::History(entry->sighting)));
      if (!fresh) record::Merge(row->second.second, entry->sighting);
    }
  }
  Lines lines;
  for (const auto& [key, row] : rows) lines.push_back(Line(row.first.view(), row.second));
  return lines;
}

void ExpectApplied(const record::Applied& applied, std::uint64_t fresh, std::uint64_t updated) {
  EXPECT_EQ(applied.tuples_new, fresh);
  EXPECT_EQ(applied.tuples_updated, updated);
}

// A new reader finds exactly these rows, in both directions: all have a reverse row.
void ExpectStored(const std::string& path, const Lines& expected, std::string_view what = "") {
  const auto snapshot = SnapshotOf(path);
  ExpectRows(RowsOf(*snapshot, {}), expected, what);
  ExpectRows(ReverseRowsOf(*snapshot), expected, what);
}

TEST(LargeBatch, GoesAroundTheLogFromTheLimitOn) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto small = Numbered(0, kLimit - 1);
  ExpectApplied(Apply(*writer, Trusted(small)), kLimit - 1, 0);
  EXPECT_FALSE(fs::exists(dir / "db/incoming"));
  const auto large = Numbered(kLimit, 2 * kLimit);
  ExpectApplied(Apply(*writer, Trusted(large)), kLimit, 0);
  ASSERT_TRUE(fs::exists(dir / "db/incoming"));
  EXPECT_TRUE(fs::is_empty(dir / "db/incoming")) << "files are left behind";
  ExpectStored(dir / "db", Merged({&small, &large}));
}

TEST(LargeBatch, NewAndKnownTuplesInEveryMixture) {
  const TempDir dir;
  const auto first = Numbered(0, 10'000, Seen(100, 200, 1, 1));
  const auto half = Numbered(5000, 15'000, Seen(50, 150, 10, 2));
  {
    const auto writer = OpenToWrite(dir / "db");
    ExpectApplied(Apply(*writer, Trusted(first)), 10'000, 0);
    ExpectApplied(Apply(*writer, Trusted(half)), 5000, 5000);
  }
  ExpectStored(dir / "db", Merged({&first, &half}));
  const auto all = Numbered(0, 15'000, Seen(300, 400, 100, 0));
  const auto writer = OpenToWrite(dir / "db", 0);  // remembers next to nothing
  ExpectApplied(Apply(*writer, Trusted(all)), 0, 15'000);
  ExpectStored(dir / "db", Merged({&first, &half, &all}));
  ASSERT_TRUE(writer->Close().ok());
  ExpectStored(dir / "db", Merged({&first, &half, &all}));
}

// The rows of a table file lie under or over those of the log, as they came.
TEST(LargeBatch, SmallAndLargeOnesOfTheSameTuplesBesideReaders) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  std::vector<Observations> given;
  std::vector<std::unique_ptr<store::Snapshot>> readers;
  std::vector<Lines> expected;
  for (int round = 0; round < 6; ++round) {
    const bool large = round % 3 != 0;
    given.push_back(Numbered(0, large ? 9000 : 300, Seen(100 - round, 200 + round, 1U << round)));
    Apply(*writer, Trusted(given.back()));
    std::vector<const Observations*> until_now;
    for (const Observations& one : given) until_now.push_back(&one);
    readers.push_back(SnapshotOf(dir / "db"));
    expected.push_back(Merged(until_now));
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    ExpectRows(RowsOf(*readers[i], {}), expected[i], std::to_string(i));
    ExpectRows(ReverseRowsOf(*readers[i]), expected[i], std::to_string(i));
  }
}

TEST(LargeBatch, PositionsComeWithIt) {
  const TempDir dir;
  for (std::uint64_t round = 1; round <= 6; ++round) {
    const auto writer = OpenToWrite(dir / "db");
    if (round > 1) {
      EXPECT_EQ(Progress(*writer, Source(1)), Frames(10 * round - 10)) << "after opening";
    }
    for (const bool large : {round % 2 == 0, round % 3 == 0}) {
      const auto rows = Numbered(0, large ? kLimit : 3);
      const std::vector<record::SourcePosition> before{{Source(1), Frames(10 * round - 5)}};
      Apply(*writer, {before, {}, rows.list(), {}, {}});
      EXPECT_EQ(Progress(*writer, Source(1)), Frames(10 * round - 5));
      const std::vector<record::SourcePosition> two{{Source(1), Frames(10 * round)},
                                                    {Source(2, 7), Frames(round)}};
      Apply(*writer, {two, {}, rows.list(), {}, {}});
      EXPECT_EQ(Progress(*writer, Source(1)), Frames(10 * round));
      EXPECT_EQ(Progress(*writer, Source(2, 7)), Frames(round));
    }
  }
  EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).captures, 2U);
}

TEST(LargeBatch, OnlySourcesBehindIt) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto rows = Numbered(0, kLimit);
  const std::vector<record::SourcePosition> first{{Source(1), Frames(1)}};
  const std::vector<record::SourcePosition> further{{Source(1), Frames(2)}, {Source(2), Frames(3)}};
  Apply(*writer, {first, {}, rows.list(), {}, {}});
  ExpectApplied(Apply(*writer, {further, {}, {}, {}, {}}), 0, 0);
  EXPECT_EQ(Progress(*writer, Source(1)), Frames(2));
  EXPECT_EQ(Progress(*writer, Source(2)), Frames(3));
  ExpectStored(dir / "db", Merged({&rows}));
}

// A reverse row that is gone shows who would write it again: nobody for a known tuple.
TEST(LargeBatch, KnownTuplesGetNoSecondReverseRow) {
  const TempDir dir;
  const auto rows = Numbered(0, kLimit);
  Apply(*OpenToWrite(dir / "db"), Trusted(rows));
  const std::string gone = ReverseKeys(testing::Read(*rows.list()[77]).tuple.view()).at(0);
  RawDatabase(dir / "db").Delete(kReverse, gone);
  const auto more = Numbered(0, kLimit + 10);
  for (const std::size_t memory : {kMemory, std::size_t{0}}) {
    const auto writer = OpenToWrite(dir / "db", memory);
    for (int round = 0; round < 2; ++round) {  // by lookup, and by the seen-cache
      Apply(*writer, Trusted(more));
    }
  }
  RawDatabase raw(dir / "db");
  EXPECT_FALSE(raw.Has(kReverse, gone));
  EXPECT_EQ(raw.Count(kReverse), kLimit + 9);
  EXPECT_EQ(raw.Count(kForward), 2 * (kLimit + 10));  // with a row of each owner
}

// Entries of several windows in one batch. Rows count for the limit, not entries.
TEST(LargeBatch, ATupleSeveralTimesInABatch) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  std::vector<Observations> windows;
  windows.push_back(Numbered(0, 5000, Seen(100, 200, 1)));
  windows.push_back(Numbered(0, 5000, Seen(50, 100, 2)));
  std::vector<const record::Entry*> entries;
  for (const Observations& window : windows) {
    entries.insert(entries.end(), window.list().begin(), window.list().end());
  }
  ExpectApplied(Apply(*writer, {{}, {}, entries, {}, {}}), 5000, 0);
  EXPECT_FALSE(fs::exists(dir / "db/incoming"));
  windows.push_back(Numbered(2000, 9000, Seen(300, 300, 4)));
  entries.insert(entries.end(), windows[2].list().begin(), windows[2].list().end());
  ExpectApplied(Apply(*writer, {{}, {}, entries, {}, {}}), 4000, 5000);
  EXPECT_TRUE(fs::exists(dir / "db/incoming"));
  ExpectStored(dir / "db",
               Merged({&windows[0], &windows[0], &windows[1], &windows[1], &windows[2]}));
}

TEST(LargeBatch, QuarantinedOnlyAndBesideTrusted) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto doubtful = Numbered(0, kLimit, Seen(10, 20, 3, {}, record::kOffChain));
  ExpectApplied(Apply(*writer, Quarantined(doubtful)), 0, 0);
  EXPECT_TRUE(fs::exists(dir / "db/incoming"));
  ExpectStored(dir / "db", {});
  ExpectRows(ScanAll(dir / "db", AllQuarantined()), Merged({&doubtful}));

  // Neither list is large, both together are; the trusted ones are new, doubtful before or not.
  const auto again = Numbered(0, kLimit / 2, Seen(5, 6, 1, {}, record::kOutOfBailiwick));
  const auto trusted = Numbered(100, 100 + kLimit / 2);
  ExpectApplied(Apply(*writer, {{}, {}, trusted.list(), again.list(), {}}), kLimit / 2, 0);
  const auto few = Numbered(0, 3, Seen(30, 40, 1, {}, record::kOffChain));  // through the log
  Apply(*writer, Quarantined(few));
  ExpectStored(dir / "db", Merged({&trusted}));
  ExpectRows(ScanAll(dir / "db", AllQuarantined()), Merged({&doubtful, &again, &few}));
}

TEST(LargeBatch, WithoutReverseRows) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations proofs;
  for (unsigned i = 0; i < kLimit; ++i) {
    proofs.Add(std::to_string(i) + ".org", RrType::kNsec,
               WireName("b.org") + std::string("\0\1\x40", 3));
  }
  ExpectApplied(Apply(*writer, Trusted(proofs)), kLimit, 0);
  ExpectRows(ScanAll(dir / "db"), Merged({&proofs}));
  EXPECT_TRUE(ScanReverse(dir / "db").empty());
}

// Long rdata and several reverse rows a tuple, some of them far longer than a block.
TEST(LargeBatch, TuplesOfEveryShape) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations some;
  for (unsigned i = 0; i < 3000; ++i) {
    const std::string owner = std::to_string(i % 50) + ".org";
    some.Add(owner, RrType::kTxt, std::string(300, 'x') + U32(i));
    some.Add(owner, RrType::kHttps,
             U16(1) + WireName("svc.net") + U16(4) + U16(8) + U32(7) + U32(i));
    some.Add(owner, RrType::kMx, U16(10) + WireName(std::to_string(i) + ".net"));
  }
  for (unsigned i = 0; i < 8; ++i) {
    some.Add(".", RrType::kTxt, std::string(65535 - i % 2, static_cast<char>(i)));
  }
  ExpectApplied(Apply(*writer, Trusted(some)), 9008, 0);
  ExpectStored(dir / "db", Merged({&some}));
  ExpectApplied(Apply(*writer, Trusted(some)), 0, 9008);
  ExpectStored(dir / "db", Merged({&some, &some}));
}

// Readers that open while batches come in see each batch in all families or in none.
TEST(LargeBatch, IsSeenWholeOrNotAtAll) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  std::atomic<bool> done{false};
  std::size_t opened = 0;
  std::thread looking([&] {
    while (!done) {
      const auto snapshot = SnapshotOf(dir / "db");
      const std::size_t rows = RowsOf(*snapshot, {}).size();
      EXPECT_EQ(rows % kLimit, 0U);
      EXPECT_EQ(ReverseRowsOf(*snapshot).size(), rows);
      EXPECT_EQ(RowsOf(*snapshot, AllQuarantined()).size(), rows / kLimit);
      EXPECT_EQ(TotalsOf(*snapshot).tuples, rows);
      ++opened;
    }
  });
  for (unsigned round = 0; round < 12; ++round) {
    const auto rows = Numbered(round * kLimit, (round + 1) * kLimit);
    const auto doubtful = Numbered(round, round + 1, Seen(1, 2, 1, {}, record::kOffChain));
    Apply(*writer, {{}, {}, rows.list(), doubtful.list(), {}});
  }
  done = true;
  looking.join();
  EXPECT_GT(opened, 0U);
}

}  // namespace
}  // namespace pdns::store_rocks
