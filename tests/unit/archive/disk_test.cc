// The archive and its disk: what Flush promises, a disk that is slow, full or failing.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "archive/archive.h"
#include "unit/archive/archive_world.h"
#include "unit/ingest/memory_sink.h"
#include "unit/support/frame_stream.h"

namespace pdns::archive {
namespace {

using pdns::testing::OpenCapture;
using pdns::testing::ReadFile;

constexpr std::uint64_t kMinFree = 1000;

std::string Payload(std::size_t i, std::size_t size = 200) {
  std::string payload = std::to_string(i);
  payload.resize(size, 'x');
  return payload;
}

class ArchiveDisk : public ArchiveTest {
 protected:
  // Moves the clock past a pause, and until the archive has seen it.
  bool AwaitResumed() {
    world_.seconds += 5;
    return Eventually([&] { return !archive_->figures().paused; });
  }
  bool AwaitPaused() {
    return Eventually([&] { return archive_->figures().paused; });
  }
};

TEST_F(ArchiveDisk, FlushMeansOnTheDisk) {
  Open();
  std::vector<std::string> payloads;
  for (std::size_t i = 0; i < 50; ++i) {
    payloads.push_back(Payload(i, 1 + i * 1000));
    ASSERT_TRUE(Append(payloads.back()));
    ASSERT_TRUE(archive_->Flush());
    ASSERT_TRUE(ReadFile(In(Files()[0])) == OpenCapture(payloads)) << i;
    EXPECT_EQ(archive_->figures().frames, i + 1);
  }
  EXPECT_TRUE(archive_->Flush());
}

TEST_F(ArchiveDisk, WithoutFlushItIsWrittenSoon) {
  Open();
  ASSERT_TRUE(Append("a"));
  EXPECT_TRUE(Eventually([&] { return archive_->figures().frames == 1; }));
  EXPECT_EQ(ReadFile(In(Files()[0])), OpenCapture({"a"}));
}

// The drainer's thread flushes while the live source appends.
TEST_F(ArchiveDisk, FlushFromOtherThreads) {
  options_.rotate_bytes = 20'000;
  Open();
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        EXPECT_TRUE(archive_->Flush());
        EXPECT_FALSE(archive_->figures().paused);
      }
    });
  }
  for (std::size_t i = 0; i < 3000; ++i) ASSERT_TRUE(Append(Payload(i)));
  done = true;
  for (std::thread& thread : threads) thread.join();
  archive_->Close();
  EXPECT_EQ(kept_.frames(), 3000U);
  for (std::size_t i = 0, at = 0; i < kept_.sources.size(); ++i) {
    for (const std::string& payload : kept_.sources[i].payloads) ASSERT_EQ(payload, Payload(at++));
  }
  const auto files = ListFiles(options_.directory, options_.name);
  EXPECT_EQ(files->size(), kept_.sources.size());
  EXPECT_EQ(archive_->figures().left_out, 0U);
}

TEST_F(ArchiveDisk, ADiskThatStandsStillCostsTheBufferAndNoMore) {
  Gate gate;
  world_.on_create = [&] { gate.Wait(); };
  options_.buffer = 100'000;
  Open();
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 1000; ++i) taken += Append(Payload(i)) ? 1U : 0U;
  EXPECT_GE(taken, options_.buffer / 204 - 1);
  EXPECT_LE(taken, options_.buffer / 204);
  EXPECT_EQ(archive_->figures().left_out, 1000 - taken);
  EXPECT_EQ(archive_->figures().frames, 0U);
  EXPECT_FALSE(archive_->figures().paused);
  EXPECT_FALSE(archive_->AwaitRoom(200, std::chrono::milliseconds(10)));
  gate.Open();
  EXPECT_TRUE(archive_->AwaitRoom(200, std::chrono::seconds(60)));
  EXPECT_TRUE(archive_->Flush());  // what was taken is there
  EXPECT_TRUE(Append("room again"));
  archive_->Close();
  EXPECT_EQ(archive_->figures().frames, taken + 1);
  ExpectAllKept();
}

