// Settle and Compact: the same rows in fewer files, and an early end on request.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "unit/store/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U32;
namespace fs = std::filesystem;

constexpr unsigned kRows = 9000;  // enough to go around the log
constexpr unsigned kBatches = 12;

const auto kNoHurry = [] { return false; };
const auto kHurry = [] { return true; };

std::size_t TableFiles(const std::string& path) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(path)) {
    files += entry.path().extension() == ".sst" ? 1 : 0;
  }
  return files;
}

// Batches of which each has half of its rows in common with the one before.
void Fill(Writer& writer) {
  for (unsigned batch = 0; batch < kBatches; ++batch) {
    Observations rows;
    for (unsigned i = batch * kRows / 2; i < batch * kRows / 2 + kRows; ++i) {
      rows.Add("h" + std::to_string(i) + ".example", RrType::kA, U32(i),
               Seen(100 + batch, 200 + batch, 1 + batch));
    }
    Apply(writer, {{}, rows.list(), {}});
  }
}

void ExpectSameRows(const std::string& path, const Lines& forward, const Lines& reverse) {
  ExpectRows(ScanAll(path, Index::kForward), forward);
  ExpectRows(ScanAll(path, Index::kReverse), reverse);
}

TEST(Tidy, SettleMergesTheRunsThatAreDue) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Fill(*writer);
  const Lines forward = ScanAll(dir / "db", Index::kForward);
  const Lines reverse = ScanAll(dir / "db", Index::kReverse);
  EXPECT_EQ(forward.size(), kRows / 2 * (kBatches + 1));
  writer->Settle(kNoHurry);
  EXPECT_LT(TableFiles(dir / "db"), 2 * kBatches);  // of two families a file each batch
  ExpectSameRows(dir / "db", forward, reverse);
}

// As many runs as trigger a merge, each larger than the one that came behind it: none is worth
// doing, and it stays pending for ever.
TEST(Tidy, SettleDoesNotWaitForAMergeThatNeverBegins) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  unsigned next = 0;
  for (const unsigned size :
       {86'000U, 62'000U, 44'000U, 31'000U, 22'000U, 16'000U, 12'000U, 8500U}) {
    Observations rows;
    for (const unsigned end = next + size; next < end; ++next) {
      rows.Add("h" + std::to_string(next) + ".example", RrType::kA, U32(next));
    }
    Apply(*writer, {{}, rows.list(), {}});
  }
  writer->Settle(kNoHurry);
  EXPECT_EQ(TableFiles(dir / "db"), 2U * 8) << "they were merged, and this shows nothing";
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward).size(), next);
}

TEST(Tidy, CompactLeavesOneRunOfEach) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Fill(*writer);
  const Lines forward = ScanAll(dir / "db", Index::kForward);
  const Lines reverse = ScanAll(dir / "db", Index::kReverse);
  ASSERT_TRUE(writer->Compact(kNoHurry).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_LE(TableFiles(dir / "db"), 2U + 2U);  // forward, reverse, and schema rows
  ExpectSameRows(dir / "db", forward, reverse);
  ASSERT_TRUE(writer->Compact(kNoHurry).ok());  // nothing left to do
  ExpectSameRows(dir / "db", forward, reverse);
}

TEST(Tidy, AHurryEndsBothAndLosesNothing) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Fill(*writer);
  const Lines forward = ScanAll(dir / "db", Index::kForward);
  const Lines reverse = ScanAll(dir / "db", Index::kReverse);
  writer->Settle(kHurry);
  EXPECT_TRUE(writer->Compact(kHurry).ok());
  ExpectSameRows(dir / "db", forward, reverse);
  Fill(*writer);  // goes on as before
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward).size(), forward.size());
}

// Without filters all runs are looked into.
TEST(Tidy, AReaderOpenedForAnotherIndexFindsTheSame) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Fill(*writer);
  const Lines forward = ScanAll(dir / "db", Index::kForward);
  const Lines reverse = ScanAll(dir / "db", Index::kReverse);
  for (const Index mostly : {Index::kForward, Index::kQuarantine}) {
    const auto reader = OpenRocksReader(dir / "db", mostly);
    ASSERT_TRUE(reader.ok());
    ExpectRows(Scan(**reader, Index::kForward), forward);
    ExpectRows(Scan(**reader, Index::kReverse), reverse);
  }
}

TEST(Tidy, AnEmptyDatabase) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  writer->Settle(kNoHurry);
  EXPECT_TRUE(writer->Compact(kNoHurry).ok());
  EXPECT_TRUE(writer->Close().ok());
  EXPECT_TRUE(ScanAll(dir / "db", Index::kForward).empty());
}

}  // namespace
}  // namespace pdns::store
