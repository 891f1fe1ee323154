// The files of large batches: what another run left, and files that cannot be written.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "unit/store_rocks/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U32;
namespace fs = std::filesystem;

constexpr unsigned kRows = 9000;

class LargeBatchFiles : public ::testing::Test {
 protected:
  LargeBatchFiles() {
    for (unsigned i = 0; i < kRows; ++i) {
      const std::string owner = std::to_string(i) + ".org";
      trusted.Add(owner, RrType::kA, U32(i));
      if (i % 100 == 0) doubtful.Add(owner, RrType::kA, U32(i), Seen(1, 2, 1, {}, 1));
    }
  }

  // One batch with rows for every family.
  record::Batch batch() const { return {sources, {}, trusted.list(), doubtful.list(), {}}; }

  void ExpectRowsOfEach(std::size_t trusted_rows, std::size_t doubtful_rows) {
    const auto snapshot = SnapshotOf(path);
    EXPECT_EQ(RowsOf(*snapshot, {}).size(), trusted_rows);
    EXPECT_EQ(ReverseRowsOf(*snapshot).size(), trusted_rows);
    EXPECT_EQ(RowsOf(*snapshot, AllQuarantined()).size(), doubtful_rows);
    EXPECT_EQ(TotalsOf(*snapshot).tuples, trusted_rows);
    EXPECT_EQ(Must(snapshot->Journal()).next, trusted_rows + 1);
  }

  // The batch fails and leaves nothing: no row, no position, no memory of tuples.
  void ExpectNothingStored(store::Writer& writer) {
    const auto applied = writer.Apply(batch());
    EXPECT_EQ(applied.status().code(), Code::kIo) << applied.status().message();
    EXPECT_NE(applied.status().message().find("nothing of this batch was stored"),
              std::string::npos);
    EXPECT_FALSE(Progress(writer, Source(1)).has_value());
    ExpectRowsOfEach(0, 0);
  }

  void ExpectAllStored(store::Writer& writer) {
    const auto applied = Apply(writer, batch());
    EXPECT_EQ(applied.tuples_new, kRows);
    EXPECT_EQ(applied.tuples_updated, 0U);
    EXPECT_EQ(Progress(writer, Source(1)), Frames(5));
    ExpectRowsOfEach(kRows, kRows / 100);
    EXPECT_TRUE(fs::is_empty(incoming));
  }

  TempDir dir;
  std::string path = dir / "db";
  std::string incoming = dir / "db/incoming";
  Observations trusted;
  Observations doubtful;
  std::vector<record::SourcePosition> sources{{Source(1), Frames(5)}};
};

TEST_F(LargeBatchFiles, LeftoversGoWhenTheDatabaseIsOpened) {
  Apply(*OpenToWrite(path), {});
  fs::create_directories(incoming + "/below");
  for (const char* name : {"/fwd.sst", "/rev.sst", "/something", "/below/deep"}) {
    testing::WriteFile(incoming + name, "half a file");
  }
  const auto writer = OpenToWrite(path);
  EXPECT_FALSE(fs::exists(incoming));
  ExpectAllStored(*writer);
}

TEST_F(LargeBatchFiles, AFileInPlaceOfTheirDirectory) {
  const auto writer = OpenToWrite(path);
  testing::WriteFile(incoming, "in the way");
  ExpectNothingStored(*writer);
  ExpectNothingStored(*writer);  // and stays so
  EXPECT_EQ(testing::ReadFile(incoming), "in the way");
  fs::remove(incoming);
  ExpectAllStored(*writer);
}

TEST_F(LargeBatchFiles, TheirDirectoryVanishes) {
  const auto writer = OpenToWrite(path);
  Observations others;
  for (unsigned i = 0; i < kRows; ++i) {
    others.Add(std::to_string(i) + ".net", RrType::kNsec, "\1a", Seen(1, 2, 3, {}, 1));
  }
  Apply(*writer, {{}, {}, {}, others.list(), {}});
  ASSERT_TRUE(fs::is_directory(incoming));
  fs::remove_all(incoming);
  const auto applied = Apply(*writer, batch());
  EXPECT_EQ(applied.tuples_new, kRows);
  ExpectRowsOfEach(kRows, kRows + kRows / 100);
}

// Whichever family's file fails, those that were written go again.
TEST_F(LargeBatchFiles, OneOfThemCannotBeWritten) {
  const auto writer = OpenToWrite(path);
  for (const std::string_view family : kFamilyNames) {
    SCOPED_TRACE(family);
    const std::string blocked = incoming + "/" + std::string(family) + ".sst";
    fs::create_directories(blocked);
    testing::WriteFile(blocked + "/in-the-way", "");
    ExpectNothingStored(*writer);
    EXPECT_EQ(std::distance(fs::directory_iterator(incoming), fs::directory_iterator()), 1);
    fs::remove_all(blocked);
  }
  ExpectAllStored(*writer);
}

// A file of that name, from whenever, is written over.
TEST_F(LargeBatchFiles, AStaleFileIsNoHindrance) {
  const auto writer = OpenToWrite(path);
  fs::create_directory(incoming);
  testing::WriteFile(incoming + "/fwd.sst", std::string(1'000'000, 's'));
  ExpectAllStored(*writer);
}

// Small batches need no files; and what they brought stays when a large one fails.
TEST_F(LargeBatchFiles, SmallBatchesBesideAFailedLargeOne) {
  const auto writer = OpenToWrite(path);
  testing::WriteFile(incoming, "in the way");
  Observations few;
  few.Add("few.net", RrType::kA, U32(1));
  Apply(*writer, Trusted(few));
  EXPECT_EQ(writer->Apply(batch()).status().code(), Code::kIo);
  Apply(*writer, Trusted(few));
  EXPECT_EQ(ScanAll(path), (Lines{"few.net. A 00000001 100 200 2 1 0"}));
  EXPECT_FALSE(Progress(*writer, Source(1)).has_value());
}

}  // namespace
}  // namespace pdns::store_rocks
