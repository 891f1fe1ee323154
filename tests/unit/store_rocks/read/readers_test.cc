// Readers beside the writer: each snapshot is one moment and stays it, a refresh moves on.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U32;

Observations One(std::string_view owner) {
  Observations rows;
  rows.Add(owner, RrType::kA, "abcd");
  return rows;
}

std::size_t CountRows(store::Database& database) {
  return RowsOf(*Must(database.NewSnapshot()), {}).size();
}

TEST(Reader, SeesWhatWasCommittedWhenItWasOpened) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Apply(*writer, Trusted(One("one.org")));
  const auto early = SnapshotOf(dir / "db");
  Apply(*writer, Trusted(One("two.org")));
  EXPECT_EQ(RowsOf(*early, {}).size(), 1U);
  EXPECT_EQ(ScanAll(dir / "db").size(), 2U);
  // The same when the rows have moved from the log into files.
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(RowsOf(*early, {}).size(), 1U);
  EXPECT_EQ(ScanAll(dir / "db").size(), 2U);
}

TEST(Reader, ARefreshMovesOnAndSnapshotsStay) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto database = Must(OpenDatabase(dir / "db"));
  std::vector<std::unique_ptr<store::Snapshot>> snapshots;
  for (unsigned batch = 0; batch < 8; ++batch) {
    EXPECT_EQ(CountRows(*database), batch);
    Apply(*writer, Trusted(One(std::to_string(batch) + ".org")));  // by the log
    EXPECT_EQ(CountRows(*database), batch);
    ASSERT_TRUE(database->Refresh().ok());
    EXPECT_EQ(CountRows(*database), batch + 1);
    ASSERT_TRUE(database->Refresh().ok());  // nothing came
    snapshots.push_back(Must(database->NewSnapshot()));
    if (batch == 3) {
      ASSERT_TRUE(writer->Close().ok());
    }
    if (batch == 5) {
      ASSERT_TRUE(writer->Compact([] { return false; }).ok());
    }
  }
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    EXPECT_EQ(RowsOf(*snapshots[i], {}).size(), i + 1);
    EXPECT_EQ(TotalsOf(*snapshots[i]).tuples, i + 1);
    EXPECT_EQ(ReverseRowsOf(*snapshots[i]).size(), i + 1);
  }
  // By table files.
  Apply(*writer, Trusted(Numbered(100, 9000)));
  ASSERT_TRUE(database->Refresh().ok());
  EXPECT_EQ(CountRows(*database), 8908U);
}

// A snapshot outlives its database and its files.
TEST(Reader, ASnapshotReadsOnWhateverBecomesOfTheRest) {
  const TempDir dir;
  auto writer = OpenToWrite(dir / "db");
  Apply(*writer, Trusted(Numbered(0, 9000)));
  const auto snapshot = SnapshotOf(dir / "db");
  ASSERT_TRUE(writer->Compact([] { return false; }).ok());
  ASSERT_TRUE(writer
                  ->Expire(
                      {}, [](const store::Row&) { return true; }, "test")
                  .ok());
  ASSERT_TRUE(writer->Compact([] { return false; }).ok());
  writer.reset();
  std::filesystem::remove_all(dir / "db");
  EXPECT_EQ(RowsOf(*snapshot, {}).size(), 9000U);
  EXPECT_EQ(ReverseRowsOf(*snapshot).size(), 9000U);
}

TEST(Reader, ARefreshThatFailsLeavesTheMoment) {
  const TempDir dir;
  {
    const auto writer = OpenToWrite(dir / "db");
    Apply(*writer, Trusted(One("one.org")));
    ASSERT_TRUE(writer->Close().ok());
  }
  const auto database = Must(OpenDatabase(dir / "db"));
  Apply(*OpenToWrite(dir / "db"), Trusted(One("two.org")));
  const std::string current = testing::ReadFile(dir / "db/CURRENT");
  testing::WriteFile(dir / "db/CURRENT", "MANIFEST-999999\n");
  EXPECT_EQ(database->Refresh().code(), Code::kCorrupt);
  EXPECT_EQ(CountRows(*database), 1U);
  testing::WriteFile(dir / "db/CURRENT", current);
  ASSERT_TRUE(database->Refresh().ok());
  EXPECT_EQ(CountRows(*database), 2U);
}

