// Backups made and restored without the program: what a folder says, and how each step ends early.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "store_rocks/backup/create.h"
#include "store_rocks/backup/folder.h"
#include "store_rocks/backup/list.h"
#include "store_rocks/backup/restore.h"
#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() { Store(0, 20'000); }

  void Store(unsigned from, unsigned to) {
    const auto writer = OpenToWrite(path);
    const Observations rows = Numbered(from, to);
    Apply(*writer, Trusted(rows));
    EXPECT_TRUE(writer->Close().ok());
  }

  // As the process that owns the database does it.
  std::unique_ptr<BackupMoment> Moment() {
    const std::string place = path + "/" + std::string(store::kBackupSource);
    const auto writer = OpenToWrite(path);
    EXPECT_TRUE(writer->Checkpoint(place).ok());
    EXPECT_TRUE(writer->Close().ok());
    return Must(BackupMoment::Open(place, path, false));
  }

  std::optional<std::uint32_t> Backup(const store::VerifyWatch& watch = {}) {
    const auto moment = Moment();
    EXPECT_TRUE(MakeBackupFolder(folder, moment->note().identity).ok());
    return Must(MakeBackup(*moment, Must(PlanBackup(*moment, folder)), folder, watch));
  }

  const TempDir dir;
  const std::string path = dir / "db";
  const std::string folder = dir / "backups";
  const std::string target = dir / "restored";
};

TEST_F(BackupTest, ComesBack) {
  EXPECT_EQ(Backup(), 1U);
  const auto before = ScanAll(path);
  Store(20'000, 20'500);
  EXPECT_EQ(Backup(), 2U);
  const auto list = Must(ListBackups(folder, true, {}));
  ASSERT_EQ(list.backups.size(), 2U);
  EXPECT_EQ(list.backups[0].note.tuples, 20'000U);
  EXPECT_EQ(list.backups[1].note.tuples, 20'500U);
  EXPECT_EQ(list.backups[1].note.batches, 2U);
  EXPECT_TRUE(Must(Restore(folder, Must(PlanRestore(folder, 1, target)), target, {})));
  EXPECT_EQ(ScanAll(target), before);
}

TEST_F(BackupTest, APlanIsWhatIsCopied) {
  const auto size_of = [](const std::string& place) {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(place))
      if (entry.is_regular_file()) bytes += entry.file_size();
    return bytes;
  };
  const auto moment = Moment();
  ASSERT_TRUE(MakeBackupFolder(folder, moment->note().identity).ok());
  for (int i = 0; i < 2; ++i) {
    const BackupPlan plan = Must(PlanBackup(*moment, folder));
    const std::uint64_t before = size_of(folder);
    ASSERT_TRUE(MakeBackup(*moment, plan, folder, {}).ok());
    // What tells of the files comes to it; of the list of files only what counts is copied.
    EXPECT_NEAR(static_cast<double>(size_of(folder) - before), static_cast<double>(plan.copied),
                4096);
    EXPECT_EQ(plan.new_tables.empty(), i == 1);
  }
}

TEST_F(BackupTest, NoRoom) {
  const auto moment = Moment();
  ASSERT_TRUE(MakeBackupFolder(folder, moment->note().identity).ok());
  BackupPlan plan = Must(PlanBackup(*moment, folder));
  plan.free_bytes = plan.copied;
  const auto made = MakeBackup(*moment, plan, folder, {});
  EXPECT_EQ(made.status().code(), Code::kDisk);
  for (const std::string& part : {folder, std::to_string(plan.copied)})
    EXPECT_NE(made.status().message().find(part), std::string::npos) << made.status().message();
  EXPECT_TRUE(Must(ListBackups(folder, true, {})).backups.empty());
}

TEST_F(BackupTest, EndsWhenItIsToldTo) {
  EXPECT_EQ(Backup([](auto, auto, auto) { return false; }), std::nullopt);
  EXPECT_TRUE(Must(ListBackups(folder, false, {})).backups.empty());
  ASSERT_EQ(Backup(), 1U);
  const RestorePlan plan = Must(PlanRestore(folder, {}, target));
  for (const std::uint64_t most : {std::uint64_t{0}, plan.backup.bytes / 2}) {
    const auto watch = [most](auto, std::uint64_t done, auto) { return done < most; };
    EXPECT_FALSE(Must(Restore(folder, plan, target, watch)));
    EXPECT_FALSE(fs::exists(target));
    EXPECT_FALSE(fs::exists(target + ".restoring"));
    EXPECT_FALSE(Must(ListBackups(folder, true, watch)).complete);
  }
}

TEST_F(BackupTest, TheMomentGoesWithItsBackup) {
  const std::string place = path + "/" + std::string(store::kBackupSource);
  {
    const auto moment = Moment();
    EXPECT_EQ(BackupMoment::Open(place, path, false).status().code(), Code::kBusy);
  }
  EXPECT_FALSE(fs::exists(place));
  const auto look = Must(BackupMoment::Open(path, path, true));
  EXPECT_EQ(look->note().tuples, 20'000U);
}

TEST_F(BackupTest, OnePathOneIdentity) {
  const std::string identity = Must(BackupMoment::Open(path, path, true))->note().identity;
  EXPECT_EQ(identity.size(), 16U);
  ASSERT_EQ(Backup(), 1U);
  EXPECT_EQ(Must(BackupIdentity(folder)), identity);
  ASSERT_TRUE(Must(Restore(folder, Must(PlanRestore(folder, {}, target)), target, {})));
  EXPECT_EQ(Must(BackupMoment::Open(target, target, true))->note().identity, identity);
  const std::string other = dir / "other";
  EXPECT_TRUE(OpenToWrite(other)->Close().ok());
  EXPECT_NE(Must(BackupMoment::Open(other, other, true))->note().identity, identity);
}

TEST_F(BackupTest, BackupsGoWithTheirFilesAlone) {
  ASSERT_EQ(Backup(), 1U);
  Store(20'000, 40'000);
  ASSERT_EQ(Backup(), 2U);
  {
    const auto reader = LockBackups(folder, FolderLock::Kind::kShared);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(RemoveBackups(folder, {1}).code(), Code::kBusy);
  }
  ASSERT_TRUE(RemoveBackups(folder, {1, 7}).ok());  // one that is not there is gone
  const auto list = Must(ListBackups(folder, true, {}));
  ASSERT_EQ(list.backups.size(), 1U);
  EXPECT_EQ(list.backups[0].number, 2U);
  EXPECT_EQ(list.backups[0].own_bytes, list.backups[0].bytes);
  EXPECT_EQ(list.backups[0].fault, "");
}

TEST(SizeInName, OfSharedFilesAlone) {
  EXPECT_EQ(SizeInName("shared_checksum/000012_sABC_4711.sst"), 4711U);
  for (const char* name : {"", "private/1/CURRENT", "shared_checksum/000012_sABC_4711",
                           "shared_checksum/x_.sst", "shared_checksum/x_1x.sst",
                           "shared_checksum/_-1.sst", "shared_checksum/x_18446744073709551616.sst"})
    EXPECT_EQ(SizeInName(name), std::nullopt) << name;
}

}  // namespace
}  // namespace pdns::store_rocks
