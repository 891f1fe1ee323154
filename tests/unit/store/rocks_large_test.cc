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

#include "unit/store/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U16;
using testing::U32;
using testing::WireName;
namespace fs = std::filesystem;

constexpr unsigned kLimit = 8192;  // rows from which a batch is large

// Tuples first..last-1 of a row of them, each with a reverse row of its own.
void AddNumbered(Observations& out, unsigned first, unsigned last,
                 const record::Sighting& sighting = Seen(100, 200, 1)) {
  for (unsigned i = first; i < last; ++i) {
    out.Add({*record::Name::FromWire(AsBytes(WireName(std::to_string(i) + ".org"))), RrType::kA,
             U32(i)},
            sighting);
  }
}

Observations Numbered(unsigned first, unsigned last,
                      const record::Sighting& sighting = Seen(100, 200, 1)) {
  Observations some;
  AddNumbered(some, first, last, sighting);
  return some;
}

// Each tuple of the lists once, merged, as scans give them.
Lines Merged(const std::vector<const Observations*>& lists) {
  std::map<std::string, testing::Observed> rows;
  for (const Observations* list : lists) {
    for (const record::Entry* entry : list->list()) {
      const auto [row, fresh] =
          rows.emplace(AsText(entry->key()), testing::Observed{{}, entry->sighting});
      if (fresh) {
        row->second.tuple = testing::Read(*entry).tuple;
      } else {
        record::Merge(row->second.sighting, entry->sighting);
      }
    }
  }
  Lines lines;
  for (const auto& [key, row] : rows) lines.push_back(Line(row.tuple.view(), row.sighting));
  return lines;
}

void ExpectApplied(const record::Applied& applied, std::uint64_t fresh, std::uint64_t updated) {
  EXPECT_EQ(applied.tuples_new, fresh);
  EXPECT_EQ(applied.tuples_updated, updated);
}

// A new reader finds exactly these rows, in both directions: all have a reverse row.
void ExpectStored(const std::string& path, const Lines& expected, std::string_view what = "") {
  const auto reader = OpenReader(path);
  ExpectRows(Scan(*reader, Index::kForward), expected, what);
  ExpectRows(Scan(*reader, Index::kReverse), expected, what);
}

TEST(LargeBatch, GoesAroundTheLogFromTheLimitOn) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  const auto small = Numbered(0, kLimit - 1);
  ExpectApplied(Apply(*writer, {{}, small.list(), {}}), kLimit - 1, 0);
  EXPECT_FALSE(fs::exists(dir / "db/incoming"));
  const auto large = Numbered(kLimit, 2 * kLimit);
  ExpectApplied(Apply(*writer, {{}, large.list(), {}}), kLimit, 0);
  ASSERT_TRUE(fs::exists(dir / "db/incoming"));
  EXPECT_TRUE(fs::is_empty(dir / "db/incoming")) << "files are left behind";
  ExpectStored(dir / "db", Merged({&small, &large}));
}

