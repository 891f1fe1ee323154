// The archive's files: what stands in them, what they are called, when the next one begins.
#include "archive/archive.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <random>

#include "frame/splitter.h"
#include "unit/archive/archive_world.h"
#include "unit/support/frame_stream.h"
#include "unit/support/payloads.h"

namespace pdns::archive {
namespace {

using pdns::testing::Capture;
using pdns::testing::ReadFile;
using pdns::testing::WriteFile;
using std::chrono::seconds;

std::string Payload(std::mt19937& chance) {
  std::string payload(1 + chance() % 2000, '\0');
  for (char& byte : payload) byte = static_cast<char>(chance());
  return payload;
}

TEST_F(ArchiveTest, IsAFrameStreamsFile) {
  Open();
  EXPECT_TRUE(Append("one"));
  EXPECT_TRUE(Append("two"));
  archive_->Close();
  EXPECT_EQ(Files(), std::vector<std::string>{"pdns-20261122T190000Z.dnstap"});
  EXPECT_EQ(ReadFile(In(Files()[0])), Capture({"one", "two"}));
  ExpectAllKept();
  const Figures figures = archive_->figures();
  EXPECT_EQ(figures.frames, 2U);
  EXPECT_EQ(figures.files, 1U);
  EXPECT_EQ(figures.bytes, Capture({"one", "two"}).size());
  EXPECT_EQ(figures.left_out, 0U);
  EXPECT_EQ(figures.file, "");
}

// The promise to the ledger: what a later reader finds, and where.
TEST_F(ArchiveTest, EveryPositionIsTheReaders) {
  std::mt19937 chance(4);
  options_.rotate_bytes = 300'000;
  options_.rotate_after = seconds(0);
  options_.buffer = 64U << 20;
  Open();
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(Append(Payload(chance)));
    if (i % 100 == 0) ++world_.seconds;
    if (i % 700 == 0) {
      ASSERT_TRUE(archive_->Flush());
    }
  }
  archive_->Close();
  EXPECT_GT(kept_.sources.size(), 10U);
  EXPECT_EQ(kept_.frames(), 5000U);
  ExpectAllKept();
  for (const std::string& file : Files()) {
    EXPECT_LE(std::filesystem::file_size(In(file)), 300'000U + pdns::testing::StopFrame().size());
    EXPECT_GT(std::filesystem::file_size(In(file)), 290'000U * (file == Files().back() ? 0 : 1));
  }
  EXPECT_EQ(archive_->figures().frames, 5000U);
  EXPECT_EQ(archive_->figures().rotations + 1, kept_.sources.size());
}

TEST_F(ArchiveTest, NoFrameNoFile) {
  Open();
  world_.seconds += 100'000;
  archive_->Tick();
  EXPECT_TRUE(archive_->Flush());
  archive_->Close();
  EXPECT_EQ(Files(), std::vector<std::string>{});
}

TEST_F(ArchiveTest, RotatesByAgeWithoutAGap) {
  options_.rotate_after = seconds(3600);
  Open();
  EXPECT_TRUE(Append("a"));
  world_.seconds = 3599;
  EXPECT_TRUE(Append("b"));
  world_.seconds = 3600;
  EXPECT_TRUE(Append("c"));
  world_.seconds = 7200;
  archive_->Tick();  // no frame comes
  EXPECT_TRUE(kept_.sources[1].ended_at.has_value());
  EXPECT_TRUE(Eventually([&] { return archive_->figures().file.empty(); }));
  world_.seconds = 9000;
  EXPECT_TRUE(Append("d"));
  archive_->Close();
  EXPECT_EQ(Files(), (std::vector<std::string>{"pdns-20261122T190000Z.dnstap",
                                               "pdns-20261122T200000Z.dnstap",
                                               "pdns-20261122T213000Z.dnstap"}));
  ExpectAllKept();
  EXPECT_EQ(archive_->figures().rotations, 2U);
}

TEST_F(ArchiveTest, RotatesWhenAsked) {
  Open();
  archive_->Rotate();  // there is no file
  ASSERT_TRUE(Append("a"));
  archive_->Rotate();
  archive_->Rotate();
  ASSERT_TRUE(Append("b"));
  archive_->Close();
  EXPECT_EQ(archive_->figures().rotations, 1U);
  EXPECT_EQ(archive_->figures().files, 2U);
  EXPECT_TRUE(kept_.sources.at(0).ended_at.has_value());
}

TEST_F(ArchiveTest, ASecondHasRoomForSeveralFiles) {
  options_.rotate_bytes = 1;  // a frame a file
  WriteFile(dir_ / "x", "");
  std::filesystem::create_directory(options_.directory);
  WriteFile(In("pdns-20261122T190000Z-2.dnstap.zst"), "compressed meanwhile");
  WriteFile(In("pdns-20261122T190000Z-4.dnstap"), "of an earlier run");
  Open();
  for (const char* payload : {"a", "b", "c"}) EXPECT_TRUE(Append(payload));
  archive_->Close();
  EXPECT_EQ(Files(), (std::vector<std::string>{
                         "pdns-20261122T190000Z-2.dnstap.zst", "pdns-20261122T190000Z-3.dnstap",
                         "pdns-20261122T190000Z-4.dnstap", "pdns-20261122T190000Z-5.dnstap",
                         "pdns-20261122T190000Z.dnstap"}));
  EXPECT_EQ(ReadFile(In("pdns-20261122T190000Z.dnstap")), Capture({"a"}));
  EXPECT_EQ(ReadFile(In("pdns-20261122T190000Z-3.dnstap")), Capture({"b"}));
  EXPECT_EQ(ReadFile(In("pdns-20261122T190000Z-5.dnstap")), Capture({"c"}));
  EXPECT_EQ(ReadFile(In("pdns-20261122T190000Z-4.dnstap")), "of an earlier run");
}

TEST_F(ArchiveTest, WhatNoReaderTakesIsLeftOut) {
  Open();
  EXPECT_FALSE(Append(""));
  EXPECT_FALSE(Append(std::string(frame::kMaxFrameLength + 1, 'x')));
  EXPECT_EQ(kept_.sources.size(), 0U);
  EXPECT_TRUE(Append(std::string(frame::kMaxFrameLength, 'x')));
  EXPECT_FALSE(Append(""));
  EXPECT_TRUE(Append("a"));
  archive_->Close();
  ExpectAllKept();
  EXPECT_EQ(archive_->figures().left_out, 3U);
}

TEST_F(ArchiveTest, ClosedItTakesNothing) {
  Open();
  EXPECT_TRUE(Append("a"));
  archive_->Close();
  archive_->Close();
  EXPECT_FALSE(Append("b"));
  archive_->Tick();
  EXPECT_TRUE(archive_->Flush());
  ExpectAllKept();
  EXPECT_EQ(archive_->figures().left_out, 1U);
}

TEST_F(ArchiveTest, OneIngesterAName) {
  Open();
  const auto second = Archive::Open(options_, kept_.hooks(), world_.system());
  ASSERT_EQ(second.status().code(), Code::kIo);
  EXPECT_NE(second.status().message().find(In(".pdns.lock")), std::string::npos);
  Options other = options_;
  other.name = "other";
  EXPECT_TRUE(Archive::Open(other, kept_.hooks(), world_.system()).ok());
  archive_->Close();
  EXPECT_TRUE(Archive::Open(options_, kept_.hooks(), world_.system()).ok());
}

TEST_F(ArchiveTest, FoldersThatCannotBe) {
  const auto open = [&](const std::string& directory, const std::string& name = "pdns") {
    options_.directory = directory;
    options_.name = name;
    return Archive::Open(options_, kept_.hooks(), world_.system()).status();
  };
  WriteFile(dir_ / "file", "");
  EXPECT_EQ(open("").code(), Code::kUsage);
  EXPECT_EQ(open(dir_ / "no/such").code(), Code::kUsage);
  EXPECT_EQ(open(dir_ / "file").code(), Code::kUsage);
  EXPECT_EQ(open(dir_ / "made", "a/b").code(), Code::kUsage);
  EXPECT_EQ(open("/proc").code(), Code::kIo);
  EXPECT_EQ(open("/proc/made").code(), Code::kUsage);
  EXPECT_TRUE(open(dir_ / "made").ok());
  EXPECT_TRUE(open(dir_ / "made").ok());
}

// The field's own readers.
TEST_F(ArchiveTest, FstrmDumpAndDnstapReadTakeIt) {
  constexpr unsigned kFrames = 100;
  Open();
  for (unsigned i = 0; i < kFrames; ++i) ASSERT_TRUE(Append(NumberedPayload("n", i)));
  archive_->Close();
  const auto run = [&](const std::string& command) {
    return std::system((command + " " + In(Files()[0]) + " > " + (dir_ / "out") + " 2>&1").c_str());
  };
  unsigned readers = 0;
  if (std::system("command -v fstrm_dump > /dev/null") == 0) {
    ++readers;
    EXPECT_EQ(run("fstrm_dump"), 0);
    const std::string text = ReadFile(dir_ / "out");
    std::size_t frames = 0;
    for (std::size_t at = 0; (at = text.find("Data frame (", at)) != std::string::npos; ++at)
      ++frames;
    EXPECT_EQ(frames, kFrames) << text.substr(0, 500);
  }
  if (std::system("command -v dnstap-read > /dev/null") == 0) {
    ++readers;
    EXPECT_EQ(run("dnstap-read"), 0);
    const std::string text = ReadFile(dir_ / "out");
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kFrames) << text.substr(0, 500);
    EXPECT_NE(text.find("n99.example/IN/A"), std::string::npos) << text.substr(0, 500);
  }
  if (readers == 0)
    GTEST_SKIP() << "neither fstrm_dump nor dnstap-read found (packages fstrm-bin, bind9-dnsutils)";
}

}  // namespace
}  // namespace pdns::archive
