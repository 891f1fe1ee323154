#include "archive/files.h"

#include <gtest/gtest.h>

#include "unit/support/temp_dir.h"

namespace pdns::archive {
namespace {

using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kTime{seconds(1'795'374'000)};  // 2026-11-22T19:00:00Z

TEST(FileName, IsTheTimeInUtc) {
  EXPECT_EQ(FileName("pdns", kTime, 1), "pdns-20261122T190000Z.dnstap");
  EXPECT_EQ(FileName("a-b", kTime + seconds(3599), 2), "a-b-20261122T195959Z-2.dnstap");
  EXPECT_EQ(FileName("x", sys_seconds{}, 10), "x-19700101T000000Z-10.dnstap");
  EXPECT_EQ(FileName("x", sys_seconds{seconds(951'782'400)}, 1), "x-20000229T000000Z.dnstap");
}

TEST(FileName, ReadsBack) {
  for (const std::string name : {"pdns", "a-20261122T190000Z", "-", "x.dnstap"}) {
    for (unsigned ordinal : {1U, 2U, 10U, 4'000'000'000U}) {
      for (const int at : {0, 1, 86'399, 86'400 * 59, 86'400 * 366}) {
        const sys_seconds time = kTime + seconds(at);
        const std::string file = FileName(name, time, ordinal);
        for (const bool compressed : {false, true}) {
          const auto parsed = ParseFileName(name, file + (compressed ? ".zst" : ""));
          ASSERT_TRUE(parsed.has_value()) << file;
          EXPECT_EQ(parsed->begun, time);
          EXPECT_EQ(parsed->ordinal, ordinal);
          EXPECT_EQ(parsed->compressed, compressed);
        }
      }
    }
  }
}

// What a person keeps beside the archive is never touched.
TEST(FileName, WhatIsNotOurs) {
  for (const char* file : {"",
                           "pdns",
                           "pdns-",
                           "pdns-.dnstap",
                           "pdns-20261122T190000Z",
                           "pdns-20261122T190000Z.pcap",
                           "pdns-20261122T190000.dnstap",
                           "pdns-20261122T1900000.dnstap",
                           "Pdns-20261122T190000Z.dnstap",
                           "pdns-20261122T190000Z.dnstap.gz",
                           "pdns-20261122T190000Z.dnstap.zst.zst",
                           "pdns-20261122T190000Z.dnstap.zst.part",
                           ".pdns-20261122T190000Z.dnstap",
                           "pdns-20261122T190000Z-1.dnstap",
                           "pdns-20261122T190000Z-02.dnstap",
                           "pdns-20261122T190000Z-.dnstap",
                           "pdns-20261122T190000Z-0.dnstap",
                           "pdns-20261122T190000Z-x.dnstap",
                           "pdns-20261122T190000Z-2-3.dnstap",
                           "pdns-20261122T190000Z-4294967296.dnstap",
                           "pdns-20261322T190000Z.dnstap",
                           "pdns-20260230T190000Z.dnstap",
                           "pdns-20261122T250000Z.dnstap",
                           "pdns-20261122T196000Z.dnstap",
                           "pdns-20261122T190060Z.dnstap",
                           "pdns-2026112 T190000Z.dnstap",
                           "pdns-+0261122T190000Z.dnstap",
                           "pdns-20261122t190000Z.dnstap",
                           "pdns-20261122T190000Z copy.dnstap",
                           "pdns-b-20261122T190000Z.dnstap",
                           "pdns20261122T190000Z.dnstap"}) {
    EXPECT_FALSE(ParseFileName("pdns", file).has_value()) << file;
  }
}

TEST(FileName, PartsAreHiddenAndKnown) {
  const std::string part = PartName(FileName("pdns", kTime, 2));
  EXPECT_EQ(part, ".pdns-20261122T190000Z-2.dnstap.zst.part");
  EXPECT_TRUE(IsPartName("pdns", part));
  EXPECT_FALSE(IsPartName("other", part));
  for (const char* file : {"pdns-20261122T190000Z.dnstap.zst.part", ".pdns-x.dnstap.zst.part",
                           ".pdns-20261122T190000Z.dnstap.zst",
                           ".pdns-20261122T190000Z.dnstap.part", ".pdns.lock", ".", ""}) {
    EXPECT_FALSE(IsPartName("pdns", file)) << file;
  }
}

TEST(CheckName, SaysWhatANameIs) {
  for (const std::string& name :
       {std::string("pdns"), std::string("ns1.example-2"), std::string(128, 'x')})
    EXPECT_TRUE(CheckName(name).ok()) << name;
  for (const std::string& name :
       {std::string(), std::string(".x"), std::string("a/b"), std::string("a b"), std::string("\n"),
        std::string("\xc3\xa4"), std::string(129, 'x')})
    EXPECT_EQ(CheckName(name).code(), Code::kUsage) << name;
}

TEST(ListFiles, OldestFirstAndOnlyItsOwn) {
  TempDir dir;
  for (const char* file :
       {"pdns-20261122T190000Z-10.dnstap", "pdns-20261122T190000Z-2.dnstap.zst", "notes.txt",
        "pdns-20261122T190000Z-2.dnstap", "pdns-20261122T190000Z.dnstap.zst",
        "pdns-20251231T235959Z.dnstap", "b-20251231T235959Z.dnstap", ".pdns.lock"}) {
    WriteFile(dir / file, "12345");
  }
  std::filesystem::create_directory(dir / "pdns-20201231T235959Z.dnstap");
  std::filesystem::create_symlink("/etc/passwd", dir / "pdns-20211231T235959Z.dnstap");
  const auto files = ListFiles(dir.path(), "pdns");
  ASSERT_TRUE(files.ok());
  std::vector<std::string> names;
  for (const File& file : *files) {
    names.push_back(file.file);
    EXPECT_EQ(file.size, 5U);
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "pdns-20251231T235959Z.dnstap", "pdns-20261122T190000Z.dnstap.zst",
                       "pdns-20261122T190000Z-2.dnstap", "pdns-20261122T190000Z-2.dnstap.zst",
                       "pdns-20261122T190000Z-10.dnstap"}));
  EXPECT_EQ(ListFiles(dir / "missing", "pdns").status().code(), Code::kIo);
}

// Files of `size` bytes, one an hour.
std::vector<File> Hourly(unsigned count, std::uint64_t size) {
  std::vector<File> files;
  for (unsigned i = 0; i < count; ++i) {
    File file;
    file.begun = kTime + hours(i);
    file.file = FileName("pdns", file.begun, 1);
    file.size = size;
    files.push_back(file);
  }
  return files;
}

std::size_t CountExpired(const std::vector<File>& files, std::string_view writing,
                         const KeepRule& keep, sys_seconds now,
                         std::chrono::nanoseconds by_age = hours(24 * 365)) {
  const auto expired = Expired(files, writing, keep, now, by_age);
  for (std::size_t i = 0; i < expired.size(); ++i) {
    EXPECT_NE(expired[i].file, writing);
    EXPECT_EQ(expired[i].file, files[i].file);  // the oldest
  }
  return expired.size();
}

TEST(Expired, ByAgeOfTheLastFrame) {
  const auto files = Hourly(5, 100);
  const KeepRule keep{hours(24), 0};
  // The first file ends where the second begins.
  EXPECT_EQ(CountExpired(files, "", keep, kTime + hours(25)), 0U);
  EXPECT_EQ(CountExpired(files, "", keep, kTime + hours(25) + seconds(1)), 1U);
  EXPECT_EQ(CountExpired(files, "", keep, kTime + hours(27) + seconds(1)), 3U);
  // Nobody knows when the last one ends.
  EXPECT_EQ(CountExpired(files, "", keep, kTime + hours(10'000)), 4U);
  EXPECT_EQ(CountExpired(files, files[4].file, keep, kTime + hours(10'000)), 4U);
  EXPECT_EQ(CountExpired(files, "", {}, kTime + hours(10'000)), 0U);
}

TEST(Expired, BySizeOfAll) {
  const auto files = Hourly(5, 100);
  EXPECT_EQ(CountExpired(files, "", {seconds(0), 500}, kTime), 0U);
  EXPECT_EQ(CountExpired(files, "", {seconds(0), 499}, kTime), 1U);
  EXPECT_EQ(CountExpired(files, "", {seconds(0), 250}, kTime), 3U);
  EXPECT_EQ(CountExpired(files, "", {seconds(0), 1}, kTime), 5U);
  EXPECT_EQ(CountExpired(files, files[4].file, {seconds(0), 1}, kTime), 4U);
}

// A clock that jumped ahead: all are old.
TEST(Expired, ByAgeALittleAtATime) {
  const auto files = Hourly(6, 100);
  const KeepRule keep{hours(24), 0};
  const auto later = kTime + hours(10'000);
  EXPECT_EQ(CountExpired(files, files[5].file, keep, later, seconds(0)), 0U);
  EXPECT_EQ(CountExpired(files, files[5].file, keep, later, seconds(1)), 1U);
  EXPECT_EQ(CountExpired(files, files[5].file, keep, later, hours(1)), 1U);
  EXPECT_EQ(CountExpired(files, files[5].file, keep, later, hours(3)), 3U);
  EXPECT_EQ(CountExpired(files, files[5].file, {hours(24), 250}, later, seconds(1)), 5U);
  EXPECT_EQ(CountExpired(files, files[5].file, {hours(24), 250}, later, seconds(0)), 4U);
}

TEST(Expired, AFileWithItsTwinIsNotOlderForIt) {
  auto files = Hourly(2, 100);
  files.insert(files.begin(), files[0]);
  files[1].file += ".zst";
  files[1].compressed = true;
  EXPECT_EQ(Expired(files, "", {hours(1), 0}, kTime + hours(2), hours(9)).size(), 0U);
  EXPECT_EQ(Expired(files, "", {hours(1), 0}, kTime + hours(2) + seconds(1), hours(9)).size(), 2U);
}

TEST(RotationDue, ByAgeAndBySize) {
  const RotateRule both{hours(1), 1000};
  EXPECT_FALSE(RotationDue(both, hours(1) - seconds(1), 900, 100));
  EXPECT_TRUE(RotationDue(both, hours(1), 0, 0));
  EXPECT_TRUE(RotationDue(both, seconds(0), 900, 101));
  EXPECT_FALSE(RotationDue({}, hours(10'000), 1U << 30, 1U << 20));
}

}  // namespace
}  // namespace pdns::archive
