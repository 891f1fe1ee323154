// A log with damage in its middle: what RepairLog leaves is what was stored before the damage, and
// what was there is kept aside.
#include "store_rocks/check/log_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "store_rocks/commits.h"
#include "unit/store_rocks/child.h"
#include "unit/store_rocks/database.h"
#include "unit/store_rocks/truth.h"

namespace pdns::store_rocks {
namespace {

using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;
namespace fs = std::filesystem;

constexpr unsigned kBatches = 10;
constexpr unsigned kRows = 20;  // of a batch

class Repairing : public ::testing::Test {
 protected:
  // A database whose batches stand in its log alone; each moved the source by a hundred frames.
  void SetUp() override {
    const auto writer = OpenToWrite(path);
    for (unsigned i = 0; i < kBatches; ++i) {
      const Observations rows = Numbered(i * kRows, (i + 1) * kRows);
      const std::vector<record::SourcePosition> sources{{Source(1), Frames(100 * (i + 1))}};
      Apply(*writer, {sources, {}, rows.list(), {}, {}});
    }
  }

  fs::path Log() const {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) return entry.path();
    }
    ADD_FAILURE() << "no log";
    return {};
  }

  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().filename() != "LOCK")
        files[entry.path().filename()] = ReadFile(entry.path());
    }
    return files;
  }

  // The database holds the first `batches`, with their position, and takes more.
  void ExpectFirst(unsigned batches) const {
    EXPECT_EQ(ScanAll(path).size(), batches * kRows);
    const auto writer = OpenToWrite(path);
    const auto position = Progress(*writer, Source(1));
    EXPECT_EQ(position.has_value() ? position->frames : 0, 100 * batches);
    const Observations rest = Numbered(batches * kRows, kBatches * kRows);
    const std::vector<record::SourcePosition> sources{{Source(1), Frames(100 * kBatches)}};
    Apply(*writer, {sources, {}, rest.list(), {}, {}});
    EXPECT_TRUE(writer->Close().ok());
    EXPECT_EQ(ScanAll(path).size(), kBatches * kRows);
  }

  TempDir dir;
  std::string path = dir / "db";
};

TEST_F(Repairing, AWholeDatabaseIsLeftAsItIs) {
  const auto before = Files();
  const auto repaired = RepairLog(path);
  ASSERT_TRUE(repaired.ok()) << repaired.status().message();
  EXPECT_EQ(repaired->missing, 0U);
  EXPECT_TRUE(repaired->aside.empty());
  EXPECT_EQ(Files(), before);
  ExpectFirst(kBatches);
}

TEST_F(Repairing, WhatIsNoDatabaseOrInUse) {
  EXPECT_EQ(RepairLog(dir / "none").status().code(), Code::kNoInput);
  Child child("HoldsTheDatabase", path);
  ASSERT_TRUE(child.Await());
  EXPECT_EQ(RepairLog(path).status().code(), Code::kBusy);
}

// Wherever it is: the batches before it are kept, each whole with its position.
TEST_F(Repairing, DamageCostsTheBatchesBehindIt) {
  const fs::path whole = dir / "whole";
  fs::copy(path, whole, fs::copy_options::recursive);
  const std::string log = ReadFile(Log());
  const std::string name = Log().filename();
  unsigned last = 0;
  for (std::size_t part = 1; part < 8; ++part) {
    fs::remove_all(path);
    fs::copy(whole, path, fs::copy_options::recursive);
    std::string damaged = log;
    const std::size_t at = log.size() * part / 8;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    WriteFile(path + "/" + name, damaged);
    const auto before = Files();
    const Status checked = CheckLog(path, ReadMark(path));
    ASSERT_EQ(checked.code(), Code::kCorrupt) << part;
    EXPECT_NE(checked.message().find(name), std::string::npos) << checked.message();
    EXPECT_EQ(Files(), before) << "a look changes nothing";

    const auto repaired = RepairLog(path);
    ASSERT_TRUE(repaired.ok()) << repaired.status().message();
    ASSERT_GT(repaired->missing, 0U) << part;
    ASSERT_LE(repaired->missing, kBatches);
    EXPECT_EQ(ReadFile(repaired->aside + "/" + name), damaged);
    EXPECT_TRUE(CheckLog(path, ReadMark(path)).ok());
    const auto again = RepairLog(path);
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(again->missing, 0U);
    const auto kept = static_cast<unsigned>(kBatches - repaired->missing);
    EXPECT_GE(kept, last) << "damage further on costs no more";
    last = kept;
    ExpectFirst(kept);
  }
  EXPECT_GT(last, kBatches / 2);
}

// Table files cannot be mended so; nothing is touched.
TEST_F(Repairing, AnotherDamageIsNotMended) {
  EXPECT_TRUE(OpenToWrite(path)->Close().ok());
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".sst") {
      fs::remove(entry.path());
      break;
    }
  }
  const auto before = Files();
  EXPECT_EQ(RepairLog(path).status().code(), Code::kCorrupt);
  EXPECT_EQ(Files(), before);
}

}  // namespace
}  // namespace pdns::store_rocks
