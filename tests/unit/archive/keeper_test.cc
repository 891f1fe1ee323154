// What becomes of finished archive files: compressed, removed, never half of either.
#include "archive/keeper.h"

#include <gtest/gtest.h>

#include "unit/archive/archive_world.h"
#include "unit/support/frame_stream.h"
#include "unit/support/payloads.h"

namespace pdns::archive {
namespace {

using pdns::testing::Capture;
using pdns::testing::OpenCapture;
using pdns::testing::ReadFile;
using pdns::testing::WriteFile;
using std::chrono::hours;
using std::chrono::seconds;

class ArchiveKeeperTest : public ArchiveTest {
 protected:
  ArchiveKeeperTest() { std::filesystem::create_directory(options_.directory); }

  // A file of an earlier run, begun so many hours before now.
  std::string Leave(int hours_ago, const std::string& bytes, const std::string& suffix = "") {
    const auto begun = kArchiveTime + seconds(world_.seconds) - hours(hours_ago);
    const std::string file = FileName("pdns", begun, 1) + suffix;
    WriteFile(In(file), bytes);
    return file;
  }
  bool AwaitFiles(const std::vector<std::string>& files) {
    return Eventually([&] { return Files() == files; });
  }
};

std::string Unpacked(const std::string& path) {
  pdns::testing::NoWaiter waiter;
  auto input = frame::OpenInput(path, waiter);
  EXPECT_TRUE(input.ok()) << input.status().message();
  std::string bytes;
  std::vector<std::uint8_t> block(1 << 16);
  while (input.ok()) {
    const auto got = (*input)->Read(block);
    if (!got.ok() || *got == 0) break;
    AppendBytes(bytes, Bytes(block.data(), *got));
  }
  return bytes;
}

TEST_F(ArchiveKeeperTest, ARotatedFileIsCompressedAndStaysTheSameSource) {
  options_.compress = true;
  options_.rotate_after = seconds(3600);
  Open();
  for (unsigned i = 0; i < 1000; ++i) ASSERT_TRUE(Append(NumberedPayload("n", i)));
  world_.seconds += 3600;
  ASSERT_TRUE(Append(NumberedPayload("n", 1000)));
  EXPECT_TRUE(AwaitFiles({"pdns-20261122T190000Z.dnstap.zst", "pdns-20261122T200000Z.dnstap"}));
  EXPECT_TRUE(Eventually([&] { return archive_->figures().compressed == 1; }));
  archive_->Close();
  EXPECT_EQ(Unpacked(In(Files()[0])), Capture(kept_.sources[0].payloads));
  ExpectAllKept();
  EXPECT_EQ(Names(options_.directory, true), std::vector<std::string>{".pdns.lock"});
}

TEST_F(ArchiveKeeperTest, FilesOfEarlierRunsAreCompressedByteForByte) {
  options_.compress = true;
  const std::string cut = OpenCapture({"a", "b"}) + std::string("\0\0\2\0half a fr", 13);
  const std::string whole = Capture({"c"});
  Leave(3, cut);
  Leave(2, whole);
  Leave(1, "compressed by hand", ".zst");
  WriteFile(In("pdns-notes.dnstap"), "mine");
  WriteFile(In("other-20261122T190000Z.dnstap"), "another's");
  Open();
  EXPECT_TRUE(AwaitFiles({"other-20261122T190000Z.dnstap", "pdns-20261122T160000Z.dnstap.zst",
                          "pdns-20261122T170000Z.dnstap.zst", "pdns-20261122T180000Z.dnstap.zst",
                          "pdns-notes.dnstap"}));
  EXPECT_EQ(Unpacked(In("pdns-20261122T160000Z.dnstap.zst")), cut);
  EXPECT_EQ(Unpacked(In("pdns-20261122T170000Z.dnstap.zst")), whole);
  EXPECT_EQ(ReadFile(In("pdns-20261122T180000Z.dnstap.zst")), "compressed by hand");
  EXPECT_EQ(ReadFile(In("pdns-notes.dnstap")), "mine");
}

// Killed while compressing.
TEST_F(ArchiveKeeperTest, ACompressionThatWasCutOffIsDoneAgain) {
  options_.compress = true;
  const std::string file = Leave(2, Capture({"a"}));
  WriteFile(In(PartName(file)), "half of it");
  WriteFile(In(".other-20261122T190000Z.dnstap.zst.part"), "another's");
  Open();
  EXPECT_TRUE(AwaitFiles({file + ".zst"}));
  EXPECT_EQ(Unpacked(In(file + ".zst")), Capture({"a"}));
  EXPECT_EQ(Names(options_.directory, true),
            (std::vector<std::string>{".other-20261122T190000Z.dnstap.zst.part", ".pdns.lock"}));
}

// Killed between the two last steps of a compression; or a writer is killed, or about to see that
// the name is taken.
TEST_F(ArchiveKeeperTest, ACompressedFileIsNeverReplaced) {
  options_.compress = true;
  const std::string twin = Leave(2, Capture({"a"}));
  Leave(2, "whole, but the original was not removed", ".zst");
  const std::string empty = Leave(1, "");
  Leave(1, "whole", ".zst");
  Open();
  EXPECT_TRUE(AwaitFiles({twin + ".zst", empty + ".zst"}));
  EXPECT_EQ(ReadFile(In(twin + ".zst")), "whole, but the original was not removed");
  EXPECT_EQ(ReadFile(In(empty + ".zst")), "whole");
}

TEST_F(ArchiveKeeperTest, PartsGoAtOnceAlsoWithoutCompression) {
  WriteFile(In(PartName("pdns-20261122T170000Z.dnstap")), "half of it");
  Open();
  EXPECT_EQ(Names(options_.directory, true), std::vector<std::string>{".pdns.lock"});
}

TEST_F(ArchiveKeeperTest, TheFileBeingWrittenIsLeftAlone) {
  options_.compress = true;
  options_.rotate_bytes = 400;
  options_.rotate_after = seconds(0);
  Open();
  for (unsigned i = 0; i < 300; ++i) {
    ASSERT_TRUE(Append(NumberedPayload("n", i)));
    if (i % 10 == 0) {
      ASSERT_TRUE(archive_->Flush());
    }
  }
  ASSERT_TRUE(archive_->Flush());
  const std::size_t files = kept_.sources.size();
  EXPECT_TRUE(Eventually([&] { return archive_->figures().compressed == files - 1; }));
  archive_->Close();
  ExpectAllKept();
}

TEST_F(ArchiveKeeperTest, TheOldestGoByAge) {
  for (int i = 1; i <= 5; ++i) Leave(i * 10, Capture({"a"}));
  options_.keep_for = hours(25);
  options_.rotate_bytes = 1;
  Open();
  // That of 40 hours ago ended 30 hours ago, the one of 30 hours ago 20 hours ago. One goes a
  // minute.
  EXPECT_TRUE(Eventually([&] { return archive_->figures().removed == 1; }));
  EXPECT_EQ(Files().front(), "pdns-20261121T030000Z.dnstap");
  world_.seconds += 59;
  EXPECT_TRUE(Append("b"));  // it looks again
  EXPECT_TRUE(archive_->Flush());
  world_.seconds += 1;
  EXPECT_TRUE(Append("c"));
  EXPECT_TRUE(Eventually([&] { return archive_->figures().removed == 2; }));
  EXPECT_EQ(Files().front(), "pdns-20261121T130000Z.dnstap");
}

// So a clock that jumps ahead, and with it all files, costs little until it is seen.
TEST_F(ArchiveKeeperTest, AClockThatJumpsTakesLittle) {
  for (int i = 1; i <= 50; ++i) Leave(i, Capture({"a"}));
  options_.keep_for = hours(24 * 30);
  options_.rotate_bytes = 1;
  Open();
  EXPECT_TRUE(Append("b"));
  world_.seconds += std::chrono::seconds(hours(24 * 365)).count();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(Append("c"));
    EXPECT_TRUE(archive_->Flush());
  }
  // The keeper steps back for all others, so that on a busy machine it may not have looked yet.
  EXPECT_TRUE(Eventually([&] { return archive_->figures().removed >= 1; }));
  archive_->Close();
  EXPECT_LE(archive_->figures().removed, 2U);
}

TEST_F(ArchiveKeeperTest, TheOldestGoBySizeAsNewOnesCome) {
  options_.rotate_bytes = 1000;
  options_.keep_bytes = 3000;
  options_.rotate_after = seconds(0);
  WriteFile(In("precious.dnstap"), std::string(10'000, 'x'));
  Open();
  const std::string payload(400, 'x');
  for (unsigned i = 0; i < 100; ++i) {
    ASSERT_TRUE(Append(payload + std::to_string(i)));
    ASSERT_TRUE(archive_->Flush());
    ++world_.seconds;
  }
  const auto total = [&] {
    std::uint64_t sum = 0;
    const auto files = ListFiles(options_.directory, "pdns");
    for (const File& file : *files) sum += file.size;
    return sum;
  };
  EXPECT_TRUE(Eventually([&] { return total() <= options_.keep_bytes; }));
  EXPECT_GT(total(), 0U);
  archive_->Close();
  const auto files = ListFiles(options_.directory, "pdns");
  ASSERT_FALSE(files->empty());
  ExpectAsKept(In(files->back().file), kept_.sources.back());  // the newest is there
  EXPECT_TRUE(std::filesystem::exists(In("precious.dnstap")));
  EXPECT_EQ(archive_->figures().removed + files->size(), kept_.sources.size());
}

TEST_F(ArchiveKeeperTest, AFolderThatVanishesDoesNoHarm) {
  options_.compress = true;
  options_.rotate_bytes = 1;
  Open();
  ASSERT_TRUE(Append("a"));
  ASSERT_TRUE(archive_->Flush());
  std::filesystem::remove_all(options_.directory);
  ASSERT_TRUE(Append("b"));
  EXPECT_FALSE(archive_->Flush());
  EXPECT_TRUE(archive_->figures().paused);
  archive_->Close();
}

}  // namespace
}  // namespace pdns::archive
