#include "base/setting_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "unit/support/temp_dir.h"

namespace pdns {
namespace {

using testing::TempDir;
using testing::WriteFile;

std::string WhyNot(const std::string& path) {
  const auto read = ReadSettingFile(path);
  EXPECT_FALSE(read.ok()) << path;
  EXPECT_EQ(read.status().code(), Code::kNoInput);
  return read.status().message();
}

TEST(SettingFile, AllOfItUpToTheBound) {
  const TempDir dir;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kMostSettingBytes}) {
    WriteFile(dir / "file", std::string(size, 'x'));
    EXPECT_EQ(ReadSettingFile(dir / "file")->size(), size);
  }
  WriteFile(dir / "file", std::string(kMostSettingBytes + 1, 'x'));
  EXPECT_EQ(WhyNot(dir / "file"), "is longer than 4 MiB");
}

TEST(SettingFile, WhatIsNoFileHasItsReason) {
  const TempDir dir;
  EXPECT_EQ(WhyNot(dir / "none"), "No such file or directory");
  EXPECT_EQ(WhyNot(dir / "."), "Is a directory");
  EXPECT_EQ(WhyNot("/dev/zero"), "is no regular file");
}

// It would wait for a writer for ever.
TEST(SettingFile, AFifoIsRefusedAtOnce) {
  const TempDir dir;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(WhyNot(dir / "fifo"), "is no regular file");
}

TEST(SettingFile, ASecretIsNotForEverybody) {
  const TempDir dir;
  WriteFile(dir / "file", "secret");
  for (const mode_t mode : {0400U, 0600U, 0640U, 0660U, 0711U}) {
    ASSERT_EQ(chmod((dir / "file").c_str(), mode), 0);
    EXPECT_TRUE(ReadSecretFile(dir / "file").ok()) << mode;
  }
  for (const mode_t mode : {0644U, 0642U, 0604U, 0666U}) {
    ASSERT_EQ(chmod((dir / "file").c_str(), mode), 0);
    const auto read = ReadSecretFile(dir / "file");
    ASSERT_FALSE(read.ok()) << mode;
    EXPECT_EQ(read.status().code(), Code::kNoInput);
    EXPECT_EQ(read.status().message(),
              "everybody on this machine may read or write it: chmod o-rw");
    EXPECT_TRUE(ReadSettingFile(dir / "file").ok());
  }
  EXPECT_EQ(ReadSecretFile(dir / "none").status().message(), "No such file or directory");
}

}  // namespace
}  // namespace pdns