TEST_F(ArchiveDisk, BelowMinFreeItPausesAndGoesOnWithANewFile) {
  options_.min_free = kMinFree;
  Open();
  ASSERT_TRUE(Append("a"));
  ASSERT_TRUE(archive_->Flush());
  world_.free = kMinFree - 1;
  world_.seconds += 1;
  ASSERT_TRUE(AwaitPaused());
  EXPECT_FALSE(Append("left out"));
  EXPECT_TRUE(kept_.sources[0].ended_at.has_value());
  EXPECT_FALSE(Append("left out"));
  EXPECT_TRUE(archive_->Flush());  // nothing that was taken is missing
  EXPECT_TRUE(Eventually([&] { return archive_->figures().file.empty(); }));
  world_.seconds += 5;
  EXPECT_TRUE(archive_->Flush());
  EXPECT_FALSE(Append("left out"));  // there is still no room
  world_.free = kMinFree;
  EXPECT_TRUE(AwaitResumed());
  EXPECT_TRUE(Append("b"));
  archive_->Close();
  ASSERT_EQ(kept_.sources.size(), 2U);
  ExpectAllKept();
  EXPECT_EQ(archive_->figures().left_out, 3U);
  EXPECT_EQ(archive_->figures().pauses, 1U);
  EXPECT_EQ(archive_->figures().disk_free, kMinFree);
}

TEST_F(ArchiveDisk, APausedFileEndsWithoutAFrameToo) {
  options_.min_free = kMinFree;
  Open();
  ASSERT_TRUE(Append("a"));
  world_.free = 0;
  world_.seconds += 1;
  ASSERT_TRUE(AwaitPaused());
  archive_->Tick();
  EXPECT_TRUE(kept_.sources[0].ended_at.has_value());
  // What ends it is written by the keeper's thread, in its own time.
  EXPECT_TRUE(Eventually([&] {
    const auto files = Files();  // for a moment it has no name yet
    return archive_->figures().file.empty() && files.size() == 1 &&
           ReadArchived(In(files.front())).end == frame::End::kStop;
  }));
  ExpectAllKept();
}

TEST_F(ArchiveDisk, AFullDiskAtTheStartIsNoError) {
  options_.min_free = kMinFree;
  world_.free = 0;
  Open();
  EXPECT_TRUE(archive_->figures().paused);
  EXPECT_FALSE(Append("a"));
  EXPECT_EQ(Files().size(), 0U);
}

TEST_F(ArchiveDisk, TheDiskIsLookedAtOnceASecondAtMost) {
  Open();
  const unsigned before = world_.looks;
  for (std::size_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(Append(Payload(i)));
    ASSERT_TRUE(archive_->Flush());
  }
  EXPECT_EQ(world_.looks, before);
  world_.seconds += 1;
  EXPECT_TRUE(Eventually([&] { return world_.looks == before + 1; }));
}

TEST_F(ArchiveDisk, AFileThatCannotBeMadePausesToo) {
  Open();
  world_.create_error = EACCES;
  EXPECT_TRUE(Append("lost"));
  EXPECT_FALSE(archive_->Flush());
  EXPECT_TRUE(archive_->figures().paused);
  EXPECT_FALSE(Append("left out"));
  EXPECT_TRUE(archive_->Flush());  // the loss was told
  EXPECT_EQ(archive_->figures().left_out, 2U);
  world_.create_error = 0;
  EXPECT_TRUE(AwaitResumed());
  EXPECT_TRUE(Append("kept"));
  EXPECT_TRUE(archive_->Flush());
  archive_->Close();
  kept_.sources.erase(kept_.sources.begin());
  ExpectAllKept();
}

// Until it is rotated it would take frames that nobody finds.
TEST_F(ArchiveDisk, AFileThatSomebodyRemovesIsNotWrittenOn) {
  Open();
  ASSERT_TRUE(Append("a"));
  ASSERT_TRUE(archive_->Flush());
  std::filesystem::remove(In(Files().at(0)));
  ASSERT_TRUE(Append("gone with it"));
  EXPECT_FALSE(archive_->Flush());
  EXPECT_TRUE(archive_->figures().paused);
  EXPECT_TRUE(AwaitResumed());
  ASSERT_TRUE(Append("b"));
  EXPECT_TRUE(archive_->Flush());
  archive_->Close();
  kept_.sources.erase(kept_.sources.begin());
  ExpectAllKept();
}