TEST(Reader, ManyReadersBesideAWriterThatGoesOn) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db", 1U << 20);
  std::vector<std::unique_ptr<store::Snapshot>> readers;
  for (unsigned round = 0; round < 5; ++round) {
    Apply(*writer, Trusted(Numbered(round * 200, round * 200 + 200)));
    if (round % 2 == 0) {
      ASSERT_TRUE(writer->Close().ok());
    }
    readers.push_back(SnapshotOf(dir / "db"));
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(RowsOf(*readers[i], {}).size(), 200 * (i + 1));
    EXPECT_EQ(ReverseRowsOf(*readers[i]).size(), 200 * (i + 1));
  }
}

Lines FilesOf(const std::string& path) {
  Lines names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string() + " " +
                    std::to_string(entry.is_regular_file() ? entry.file_size() : 0));
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Reader, WritesNothingAnywhere) {
  const TempDir dir;
  Apply(*OpenToWrite(dir / "db"), Trusted(One("a.org")));
  const Lines before = FilesOf(dir / "db");
  const Lines beside = FilesOf(dir.path());
  {
    const auto database = Must(OpenDatabase(dir / "db"));
    EXPECT_EQ(CountRows(*database), 1U);
    ASSERT_TRUE(database->Refresh().ok());
  }
  EXPECT_EQ(FilesOf(dir / "db"), before);
  EXPECT_EQ(FilesOf(dir.path()), beside);
}

TEST(Reader, ScansASpanInOrderUntilTheSinkSaysStop) {
  const TempDir dir;
  Observations some;
  for (const char* name : {"z.org", "www.blah.org", "blah.org", "a.blah.org", "blaha.org", "net"})
    some.Add(name, RrType::kA, "abcd");
  Apply(*OpenToWrite(dir / "db"), Trusted(some));
  const auto snapshot = SnapshotOf(dir / "db");
  const auto owners = [&](const store::Span& span, std::size_t most) {
    Lines names;
    store::Selection selection;
    selection.span = span;
    const auto scanned = snapshot->Scan(selection, [&](const store::Row& row) {
      names.push_back(dns::NameToText(row.tuple.owner));
      return names.size() < most;
    });
    EXPECT_TRUE(scanned.status.ok());
    return names;
  };
  const auto blah = *dns::NameFromText("blah.org");
  EXPECT_EQ(owners({}, 9),
            (Lines{"net.", "blah.org.", "a.blah.org.", "www.blah.org.", "blaha.org.", "z.org."}));
  EXPECT_EQ(owners({}, 2), (Lines{"net.", "blah.org."}));
  EXPECT_EQ(owners(store::SubtreeSpan(blah.wire()), 9),
            (Lines{"blah.org.", "a.blah.org.", "www.blah.org."}));
  EXPECT_EQ(owners(store::NameSpan(blah.wire()), 9), (Lines{"blah.org."}));
  EXPECT_EQ(owners(store::NameSpan(dns::NameFromText("org")->wire()), 9), Lines{});
}

// Threads that take snapshots, refresh and scan while batches come by log and by files, and rows
// are merged: each sees whole batches, and never fewer than before.
TEST(Reader, ManyThreadsBesideAWriter) {
  constexpr unsigned kBatch = 100;
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const auto database = Must(OpenDatabase(dir / "db"));
  std::atomic<bool> done{false};
  std::atomic<unsigned> moments{0};
  const auto look = [&] {
    std::size_t before = 0;
    while (!done) {
      const Status refreshed = database->Refresh();
      EXPECT_TRUE(refreshed.ok() || refreshed.code() == Code::kIo) << refreshed.message();
      const auto snapshot = Must(database->NewSnapshot());
      const std::size_t rows = RowsOf(*snapshot, {}).size();
      EXPECT_EQ(rows % kBatch, 0U);
      EXPECT_GE(rows, before);
      EXPECT_EQ(RowsOf(*snapshot, Everything(store::Side::kAddress)).size(), rows);
      EXPECT_EQ(TotalsOf(*snapshot).tuples, rows);
      EXPECT_EQ(Must(snapshot->Journal()).next, rows + 1);
      before = rows;
      ++moments;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(look);
  unsigned next = 0;
  for (unsigned batch = 0; batch < 60 || moments < 40; ++batch) {
    const unsigned size = batch % 20 == 7 ? 8200 : kBatch;
    if (batch < 60) {
      Apply(*writer, Trusted(Numbered(next, next + size)));
      next += size;
    } else {
      Apply(*writer, Trusted(Numbered(0, kBatch)));
    }
    if (batch % 15 == 14) {
      EXPECT_TRUE(writer->Close().ok());
    }
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(database->Refresh().ok());
  EXPECT_EQ(CountRows(*database), next);
}

}  // namespace
}  // namespace pdns::store_rocks
