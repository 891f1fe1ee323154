// WaitForMerges, Compact, Checkpoint, figures: the same rows in fewer files, an early end on
// request, copies that open.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "unit/store_rocks/truth.h"
#include "unit/store_rocks/zone.h"

namespace pdns::store_rocks {
namespace {

using testing::TempDir;
namespace fs = std::filesystem;

constexpr unsigned kRows = 9000;  // enough to go around the log
constexpr unsigned kBatches = 12;

const auto kNoHurry = [] { return false; };
const auto kHurry = [] { return true; };

std::size_t TableFiles(const std::string& path) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(path))
    files += entry.path().extension() == ".sst" ? 1 : 0;
  return files;
}

// Batches of which each has half of its rows in common with the one before.
void Fill(store::Writer& writer) {
  for (unsigned batch = 0; batch < kBatches; ++batch) {
    const Observations rows = Numbered(batch * kRows / 2, batch * kRows / 2 + kRows,
                                       Seen(100 + batch, 200 + batch, 1 + batch));
    Apply(writer, Trusted(rows));
  }
}

void ExpectSame(const std::string& path, const Told& before) {
  const Told now = ReadAll(path);
  EXPECT_TRUE(now.status.ok()) << now.status.message();
  EXPECT_TRUE(now.rows == before.rows) << now.rows.size() << " of " << before.rows.size();
}

TEST(Tidy, WaitForMergesWaitsForTheMergesThatAreDue) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Fill(*writer);
  const Told before = ReadAll(dir / "db");
  EXPECT_GT(before.rows.size(), 2 * kRows / 2 * (kBatches + 1));
  writer->WaitForMerges(kNoHurry);
  EXPECT_LT(TableFiles(dir / "db"), 4 * kBatches);  // of four families a file each batch
  EXPECT_FALSE(writer->figures().tidying && TableFiles(dir / "db") > 4 * kBatches);
  ExpectSame(dir / "db", before);
}

// As many runs as trigger a merge, each larger than the one that came behind it: none is worth
// doing, and it stays pending for ever.
TEST(Tidy, WaitForMergesDoesNotWaitForOneThatNeverBegins) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  unsigned next = 0;
  for (const unsigned size :
       {86'000U, 62'000U, 44'000U, 31'000U, 22'000U, 16'000U, 12'000U, 8500U}) {
    const Observations rows = Numbered(next, next + size);
    next += size;
    Apply(*writer, Trusted(rows));
  }
  writer->WaitForMerges(kNoHurry);
  EXPECT_GE(TableFiles(dir / "db"), 2U * 8) << "they were merged, and this shows nothing";
  EXPECT_EQ(ScanAll(dir / "db").size(), next);
}

TEST(Tidy, CompactLeavesOneRunOfEach) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Fill(*writer);
  const Told before = ReadAll(dir / "db");
  ASSERT_TRUE(writer->Compact(kNoHurry).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_LE(TableFiles(dir / "db"), kFamilies + 2U);  // one of each, and schema rows
  ExpectSame(dir / "db", before);
  ASSERT_TRUE(writer->Compact(kNoHurry).ok());  // nothing left to do
  ExpectSame(dir / "db", before);
}

TEST(Tidy, AHurryEndsBothAndLosesNothing) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Fill(*writer);
  const Told before = ReadAll(dir / "db");
  writer->WaitForMerges(kHurry);
  EXPECT_TRUE(writer->Compact(kHurry).ok());
  ExpectSame(dir / "db", before);
  Fill(*writer);  // goes on as before
  EXPECT_EQ(ScanAll(dir / "db").size(), kRows / 2 * (kBatches + 1));
}

TEST(Tidy, AnEmptyDatabase) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  writer->WaitForMerges(kNoHurry);
  EXPECT_TRUE(writer->Compact(kNoHurry).ok());
  EXPECT_TRUE(writer->Close().ok());
  EXPECT_TRUE(ScanAll(dir / "db").empty());
}

TEST(Checkpoint, IsACopyOfItsMoment) {
  const TempDir dir;
  Zone zone(4);
  const auto writer = OpenToWrite(dir / "db");
  const Observations many = Numbered(0, kRows);
  const Observations doubtful = RandomRows(zone, 20, true);
  Apply(*writer, {{}, {}, many.list(), doubtful.list(), {}});
  const Observations some = RandomRows(zone, 40);
  Apply(*writer, Trusted(some));  // in the log
  const Told before = ReadAll(dir / "db");
  ASSERT_TRUE(writer->Checkpoint(dir / "copy").ok());
  const Observations later = Numbered(kRows, kRows + 50);
  Apply(*writer, Trusted(later));
  ASSERT_TRUE(writer->Compact(kNoHurry).ok());
  ExpectSame(dir / "copy", before);
  EXPECT_EQ(ScanAll(dir / "db").size(), ScanAll(dir / "copy").size() + 50);
  // It may be written on, and does no harm to the other.
  const Told original = ReadAll(dir / "db");
  const auto other = OpenToWrite(dir / "copy");
  Apply(*other, Trusted(later));
  ASSERT_TRUE(other->Compact(kNoHurry).ok());
  ExpectSame(dir / "db", original);
}

TEST(Checkpoint, RefusesWhatIsThere) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  fs::create_directory(dir / "there");
  testing::WriteFile(dir / "there/letter", "dear reader");
  for (const std::string& name : {dir / "there", dir / "there/letter", dir / "db"}) {
    const Status made = writer->Checkpoint(name);
    EXPECT_EQ(made.code(), Code::kNoInput) << made.message();
    EXPECT_NE(made.message().find(name), std::string::npos);
  }
  EXPECT_EQ(testing::ReadFile(dir / "there/letter"), "dear reader");
  EXPECT_EQ(writer->Checkpoint(dir / "no/such/parent").code(), Code::kIo);
}

TEST(Figures, TellFilesAndMemory) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  store::Figures figures = writer->figures();
  EXPECT_EQ(figures.disk_bytes, 0U);
  EXPECT_EQ(figures.files, 0U);
  const Observations some = Numbered(0, 5000);
  Apply(*writer, Trusted(some));
  EXPECT_GT(writer->figures().buffer_bytes, 5000U * 20);
  ASSERT_TRUE(writer->Close().ok());
  figures = writer->figures();
  EXPECT_LT(figures.buffer_bytes, 5000U * 20);
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(dir / "db"))
    bytes += entry.path().extension() == ".sst" ? entry.file_size() : 0;
  EXPECT_EQ(figures.disk_bytes, bytes);
  EXPECT_EQ(figures.files, TableFiles(dir / "db"));
  EXPECT_FALSE(figures.tidying);
  EXPECT_LE(figures.cache_bytes, kMemory);
}

}  // namespace
}  // namespace pdns::store_rocks