TEST(LargeBatch, NewAndKnownTuplesInEveryMixture) {
  const TempDir dir;
  const auto first = Numbered(0, 10'000, Seen(100, 200, 1, 1));
  const auto half = Numbered(5000, 15'000, Seen(50, 150, 10, 2));
  {
    const auto writer = OpenWriter(dir / "db");
    ExpectApplied(Apply(*writer, {{}, first.list(), {}}), 10'000, 0);
    ExpectApplied(Apply(*writer, {{}, half.list(), {}}), 5000, 5000);
  }
  ExpectStored(dir / "db", Merged({&first, &half}));
  const auto all = Numbered(0, 15'000, Seen(300, 400, 100, 0));
  const auto writer = OpenWriter(dir / "db", 0);  // remembers next to nothing
  ExpectApplied(Apply(*writer, {{}, all.list(), {}}), 0, 15'000);
  ExpectStored(dir / "db", Merged({&first, &half, &all}));
  ASSERT_TRUE(writer->Close().ok());
  ExpectStored(dir / "db", Merged({&first, &half, &all}));
}

// The rows of a table file lie under or over those of the log, as they came.
TEST(LargeBatch, SmallAndLargeOnesOfTheSameTuplesBesideReaders) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  std::vector<Observations> given;
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<Lines> expected;
  for (int round = 0; round < 6; ++round) {
    const bool large = round % 3 != 0;
    given.push_back(Numbered(0, large ? 9000 : 300, Seen(100 - round, 200 + round, 1U << round)));
    Apply(*writer, {{}, given.back().list(), {}});
    std::vector<const Observations*> until_now;
    for (const Observations& one : given) until_now.push_back(&one);
    readers.push_back(OpenReader(dir / "db"));
    expected.push_back(Merged(until_now));
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    ExpectRows(Scan(*readers[i], Index::kForward), expected[i], std::to_string(i));
    ExpectRows(Scan(*readers[i], Index::kReverse), expected[i], std::to_string(i));
  }
}

TEST(LargeBatch, PositionsComeWithIt) {
  const TempDir dir;
  for (std::uint64_t round = 1; round <= 6; ++round) {
    const auto writer = OpenWriter(dir / "db");
    if (round > 1) {
      EXPECT_EQ(Progress(*writer, Source(1)), At(10 * round - 10)) << "after opening";
    }
    for (const bool large : {round % 2 == 0, round % 3 == 0}) {
      const auto rows = Numbered(0, large ? kLimit : 3);
      const std::vector<record::SourcePosition> before{{Source(1), At(10 * round - 5)}};
      Apply(*writer, {before, rows.list(), {}});
      EXPECT_EQ(Progress(*writer, Source(1)), At(10 * round - 5));
      const std::vector<record::SourcePosition> two{{Source(1), At(10 * round)},
                                                    {Source(2, 7), At(round)}};
      Apply(*writer, {two, rows.list(), {}});
      EXPECT_EQ(Progress(*writer, Source(1)), At(10 * round));
      EXPECT_EQ(Progress(*writer, Source(2, 7)), At(round));
    }
  }
  EXPECT_EQ(RawDatabase(dir / "db").Count(kMeta), 3U);  // with the schema row
}

TEST(LargeBatch, OnlySourcesBehindIt) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  const auto rows = Numbered(0, kLimit);
  const std::vector<record::SourcePosition> first{{Source(1), At(1)}};
  const std::vector<record::SourcePosition> further{{Source(1), At(2)}, {Source(2), At(3)}};
  Apply(*writer, {first, rows.list(), {}});
  ExpectApplied(Apply(*writer, {further, {}, {}}), 0, 0);
  EXPECT_EQ(Progress(*writer, Source(1)), At(2));
  EXPECT_EQ(Progress(*writer, Source(2)), At(3));
  ExpectStored(dir / "db", Merged({&rows}));
}

// A reverse row that is gone shows who would write it again: nobody for a known tuple.
TEST(LargeBatch, KnownTuplesGetNoSecondReverseRow) {
  const TempDir dir;
  const auto rows = Numbered(0, kLimit);
  Apply(*OpenWriter(dir / "db"), {{}, rows.list(), {}});
  const std::string gone = ReverseKeys(testing::Read(*rows.list()[77]).tuple.view()).at(0);
  RawDatabase(dir / "db").Delete(kReverseFamily, gone);
  const auto more = Numbered(0, kLimit + 10);
  for (const std::size_t memory : {kMemory, std::size_t{0}}) {
    const auto writer = OpenWriter(dir / "db", memory);
    for (int round = 0; round < 2; ++round) {  // by lookup, and by the seen-cache
      Apply(*writer, {{}, more.list(), {}});
    }
  }
  RawDatabase raw(dir / "db");
  EXPECT_FALSE(raw.Has(kReverseFamily, gone));
  EXPECT_EQ(raw.Count(kReverseFamily), kLimit + 9);
  EXPECT_EQ(raw.Count(kForwardFamily), kLimit + 10);
}

// Entries of several windows in one batch. Rows count for the limit, not entries.
TEST(LargeBatch, ATupleSeveralTimesInABatch) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  std::vector<Observations> windows;
  windows.push_back(Numbered(0, 5000, Seen(100, 200, 1)));
  windows.push_back(Numbered(0, 5000, Seen(50, 100, 2)));
  std::vector<const record::Entry*> entries;
  for (const Observations& window : windows) {
    entries.insert(entries.end(), window.list().begin(), window.list().end());
  }
  ExpectApplied(Apply(*writer, {{}, entries, {}}), 5000, 0);
  EXPECT_FALSE(fs::exists(dir / "db/incoming"));
  windows.push_back(Numbered(2000, 9000, Seen(300, 300, 4)));
  entries.insert(entries.end(), windows[2].list().begin(), windows[2].list().end());
  ExpectApplied(Apply(*writer, {{}, entries, {}}), 4000, 5000);
  EXPECT_TRUE(fs::exists(dir / "db/incoming"));
  ExpectStored(dir / "db",
               Merged({&windows[0], &windows[0], &windows[1], &windows[1], &windows[2]}));
}

TEST(LargeBatch, QuarantinedOnlyAndBesideTrusted) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  const auto doubtful = Numbered(0, kLimit, Seen(10, 20, 3, 0, record::kOffChain));
  ExpectApplied(Apply(*writer, {{}, {}, doubtful.list()}), 0, 0);
  EXPECT_TRUE(fs::exists(dir / "db/incoming"));
  ExpectStored(dir / "db", {});
  ExpectRows(ScanAll(dir / "db", Index::kQuarantine), Merged({&doubtful}));

  // Neither list is large, both together are; the trusted ones are new, doubtful before or not.
  const auto again = Numbered(0, kLimit / 2, Seen(5, 6, 1, 0, record::kOutOfBailiwick));
  const auto trusted = Numbered(100, 100 + kLimit / 2);
  ExpectApplied(Apply(*writer, {{}, trusted.list(), again.list()}), kLimit / 2, 0);
  const auto few = Numbered(0, 3, Seen(30, 40, 1, 0, record::kOffChain));  // through the log
  Apply(*writer, {{}, {}, few.list()});
  ExpectStored(dir / "db", Merged({&trusted}));
  ExpectRows(ScanAll(dir / "db", Index::kQuarantine), Merged({&doubtful, &again, &few}));
}

TEST(LargeBatch, WithoutReverseRows) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations proofs;
  for (unsigned i = 0; i < kLimit; ++i) {
    proofs.Add(std::to_string(i) + ".org", RrType::kNsec,
               WireName("b.org") + std::string("\0\1\x40", 3));
  }
  ExpectApplied(Apply(*writer, {{}, proofs.list(), {}}), kLimit, 0);
  ExpectRows(ScanAll(dir / "db", Index::kForward), Merged({&proofs}));
  EXPECT_TRUE(ScanAll(dir / "db", Index::kReverse).empty());
}