TEST_F(ArchiveDisk, AnIngesterThatCannotNameTheSourcePausesIt) {
  Open();
  kept_.refusal = Status::Io("the ledger cannot be read");
  EXPECT_FALSE(Append("a"));
  EXPECT_TRUE(archive_->figures().paused);
  EXPECT_FALSE(Append("b"));
  kept_.refusal = {};
  EXPECT_FALSE(Append("c"));
  EXPECT_TRUE(AwaitResumed());
  EXPECT_TRUE(Append("d"));
  archive_->Close();
  ExpectAllKept();
  EXPECT_EQ(archive_->figures().left_out, 3U);
}

// A small file system of the test's own.
class SmallDisk {
 public:
  SmallDisk(std::string path, const std::string& options) : path_(std::move(path)) {
    std::filesystem::create_directory(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

// Frames of any length hit the end of the disk anywhere; what stays are whole frames, in order, and
// what is not there is counted.
TEST_F(ArchiveDisk, AFullDiskLeavesWholeFramesAndGoesOnWhenThereIsRoom) {
  const SmallDisk disk(dir_ / "disk", "size=512k");
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here (needs root)";
  options_.directory = disk.path();
  for (std::size_t round = 0; round < 5; ++round) {
    kept_.sources.clear();
    Open();
    bool flushed = true;
    std::size_t given = 0;
    while (flushed && given < 10'000) {
      const std::size_t size = 900 + (given * 7 + round * 131) % 300;
      ASSERT_TRUE(Append(Payload(given++, size)));
      if (given % 40 == 0) flushed = archive_->Flush();
    }
    ASSERT_FALSE(flushed);
    const Figures figures = archive_->figures();
    EXPECT_TRUE(figures.paused);
    EXPECT_EQ(figures.frames + figures.left_out, given);
    EXPECT_GT(figures.left_out, 0U);
    EXPECT_FALSE(Append("left out"));
    EXPECT_EQ(kept_.sources[0].ended_at, kept_.sources[0].positions.back());
    const ReadBack back = ReadArchived(In(Files().at(0)));
    ASSERT_EQ(back.payloads.size(), figures.frames);
    for (std::size_t i = 0; i < back.payloads.size(); ++i)
      ASSERT_EQ(back.payloads[i], kept_.sources[0].payloads[i]);
    EXPECT_EQ(std::filesystem::file_size(In(Files()[0])), back.ends.back());

    std::filesystem::remove(In(Files()[0]));
    ASSERT_TRUE(AwaitResumed());
    ASSERT_TRUE(Append("room again"));
    EXPECT_TRUE(archive_->Flush());
    archive_->Close();
    ASSERT_EQ(Files().size(), 1U);
    ExpectAsKept(In(Files()[0]), kept_.sources[1]);
    std::filesystem::remove(In(Files()[0]));
  }
}

// Where not even one frame fits, no file stays behind, however often it is tried.
TEST_F(ArchiveDisk, ADiskWithoutAnyRoomGetsNoFiles) {
  const SmallDisk disk(dir_ / "disk", "size=64k");
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here (needs root)";
  options_.directory = disk.path();
  Open();
  {
    std::ofstream filler(disk.path() + "/filler", std::ios::binary);
    filler << std::string(64 << 10, 'x');
  }
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Append(Payload(0, 3000)));
    EXPECT_FALSE(archive_->Flush());
    EXPECT_EQ(Files(), std::vector<std::string>{"filler"});
    ASSERT_TRUE(AwaitResumed());
  }
  EXPECT_EQ(archive_->figures().left_out, 3U);
  EXPECT_EQ(archive_->figures().pauses, 3U);
}

TEST_F(ArchiveDisk, TheRealDiskTellsItsFreeSpace) {
  const auto free = DiskFree(dir_.path());
  ASSERT_TRUE(free.ok());
  EXPECT_EQ(DiskFree(dir_ / "missing").status().code(), Code::kIo);
  const SmallDisk disk(dir_ / "disk", "size=1m");
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here (needs root)";
  EXPECT_EQ(*DiskFree(disk.path()), 1U << 20);
}

}  // namespace
}  // namespace pdns::archive
