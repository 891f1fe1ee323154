#include "frame/input/folder_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/log.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

namespace fs = std::filesystem;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using Paths = std::vector<std::string>;

struct FolderWatchTest : ::testing::Test {
  void Open() {
    auto opened = FolderWatch::Open(root);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    watch = std::move(*opened);
  }
  // All that there is now.
  Paths Now() {
    Paths paths;
    while (auto path = watch->Next()) paths.push_back(std::move(*path));
    return paths;
  }
  // All that comes, until there are `n`.
  Paths Await(std::size_t n) {
    Paths paths;
    while (paths.size() < n) {
      pollfd fd{watch->fd(), POLLIN, 0};
      if (poll(&fd, 1, 60'000) <= 0) break;
      for (std::string& path : Now()) paths.push_back(std::move(path));
    }
    return paths;
  }

  TempDir dir;
  std::string root = dir / "in";
  std::unique_ptr<FolderWatch> watch;

  void SetUp() override { fs::create_directory(root); }
};

TEST_F(FolderWatchTest, ThoseThereComeFirstInOrder) {
  fs::create_directories(root + "/b/c");
  for (const char* name : {"/z", "/b/y", "/b/c/x", "/a", "/.hidden"}) WriteFile(root + name, "x");
  fs::create_directory(root + "/.git");
  WriteFile(root + "/.git/file", "x");
  Open();
  EXPECT_EQ(Now(), (Paths{root + "/a", root + "/b/c/x", root + "/b/y", root + "/z"}));
  EXPECT_EQ(Now(), Paths{});
}

TEST_F(FolderWatchTest, AFileComesWhenItIsClosedNotBefore) {
  Open();
  std::ofstream file(root + "/file");
  file << "half" << std::flush;
  WriteFile(dir / "other", "x");
  fs::rename(dir / "other", root + "/other");  // tells that what came before is told as well
  EXPECT_EQ(Await(1), Paths{root + "/other"});
  file << "whole";
  file.close();
  EXPECT_EQ(Await(1), Paths{root + "/file"});
  EXPECT_EQ(Now(), Paths{});
}

TEST_F(FolderWatchTest, WrittenToAgainItComesAgain) {
  Open();
  WriteFile(root + "/file", "x");
  EXPECT_EQ(Await(1), Paths{root + "/file"});
  WriteFile(root + "/file", "xy");
  WriteFile(root + "/file", "xyz");
  EXPECT_EQ(Await(1), Paths{root + "/file"});  // not twice for what was not yet looked at
}

TEST_F(FolderWatchTest, MovedInAndRenamedWithin) {
  Open();
  WriteFile(dir / "a", "x");
  fs::rename(dir / "a", root + "/a");
  EXPECT_EQ(Await(1), Paths{root + "/a"});
  WriteFile(root + "/.tmp", "x");
  EXPECT_EQ(Now(), Paths{});
  fs::rename(root + "/.tmp", root + "/b");
  EXPECT_EQ(Await(1), Paths{root + "/b"});
}

TEST_F(FolderWatchTest, Subfolders) {
  Open();
  fs::create_directories(root + "/one/two");
  WriteFile(root + "/one/two/a", "x");
  EXPECT_EQ(Await(1), Paths{root + "/one/two/a"});
  WriteFile(root + "/one/b", "x");
  EXPECT_EQ(Await(1), Paths{root + "/one/b"});
  // Moved in with what it holds, and then more.
  fs::create_directory(dir / "three");
  WriteFile(dir / "three/c", "x");
  fs::rename(dir / "three", root + "/three");
  EXPECT_EQ(Await(1), Paths{root + "/three/c"});
  WriteFile(root + "/three/d", "x");
  EXPECT_EQ(Await(1), Paths{root + "/three/d"});
  // Renamed within: what is in it comes under the new name, and only there.
  fs::rename(root + "/three", root + "/four");
  EXPECT_EQ(Await(2).size(), 2U);
  WriteFile(root + "/four/e", "x");
  EXPECT_EQ(Await(1), Paths{root + "/four/e"});
  // Moved out and removed: no concern of ours.
  fs::rename(root + "/four", dir / "four");
  fs::remove_all(root + "/one");
  WriteFile(dir / "four/f", "x");
  EXPECT_EQ(Now(), Paths{});
  WriteFile(root + "/g", "x");
  EXPECT_EQ(Await(1), Paths{root + "/g"});
}

TEST_F(FolderWatchTest, WhatIsNoFileOfOurs) {
  Open();
  WriteFile(dir / "target", "x");
  fs::create_directory(dir / "outside");
  WriteFile(dir / "outside/file", "x");
  fs::create_directory_symlink(dir / "outside", root + "/link");
  WriteFile(root + "/short", "x");
  fs::remove(root + "/short");  // gone before anybody asked
  WriteFile(root + "/last", "x");
  EXPECT_EQ(Await(1), Paths{root + "/last"});
}

// More at once than the system keeps notices for: all are listed again, none is missing.
TEST_F(FolderWatchTest, LostNoticesMeanAnotherLook) {
  std::ifstream setting("/proc/sys/fs/inotify/max_queued_events");
  std::size_t queue = 0;
  if (!(setting >> queue) || queue > 100'000) GTEST_SKIP() << "the queue is too long to fill";
  Open();
  WriteFile(root + "/first", "x");
  EXPECT_EQ(Await(1), Paths{root + "/first"});
  fs::create_directory(root + "/sub");
  for (std::size_t i = 0; i < queue; ++i) {  // two notices each, and no two alike in a row
    std::ofstream(root + (i % 2 == 0 ? "/even" : "/odd"));
  }
  fs::create_directory(root + "/late");
  WriteFile(root + "/late/file", "x");
  WriteFile(root + "/last", "x");
  Paths paths = Await(1);
  for (const char* name : {"/first", "/even", "/odd", "/late/file", "/last"}) {
    EXPECT_NE(std::find(paths.begin(), paths.end(), root + name), paths.end()) << name;
  }
  WriteFile(root + "/late/after", "x");
  EXPECT_EQ(Await(1), Paths{root + "/late/after"});
}

TEST_F(FolderWatchTest, AFolderThatVanishesIsSaidOnceAndWaitedFor) {
  Open();
  WriteFile(root + "/a", "x");
  EXPECT_EQ(Await(1), Paths{root + "/a"});
  ::testing::internal::CaptureStderr();
  StartLog("test", false);
  fs::remove_all(root);
  for (int i = 0; i < 3; ++i) {  // ticks
    pollfd fd{watch->fd(), POLLIN, 0};
    ASSERT_GT(poll(&fd, 1, 60'000), 0);
    EXPECT_EQ(Now(), Paths{});
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  const std::size_t at = said.find(root + " is gone");
  EXPECT_NE(at, std::string::npos) << said;
  EXPECT_EQ(said.find(root + " is gone", at + 1), std::string::npos) << said;
  fs::create_directory(root);
  WriteFile(root + "/b", "x");
  EXPECT_EQ(Await(1), Paths{root + "/b"});
  WriteFile(root + "/c", "x");
  EXPECT_EQ(Await(1), Paths{root + "/c"});
  // Moved away counts as gone: what happens there is not ours.
  fs::rename(root, dir / "elsewhere");
  WriteFile(dir / "elsewhere/d", "x");
  EXPECT_EQ(Now(), Paths{});
}

TEST_F(FolderWatchTest, WhatCannotBeWatched) {
  WriteFile(dir / "file", "x");
  for (const std::string& bad : {dir / "nothing", dir / "file", std::string()}) {
    const auto opened = FolderWatch::Open(bad);
    ASSERT_FALSE(opened.ok()) << bad;
    EXPECT_EQ(opened.status().code(), Code::kNoInput) << bad;
  }
}

TEST_F(FolderWatchTest, ATrailingSlashIsAsGiven) {
  root += "/";
  fs::create_directory(root + "sub");
  Open();
  WriteFile(root + "a", "x");
  EXPECT_EQ(Await(1), Paths{root + "a"});
  WriteFile(root + "sub/b", "x");
  EXPECT_EQ(Await(1), Paths{root + "sub/b"});
}

}  // namespace
}  // namespace pdns::frame