// Long rdata and several reverse rows a tuple, some of them far longer than a block.
TEST(LargeBatch, TuplesOfEveryShape) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
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
  ExpectApplied(Apply(*writer, {{}, some.list(), {}}), 9008, 0);
  ExpectStored(dir / "db", Merged({&some}));
  ExpectApplied(Apply(*writer, {{}, some.list(), {}}), 0, 9008);
  ExpectStored(dir / "db", Merged({&some, &some}));
}

// Readers that open while batches come in see each batch in all families or in none.
TEST(LargeBatch, IsSeenWholeOrNotAtAll) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  std::atomic<bool> done{false};
  std::size_t opened = 0;
  std::thread looking([&] {
    while (!done) {
      const auto reader = OpenReader(dir / "db");
      const std::size_t rows = Scan(*reader, Index::kForward).size();
      EXPECT_EQ(rows % kLimit, 0U);
      EXPECT_EQ(Scan(*reader, Index::kReverse).size(), rows);
      EXPECT_EQ(Scan(*reader, Index::kQuarantine).size(), rows / kLimit);
      ++opened;
    }
  });
  for (unsigned round = 0; round < 12; ++round) {
    const auto rows = Numbered(round * kLimit, (round + 1) * kLimit);
    const auto doubtful = Numbered(round, round + 1, Seen(1, 2, 1, 0, record::kOffChain));
    Apply(*writer, {{}, rows.list(), doubtful.list()});
  }
  done = true;
  looking.join();
  EXPECT_GT(opened, 0U);
}

}  // namespace
}  // namespace pdns::store
