#include "sort/sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "unit/support/file_limit.h"
#include "unit/support/temp_dir.h"

namespace pdns::sort {
namespace {

using pdns::testing::FileLimit;
using pdns::testing::TempDir;

using Items = std::vector<std::pair<std::string, std::string>>;

// Keys of few letters, zero and high bytes among them, so that many are equal or begin alike; the
// payload is the item's number.
Items RandomItems(std::size_t count, unsigned seed, std::size_t longest) {
  std::mt19937 random(seed);
  Items items;
  for (std::size_t i = 0; i < count; ++i) {
    std::string key(random() % (longest + 1), '\0');
    for (char& byte : key) byte = "\0a\x7f\x80\xff"[random() % 5];
    items.emplace_back(std::move(key), std::to_string(i));
  }
  return items;
}

Items Expected(Items items, const Sorter::Limits& limits) {
  const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::stable_sort(items.begin(), items.end(), before);
  if (limits.unique) {
    const auto alike = [](const auto& a, const auto& b) { return a.first == b.first; };
    items.erase(std::unique(items.begin(), items.end(), alike), items.end());
  }
  if (limits.keep != 0 && items.size() > limits.keep) items.resize(limits.keep);
  return items;
}

void AddAll(Sorter& sorter, const Items& items) {
  for (const auto& [key, payload] : items) {
    const Status status = sorter.Add(key, payload);
    ASSERT_TRUE(status.ok()) << status.message();
  }
}

Items Sorted(Sorter& sorter) {
  Items got;
  const Status status = sorter.ForEach([&](std::string_view key, std::string_view payload) {
    got.emplace_back(key, payload);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return got;
}

// Returns the bytes spilled.
std::uint64_t ExpectSorted(const Items& items, const Sorter::Limits& limits) {
  Sorter sorter(limits);
  AddAll(sorter, items);
  EXPECT_TRUE(Sorted(sorter) == Expected(items, limits))
      << items.size() << " items, memory " << limits.memory << ", keep " << limits.keep;
  return sorter.spilled();
}

TEST(Sorter, Nothing) {
  for (const std::uint64_t keep : {std::uint64_t{0}, std::uint64_t{1}}) {
    EXPECT_EQ(ExpectSorted({}, {.keep = keep}), 0U);
    EXPECT_EQ(ExpectSorted({}, {.memory = 0, .keep = keep, .unique = true}), 0U);
  }
  EXPECT_EQ(ExpectSorted({{"", ""}}, {}), 0U);
  EXPECT_EQ(ExpectSorted({{"", ""}, {"", "1"}}, {}), 0U);
}

TEST(Sorter, InMemoryNothingIsWritten) {
  EXPECT_EQ(ExpectSorted(RandomItems(40000, 1, 3), {}), 0U);
  EXPECT_EQ(ExpectSorted(RandomItems(40000, 2, 20), {.unique = true}), 0U);
}

void ExpectSortedWith(std::size_t memory, std::size_t count, const std::string& folder) {
  for (const std::size_t longest : {2U, 5U, 300U}) {
    const Items items = RandomItems(count, static_cast<unsigned>(longest), longest);
    for (const std::uint64_t keep : {0UL, 1UL, 100UL, count - 1, count, count + 1}) {
      for (const bool unique : {false, true}) ExpectSorted(items, {memory, keep, unique, folder});
    }
  }
}

TEST(Sorter, SortsOnDiskAsInMemory) {
  const TempDir dir;
  ExpectSortedWith(0, 200, dir.path());
  ExpectSortedWith(20000, 3000, dir.path());
  ExpectSortedWith(100000, 6000, dir.path());
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

// One item a run: each is written once a level, three levels of 64.
TEST(Sorter, MergesInPassesBeyond64Runs) {
  const Items items = RandomItems(64 * 64 + 64 + 1, 7, 3);
  EXPECT_GT(ExpectSorted(items, {.memory = 0}), 0U);
  for (const std::size_t runs : {2U, 63U, 64U, 65U, 66U, 127U, 128U, 129U}) {
    const Items first(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(runs));
    ExpectSorted(first, {.memory = 0});
  }
}

TEST(Sorter, FewFilesAreOpenAtATime) {
  const auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  const auto before = open_files();
  {
    Sorter sorter({.memory = 0});
    AddAll(sorter, RandomItems(600, 8, 4));
    EXPECT_LE(open_files() - before, 2 * 64);
    EXPECT_EQ(Sorted(sorter).size(), 600U);
  }
  EXPECT_EQ(open_files(), before);
}

TEST(Sorter, EqualKeysStayInTheOrderTheyWereAdded) {
  for (const std::string& key : {std::string(), std::string("key"), std::string(3000, 'k')}) {
    Items items;
    for (int i = 0; i < 800; ++i) items.emplace_back(key, std::to_string(i));
    for (const std::size_t memory : {3000U, 100000U, 100U << 20}) {
      ExpectSorted(items, {.memory = memory});
      ExpectSorted(items, {.memory = memory, .keep = 10});
      ExpectSorted(items, {.memory = memory, .unique = true});
    }
  }
}

TEST(Sorter, WhatIsNotKeptIsNotWritten) {
  const Items items = RandomItems(60000, 9, 12);
  EXPECT_EQ(ExpectSorted(items, {.memory = 1 << 20, .keep = 10}), 0U);
  EXPECT_EQ(ExpectSorted(items, {.memory = 1 << 20, .keep = 1000}), 0U);
  // Of 780 keys each comes up often.
  EXPECT_EQ(ExpectSorted(RandomItems(60000, 9, 4), {.memory = 1 << 20, .unique = true}), 0U);
  EXPECT_GT(ExpectSorted(items, {.memory = 1 << 20}), 60000U);
}

TEST(Sorter, LongItems) {
  std::mt19937 random(10);
  Items items;
  for (int i = 0; i < 300; ++i) {
    const std::size_t size = i % 3 == 0 ? 65000 : random() % 100;
    items.emplace_back(std::string(random() % 1500, static_cast<char>(random())) + "x",
                       std::string(size, static_cast<char>(random())));
  }
  items.emplace_back(std::string(kMaxPart, 'k'), std::string(kMaxPart, 'p'));
  EXPECT_EQ(ExpectSorted(items, {}), 0U);
  for (const std::size_t memory : {0U, 70000U, 1U << 20}) {
    EXPECT_GT(ExpectSorted(items, {.memory = memory}), 100U * 65000);
  }
}

TEST(Sorter, RefusesAnItemThatIsTooLong) {
  const std::string longer(kMaxPart + 1, 'a');
  Sorter sorter({});
  EXPECT_EQ(sorter.Add(longer, "").code(), Code::kUsage);
  EXPECT_EQ(sorter.Add("", longer).code(), Code::kUsage);
  EXPECT_TRUE(Sorted(sorter).empty());
}

TEST(Sorter, EachMayEndIt) {
  for (const std::size_t memory : {0U, 1U << 20}) {
    Sorter sorter({.memory = memory});
    AddAll(sorter, RandomItems(200, 11, 4));
    int calls = 0;
    EXPECT_TRUE(sorter.ForEach([&](auto, auto) { return ++calls < 3; }).ok());
    EXPECT_EQ(calls, 3);
  }
}

TEST(Sorter, AFolderThatDoesNotExist) {
  Sorter sorter({.memory = 0, .folder = "/does/not/exist"});
  EXPECT_TRUE(sorter.Add("a", "").ok());
  const Status status = sorter.Add("b", "");
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_EQ(status.message(),
            "sorting: no file can be made in folder /does/not/exist: No such file or directory");
}

TEST(SortedRun, AShortReadIsIo) {
  const TempDir dir;
  const auto run = SortedRun::Create(dir.path(), 0);
  ASSERT_TRUE(run.ok());
  ASSERT_TRUE((*run)->Append("abc").ok());
  std::string bytes(3, '\0');
  ASSERT_TRUE((*run)->Read(0, bytes.data(), 3).ok());
  EXPECT_EQ(bytes, "abc");
  const Status status = (*run)->Read(1, bytes.data(), 3);
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_EQ(status.message(), "sorting: 1 bytes at 3 cannot be read from a file in folder " +
                                  dir.path() + ": it ends there");
}

// Sizes that none of our items has are not believed.
TEST(SortedRun, OtherBytesThanWereWrittenAreIo) {
  std::vector<std::unique_ptr<SortedRun>> runs;
  for (const std::string& bytes :
       {std::string(8, '\xff'), std::string("\4\0\0\0\0\0\0\0abc", 11)}) {
    auto run = SortedRun::Create("/tmp", 0);
    ASSERT_TRUE(run.ok());
    ASSERT_TRUE((*run)->Append(bytes).ok());
    runs.clear();
    runs.push_back(std::move(*run));
    const auto each = [](const Item&) -> Result<bool> { return true; };
    EXPECT_EQ(MergeRuns(runs, 4096, false, each).code(), Code::kIo);
  }
}

TEST(Sorter, AFullDiskWhileAdding) {
  const TempDir dir;
  Sorter sorter({.memory = 100000, .folder = dir.path()});
  Status status;
  {
    const FileLimit limit(10000);
    for (int i = 0; i < 100 && status.ok(); ++i) status = sorter.Add("key", std::string(2000, 'p'));
  }
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_NE(status.message().find(" bytes more, behind 10000, cannot be written to a file in "
                                  "folder " +
                                  dir.path() + ": File too large"),
            std::string::npos)
      << status.message();
}

// The 64th run is written when all are added, or before.
TEST(Sorter, AFullDiskWhileMerging) {
  for (const int count : {64, 65}) {
    Sorter sorter({.memory = 0});
    Status status;
    {
      const FileLimit limit(40000);  // a run has 2000 bytes, 64 of them 128000
      for (int i = 0; i < count && status.ok(); ++i) {
        status = sorter.Add("key", std::string(2000, 'p'));
      }
      EXPECT_EQ(status.ok(), count == 64);
      if (status.ok()) status = sorter.ForEach([](auto, auto) { return true; });
    }
    EXPECT_EQ(status.code(), Code::kIo);
    EXPECT_NE(status.message().find("cannot be written"), std::string::npos) << status.message();
  }
}

}  // namespace
}  // namespace pdns::sort
