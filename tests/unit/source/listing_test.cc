#include "source/listing.h"

#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "unit/support/temp_dir.h"

namespace pdns::source {
namespace {

using pdns::testing::TempDir;
using pdns::testing::WriteFile;

std::vector<std::string> Paths(const std::vector<Path>& sources) {
  std::vector<std::string> paths;
  for (const Path& source : sources) paths.push_back(source.path);
  return paths;
}

TEST(ListPaths, EverythingButADirectoryStandsForItself) {
  TempDir dir;
  WriteFile(dir / "b", "12345");
  const auto sources = ListPaths({"-", dir / "missing", dir / "b", dir / "b"});
  EXPECT_EQ(Paths(sources), (std::vector<std::string>{"-", dir / "missing", dir / "b", dir / "b"}));
  EXPECT_EQ(sources[0].size, 0U);
  EXPECT_EQ(sources[1].size, 0U);
  EXPECT_EQ(sources[2].size, 5U);
  for (const Path& source : sources) EXPECT_TRUE(source.status.ok());
}

// Whoever names a folder to somebody else's process is not to fill its memory; hidden files and
// folders cost as well.
TEST(ListPaths, FoldersOfMoreEntriesThanAllowedAreRefused) {
  TempDir dir;
  std::filesystem::create_directories(dir / "a/b");
  for (const char* name : {"a/1", "a/.2", "a/b/3", "4"}) WriteFile(dir / name, "1");
  const auto all = ListPaths({dir / "a", dir / "4"}, 4);  // 1, .2, b, 3
  ASSERT_TRUE(all.ok()) << all.status().message();
  EXPECT_EQ(Paths(*all), Paths(ListPaths({dir / "a", dir / "4"})));
  EXPECT_EQ(all->size(), 3U);
  for (const auto& paths : {std::vector<std::string>{dir / "a"}, {dir / "a/b", dir / "a"}}) {
    const auto refused = ListPaths(paths, 3);
    EXPECT_EQ(refused.status().code(), Code::kUsage);
    EXPECT_NE(refused.status().message().find("in parts"), std::string::npos);
  }
}

TEST(ListPaths, ADirectoryMeansItsFilesInTheByteOrderOfTheirPaths) {
  TempDir dir;
  std::filesystem::create_directories(dir / "b/deep/er");
  std::filesystem::create_directories(dir / "empty");
  for (const char* name : {"b/z", "b/deep/er/x", "a", "c", "B", "\xff", "b-", "-"}) {
    WriteFile(dir / name, "1");
  }
  EXPECT_EQ(Paths(ListPaths({dir.path()})),
            (std::vector<std::string>{dir / "-", dir / "B", dir / "a", dir / "b-",
                                      dir / "b/deep/er/x", dir / "b/z", dir / "c", dir / "\xff"}));
}

TEST(ListPaths, ArgumentsKeepTheirOrder) {
  TempDir dir;
  std::filesystem::create_directories(dir / "d");
  WriteFile(dir / "d/2", "");
  WriteFile(dir / "d/1", "");
  WriteFile(dir / "a", "");
  EXPECT_EQ(Paths(ListPaths({dir / "d", dir / "a"})),
            (std::vector<std::string>{dir / "d/1", dir / "d/2", dir / "a"}));
}

TEST(ListPaths, WhatIsNoFileIsPassedOver) {
  TempDir dir;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(symlink("nowhere", (dir / "dangling").c_str()), 0);
  ASSERT_EQ(symlink(".", (dir / "loop").c_str()), 0);
  WriteFile(dir / "file", "");
  ASSERT_EQ(symlink("file", (dir / "link").c_str()), 0);
  EXPECT_EQ(Paths(ListPaths({dir.path()})), (std::vector<std::string>{dir / "file"}));
  // Named itself, a FIFO is a source.
  EXPECT_EQ(Paths(ListPaths({dir / "fifo"})), std::vector<std::string>{dir / "fifo"});
}

TEST(ListPaths, WhatIsHiddenIsPassedOver) {
  TempDir dir;
  std::filesystem::create_directories(dir / ".git/x");
  std::filesystem::create_directories(dir / "d");
  for (const char* name : {".lock", ".a.dnstap.zst.part", ".git/x/y", "d/.x", "d/x.", "...", "a"})
    WriteFile(dir / name, "1");
  EXPECT_EQ(Paths(ListPaths({dir.path()})), (std::vector<std::string>{dir / "a", dir / "d/x."}));
  // Named itself it is a source, and so is what a hidden directory holds.
  EXPECT_EQ(Paths(ListPaths({dir / ".lock", dir / ".git"})),
            (std::vector<std::string>{dir / ".lock", dir / ".git/x/y"}));
}

TEST(ListPaths, TellsWhatWasFoundFromWhatWasNamed) {
  TempDir dir;
  WriteFile(dir / "a", "1");
  EXPECT_TRUE(ListPaths({dir.path()})[0].listed());
  EXPECT_FALSE(ListPaths({dir / "a"})[0].listed());
  EXPECT_FALSE(ListPaths({"-"})[0].listed());
}

// One directory that may not be read must not cost its neighbours.
TEST(ListPaths, AnUnreadableDirectoryIsNamedAndTheOthersAreListed) {
  TempDir dir;
  for (const char* name : {"a", "locked", "z"}) {
    std::filesystem::create_directories(dir / name);
    WriteFile(dir / (std::string(name) + "/file"), "");
  }
  ASSERT_EQ(chmod(dir.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod((dir / "locked").c_str(), 0000), 0);
  constexpr uid_t kNobody = 65534;
  const auto uid = static_cast<uid_t>(setfsuid(kNobody));  // the superuser may read everything
  const auto sources = ListPaths({dir.path()});
  const auto alone = ListPaths({dir / "locked"});
  setfsuid(uid);
  chmod((dir / "locked").c_str(), 0700);
  ASSERT_EQ(Paths(sources),
            (std::vector<std::string>{dir / "a/file", dir / "locked", dir / "z/file"}));
  EXPECT_TRUE(sources[0].status.ok());
  EXPECT_EQ(sources[1].status.code(), Code::kIo);
  EXPECT_TRUE(sources[2].status.ok());
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].status.code(), Code::kIo);
}

}  // namespace
}  // namespace pdns::source
