// A database that is copied beside its writer, file by file, or opened in the midst of its work:
// what opens is one consistent moment.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "unit/store_rocks/child.h"
#include "unit/store_rocks/database.h"
#include "unit/support/sanitized.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U32;
namespace fs = std::filesystem;

// Small batches and, now and then, one of long rows that goes around the log; the log is switched
// and emptied often.
Status ApplyNext(store::Writer& writer, unsigned batch) {
  Observations rows;
  for (unsigned i = 0; i < 100; ++i)
    rows.Add(std::to_string(batch * 100 + i) + ".org", RrType::kA, U32(i));
  for (unsigned i = 0; batch % 5 == 4 && i < 70; ++i) {
    rows.Add("long.org", RrType::kTxt,
             std::string(65'000, 'x') + std::to_string(batch) + std::to_string(i));
  }
  Status applied = writer.Apply(Trusted(rows)).status();
  return applied.ok() && batch % 8 == 7 ? writer.Close() : applied;
}

TEST(Child, DISABLED_WritesUntilItIsKilled) {
  const auto writer = OpenWriter(Child::Database(), OfMemory());
  if (!writer.ok()) _exit(1);
  // Not for ever: what is read each time grows with it.
  constexpr unsigned kMostBatches = 100;
  for (unsigned batch = 0; batch < kMostBatches; ++batch) {
    if (!ApplyNext(**writer, batch).ok()) _exit(1);
    if (batch < 8) Child::Tell();
  }
  while (true) pause();
}

// Rows, index and totals are of one moment: batches are whole.
void ExpectConsistent(store::Snapshot& snapshot, const std::string& what) {
  const record::Statistics totals = TotalsOf(snapshot);
  const record::Statistics counted = CountAll(snapshot);
  EXPECT_EQ(totals.tuples, counted.tuples) << what;
  EXPECT_EQ(totals.rrnames, counted.rrnames) << what;
  EXPECT_EQ(totals.types, counted.types) << what;
  EXPECT_EQ(counted.types.contains(RrType::kA) ? counted.types.at(RrType::kA) % 100 : 0, 0U)
      << what;
  std::size_t reverse = 0;
  for (const auto side : {store::Side::kAddress, store::Side::kText}) {
    const auto scanned =
        snapshot.Scan(Everything(side), [&](const store::Row&) { return ++reverse > 0; });
    EXPECT_TRUE(scanned.status.ok()) << what << scanned.status.message();
  }
  EXPECT_EQ(reverse, counted.tuples) << what;
  EXPECT_EQ(Must(snapshot.Journal()).next, counted.tuples + 1) << what;
}

TEST(LiveCopy, IsOneMomentOrSaysThatItIsNot) {
  const TempDir dir;
  Child child("WritesUntilItIsKilled", dir / "db");
  for (int batch = 0; batch < 8; ++batch) ASSERT_TRUE(child.Await());
  int opened = 0;
  for (int copy = 0; copy < static_cast<int>(testing::Rounds(20)); ++copy) {
    const std::string to = dir / ("copy" + std::to_string(copy));
    // Files that vanish meanwhile are what cp complains of, and goes on.
    const std::string command = "cp -r " + (dir / "db") + " " + to + " 2>/dev/null";
    static_cast<void>(!std::system(command.c_str()));
    const auto database = OpenDatabase(to);
    if (!database.ok()) {
      EXPECT_TRUE(database.status().code() == Code::kCorrupt ||
                  database.status().code() == Code::kIo)
          << database.status().message();
      fs::remove_all(to);
      continue;
    }
    ++opened;
    ExpectConsistent(*Must((*database)->NewSnapshot()), to);
    fs::remove_all(to);
    if (HasFailure()) return;
  }
  RecordProperty("opened", opened);
}

// The same database, opened again and again while its log and its list of files change.
TEST(LiveOpen, IsOneMoment) {
  const TempDir dir;
  Child child("WritesUntilItIsKilled", dir / "db");
  ASSERT_TRUE(child.Await());
  int opened = 0;
  for (int tries = 0; tries < 40 && !HasFailure(); ++tries) {
    const auto database = OpenDatabase(dir / "db");
    EXPECT_TRUE(database.ok() || database.status().code() == Code::kIo)
        << database.status().message();
    if (!database.ok()) continue;
    ++opened;
    ExpectConsistent(*Must((*database)->NewSnapshot()), std::to_string(tries));
  }
  EXPECT_GT(opened, 20);
}

}  // namespace
}  // namespace pdns::store_rocks
