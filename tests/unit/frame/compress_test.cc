#include "frame/compress.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <random>

#include "base/bytes.h"
#include "frame/input/input.h"
#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::Capture;
using pdns::testing::NoWaiter;
using pdns::testing::ReadFile;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;

bool GoOn() { return true; }

// The uncompressed bytes, as the ingester reads them.
std::string Unpacked(const std::string& path) {
  NoWaiter waiter;
  auto input = OpenInput(path, waiter);
  EXPECT_TRUE(input.ok()) << input.status().message();
  std::string bytes;
  std::vector<std::uint8_t> block(65536);
  while (input.ok()) {
    const auto got = (*input)->Read(block);
    EXPECT_TRUE(got.ok()) << got.status().message();
    if (!got.ok() || *got == 0) break;
    AppendBytes(bytes, Bytes(block.data(), *got));
  }
  return bytes;
}

std::string Noise(std::size_t size) {
  std::mt19937 chance(static_cast<unsigned>(size));
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(chance());
  return bytes;
}

TEST(CompressFile, TheBytesComeBackAsTheyWere) {
  TempDir dir;
  const std::string whole = Capture({"a", Noise(100'000), std::string(1'000'000, 'c')});
  for (const std::string& bytes :
       {whole, whole.substr(0, whole.size() - 500'000), whole.substr(0, 33), Noise(3'000'000)}) {
    WriteFile(dir / "from", bytes);
    const auto made = CompressFile(dir / "from", dir / "to", GoOn);
    ASSERT_TRUE(made.ok()) << made.status().message();
    EXPECT_TRUE(*made);
    const std::string packed = ReadFile(dir / "to");
    EXPECT_EQ(packed.substr(0, 4), "\x28\xb5\x2f\xfd");  // zstd's magic number
    EXPECT_TRUE(Unpacked(dir / "to") == bytes);
    EXPECT_TRUE(ReadFile(dir / "from") == bytes);
  }
}

TEST(CompressFile, ItIsSmall) {
  TempDir dir;
  WriteFile(dir / "from", std::string(10'000'000, 'x'));
  ASSERT_TRUE(CompressFile(dir / "from", dir / "to", GoOn).ok());
  EXPECT_LT(std::filesystem::file_size(dir / "to"), 100'000U);
}

TEST(CompressFile, ModeAndTimeAreThoseOfTheOriginal) {
  TempDir dir;
  WriteFile(dir / "from", Capture({"a"}));
  ASSERT_EQ(chmod((dir / "from").c_str(), 0614), 0);
  const auto time = std::filesystem::file_time_type::clock::now() - std::chrono::hours(50);
  std::filesystem::last_write_time(dir / "from", time);
  ASSERT_TRUE(CompressFile(dir / "from", dir / "to", GoOn).ok());
  struct stat info {};
  ASSERT_EQ(stat((dir / "to").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0614U);
  EXPECT_EQ(std::filesystem::last_write_time(dir / "to"),
            std::filesystem::last_write_time(dir / "from"));
}

TEST(CompressFile, AskedToEndItLeavesNothing) {
  TempDir dir;
  WriteFile(dir / "from", Noise(5'000'000));
  for (int blocks : {0, 1, 10}) {
    const auto made = CompressFile(dir / "from", dir / "to", [&] { return blocks-- > 0; });
    ASSERT_TRUE(made.ok());
    EXPECT_FALSE(*made);
    EXPECT_FALSE(std::filesystem::exists(dir / "to"));
    EXPECT_EQ(std::filesystem::file_size(dir / "from"), 5'000'000U);
  }
}

TEST(CompressFile, WhatCannotBeReadOrWrittenIsIo) {
  TempDir dir;
  const auto missing = CompressFile(dir / "from", dir / "to", GoOn);
  EXPECT_EQ(missing.status().code(), Code::kIo);
  EXPECT_NE(missing.status().message().find("from"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(dir / "to"));
  WriteFile(dir / "from", "x");
  EXPECT_EQ(CompressFile(dir / "from", dir / "no/to", GoOn).status().code(), Code::kIo);
  EXPECT_EQ(CompressFile(dir.path(), dir / "to", GoOn).status().code(), Code::kIo);
  EXPECT_FALSE(std::filesystem::exists(dir / "to"));
}

TEST(CompressFile, AFullDiskIsIoAndLeavesNothing) {
  TempDir dir;
  WriteFile(dir / "from", Noise(5'000'000));
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
  std::filesystem::create_symlink("/dev/full", dir / "to");
  const auto made = CompressFile(dir / "from", dir / "to", GoOn);
  EXPECT_EQ(made.status().code(), Code::kIo);
  EXPECT_FALSE(std::filesystem::is_symlink(dir / "to"));
}

}  // namespace
}  // namespace pdns::frame
