#include "base/folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <utility>

#include "unit/support/temp_dir.h"

namespace pdns {
namespace {

namespace fs = std::filesystem;
using Kind = FolderLock::Kind;
using testing::TempDir;

Code Locked(const std::string& path, Kind kind) {
  return FolderLock::Lock(path, kind).status().code();
}

TEST(FolderLock, OneAlone) {
  const TempDir dir;
  {
    const auto lock = FolderLock::Lock(dir.path(), Kind::kAlone);
    ASSERT_TRUE(lock.ok());
    EXPECT_EQ(Locked(dir.path(), Kind::kAlone), Code::kBusy);
    EXPECT_EQ(Locked(dir.path(), Kind::kShared), Code::kBusy);
  }
  EXPECT_EQ(Locked(dir.path(), Kind::kAlone), Code::kOk);
}

TEST(FolderLock, ManyThatShare) {
  const TempDir dir;
  const auto one = FolderLock::Lock(dir.path(), Kind::kShared);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(Locked(dir.path(), Kind::kShared), Code::kOk);
  EXPECT_EQ(Locked(dir.path(), Kind::kAlone), Code::kBusy);
}

TEST(FolderLock, GoesWithWhoHasIt) {
  const TempDir dir;
  auto first = FolderLock::Lock(dir.path(), Kind::kAlone);
  ASSERT_TRUE(first.ok());
  {
    const FolderLock moved(std::move(*first));
    EXPECT_EQ(Locked(dir.path(), Kind::kAlone), Code::kBusy);
  }
  EXPECT_EQ(Locked(dir.path(), Kind::kAlone), Code::kOk);
}

TEST(FolderLock, NothingThere) {
  const TempDir dir;
  EXPECT_EQ(Locked(dir / "none", Kind::kAlone), Code::kNoInput);
}

TEST(IsWithin, ByFoldersAndNotByNames) {
  const TempDir dir;
  fs::create_directories(dir / "a/b");
  fs::create_directory(dir / "ab");
  fs::create_directory_symlink(dir / "a", dir / "link");
  EXPECT_TRUE(IsWithin(dir / "a", dir / "a"));
  EXPECT_TRUE(IsWithin(dir / "a/", dir / "a"));
  EXPECT_TRUE(IsWithin(dir / "a/b", dir / "a/"));
  EXPECT_TRUE(IsWithin(dir / "a/b/not/there", dir / "a"));
  EXPECT_TRUE(IsWithin(dir / "link/b", dir / "a"));
  EXPECT_TRUE(IsWithin(dir / "ab/../a/b", dir / "a"));
  EXPECT_TRUE(IsWithin(dir / "a", "/"));
  EXPECT_FALSE(IsWithin(dir / "ab", dir / "a"));
  EXPECT_FALSE(IsWithin(dir / "a", dir / "a/b"));
  EXPECT_FALSE(IsWithin(dir / "a/../ab", dir / "a"));
}

TEST(FreeBytes, OfAFolderAndOfNone) {
  const TempDir dir;
  EXPECT_GT(FreeBytes(dir.path()), 0U);
  EXPECT_LT(FreeBytes(dir.path()), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(FreeBytes(dir / "none"), std::numeric_limits<std::uint64_t>::max());
}

TEST(SyncFolder, OfAFolderAlone) {
  const TempDir dir;
  EXPECT_TRUE(SyncFolder(dir.path()).ok());
  EXPECT_EQ(SyncFolder(dir / "none").code(), Code::kIo);
}

}  // namespace
}  // namespace pdns
