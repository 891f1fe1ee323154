// A capture is taken once, under whatever name and however often it is met.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "unit/ingest/run.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::DataFrame;
using pdns::testing::kCompressions;
using pdns::testing::OpenCapture;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using States_ = std::vector<source::State>;

constexpr auto kComplete = source::State::kComplete;
constexpr auto kContinued = source::State::kContinued;
constexpr auto kAlreadyTaken = source::State::kAlreadyTaken;
constexpr auto kCutTail = source::State::kCutTail;

struct ExactlyOnce : ::testing::Test {
  std::string File(const std::string& name, const std::string& bytes) {
    WriteFile(dir / name, bytes);
    return dir / name;
  }

  TempDir dir;
  MemorySink memory;
};

TEST_F(ExactlyOnce, TwiceIsOnce) {
  const std::string path = File("a", Capture(NumberedPayloads("h", 100)));
  const RunReport first = RunFiles(memory, {path});
  EXPECT_EQ(States(first), States_{kComplete});
  EXPECT_EQ(first.Total().frames, 100U);
  EXPECT_EQ(first.applied.tuples_new, 100U);
  EXPECT_EQ(first.sources[0].id.size(), 32U);
  for (int again = 0; again < 3; ++again) {
    const RunReport report = RunFiles(memory, {path});
    EXPECT_EQ(States(report), States_{kAlreadyTaken});
    EXPECT_EQ(report.sources[0].id, first.sources[0].id);
    EXPECT_EQ(report.Total().frames, 0U);
    EXPECT_EQ(report.applied.tuples_new + report.applied.tuples_updated, 0U);
  }
  ExpectNumbered(memory, "h", 100);
}

TEST_F(ExactlyOnce, ACaptureOfOneFrame) {
  const std::string path = File("a", Capture(NumberedPayloads("h", 1)));
  EXPECT_EQ(States(RunFiles(memory, {path})), States_{kComplete});
  EXPECT_EQ(States(RunFiles(memory, {path})), States_{kAlreadyTaken});
  File("a", Capture(NumberedPayloads("h", 2)));
  EXPECT_EQ(States(RunFiles(memory, {path})), States_{kContinued});
  ExpectNumbered(memory, "h", 2);
}

TEST_F(ExactlyOnce, AFileThatHasGrownIsContinued) {
  const auto payloads = NumberedPayloads("h", 60);
  for (const unsigned frames : {10U, 11U, 40U, 60U}) {
    const std::vector<std::string> part(payloads.begin(), payloads.begin() + frames);
    const RunReport report = RunFiles(memory, {File("a", OpenCapture(part))});
    EXPECT_EQ(States(report), States_{kCutTail});
    ExpectNumbered(memory, "h", frames);
  }
  const RunReport stopped = RunFiles(memory, {File("a", Capture(payloads))});
  EXPECT_EQ(States(stopped), States_{kAlreadyTaken});
  ExpectNumbered(memory, "h", 60);
}

TEST_F(ExactlyOnce, WhatHasComeSinceIsContinued) {
  const auto payloads = NumberedPayloads("h", 60);
  const std::vector<std::string> part(payloads.begin(), payloads.begin() + 30);
  RunFiles(memory, {File("a", OpenCapture(part))});
  const RunReport report = RunFiles(memory, {File("a", Capture(payloads))});
  EXPECT_EQ(States(report), States_{kContinued});
  EXPECT_EQ(report.Total().frames, 30U);
  ExpectNumbered(memory, "h", 60);
}

TEST_F(ExactlyOnce, ACaptureAppendedToAClosedOne) {
  const std::string first = Capture(NumberedPayloads("h", 20));
  RunFiles(memory, {File("a", first)});
  const RunReport report =
      RunFiles(memory, {File("a", first + Capture(NumberedPayloads("h", 20, 20)))});
  EXPECT_EQ(States(report), States_{kContinued});
  EXPECT_EQ(report.Total().frames, 20U);
  ExpectNumbered(memory, "h", 40);
}

// A file read while it is written, at every byte of two frames.
TEST_F(ExactlyOnce, CutAnywhereAndReadAgain) {
  const std::string whole = Capture(NumberedPayloads("h", 6));
  const std::size_t from = OpenCapture(NumberedPayloads("h", 2)).size();
  const std::size_t to = OpenCapture(NumberedPayloads("h", 4)).size();
  for (std::size_t cut = from; cut <= to; ++cut) {
    MemorySink fresh;
    EXPECT_EQ(States(RunFiles(fresh, {File("a", whole.substr(0, cut))})), States_{kCutTail});
    ExpectNumbered(fresh, "h", cut == to ? 4 : cut - from < (to - from) / 2 ? 2 : 3);
    EXPECT_EQ(States(RunFiles(fresh, {File("a", whole.substr(0, cut))})), States_{kAlreadyTaken});
    EXPECT_EQ(States(RunFiles(fresh, {File("a", whole)})), States_{kContinued});
    ExpectNumbered(fresh, "h", 6);
  }
}

TEST_F(ExactlyOnce, ARenamedFileIsTheSame) {
  const std::string bytes = Capture(NumberedPayloads("h", 50));
  RunFiles(memory, {File("a", bytes)});
  std::filesystem::rename(dir / "a", dir / "b");
  EXPECT_EQ(States(RunFiles(memory, {dir / "b"})), States_{kAlreadyTaken});
  ExpectNumbered(memory, "h", 50);
}

TEST_F(ExactlyOnce, ACompressedTwinIsTheSame) {
  const auto payloads = NumberedPayloads("h", 500);
  RunFiles(memory, {File("a", Capture(payloads))});
  for (const char* format : kCompressions) {
    const RunReport report = RunFiles(memory, {File("b", Compress(format, Capture(payloads)))});
    EXPECT_EQ(States(report), States_{kAlreadyTaken}) << format;
  }
  ExpectNumbered(memory, "h", 500);
  // And one that was taken compressed, and has grown, goes on uncompressed.
  MemorySink other;
  const std::vector<std::string> part(payloads.begin(), payloads.begin() + 200);
  RunFiles(other, {File("c", Compress("zstd", OpenCapture(part)))});
  EXPECT_EQ(States(RunFiles(other, {File("d", Capture(payloads))})), States_{kContinued});
  ExpectNumbered(other, "h", 500);
}

// Two readers may meet the copies at once; only one may take them.
TEST_F(ExactlyOnce, CopiesInOneRunAreTakenOnce) {
  const std::string bytes = Capture(NumberedPayloads("h", 300));
  const std::vector<std::string> paths{File("a", bytes), File("b", bytes),
                                       File("c", Compress("gzip", bytes)),
                                       File("d", Compress("lz4", bytes))};
  for (int trial = 0; trial < 15; ++trial) {
    MemorySink fresh;
    const RunReport report = RunFiles(fresh, paths, {trial % 2 == 0 ? 1U : 64U << 20, {}});
    auto states = States(report);
    EXPECT_EQ(std::count(states.begin(), states.end(), kComplete), 1);
    EXPECT_EQ(std::count(states.begin(), states.end(), kAlreadyTaken), 3);
    EXPECT_EQ(report.Total().frames, 300U);
    ExpectNumbered(fresh, "h", 300);
  }
}

TEST_F(ExactlyOnce, AShorterCopyHoldsNothingNew) {
  const auto payloads = NumberedPayloads("h", 50);
  RunFiles(memory, {File("a", Capture(payloads))});
  for (const std::size_t frames : {1U, 2U, 25U, 49U}) {
    const auto end = payloads.begin() + static_cast<std::ptrdiff_t>(frames);
    const std::string part = OpenCapture(std::vector<std::string>(payloads.begin(), end));
    EXPECT_EQ(States(RunFiles(memory, {File("b", part)})), States_{kAlreadyTaken});
    EXPECT_EQ(States(RunFiles(memory, {File("b", part + std::string("\0\0", 2))})),
              States_{kAlreadyTaken});
    EXPECT_EQ(States(RunFiles(memory, {File("b", Compress("xz", part))})), States_{kAlreadyTaken});
  }
  ExpectNumbered(memory, "h", 50);
}

// Prefixes, wholes, copies and compressed ones of several captures, in any order, in any number of
// runs and however the windows fall.
TEST_F(ExactlyOnce, AnyMixInAnyOrder) {
  std::mt19937 random(30);
  std::vector<std::string> paths;
  std::vector<unsigned> sizes;
  for (const char* series : {"a", "b", "c"}) {
    sizes.push_back(20 + static_cast<unsigned>(random() % 200));
    const auto payloads = NumberedPayloads(series, sizes.back());
    const std::string whole = Capture(payloads);
    paths.push_back(File(std::string(series) + "0", whole));
    paths.push_back(File(std::string(series) + "1", Compress("zstd", whole)));
    for (int part = 2; part < 5; ++part) {
      const std::string prefix = whole.substr(0, random() % whole.size());
      paths.push_back(File(Numbered(series, static_cast<unsigned>(part)), prefix));
    }
  }
  for (int trial = 0; trial < 25; ++trial) {
    MemorySink fresh;
    std::shuffle(paths.begin(), paths.end(), random);
    for (std::size_t at = 0; at < paths.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % paths.size(), paths.size() - at);
      const auto from = paths.begin() + static_cast<std::ptrdiff_t>(at);
      RunFiles(fresh, {from, from + static_cast<std::ptrdiff_t>(n)},
               {random() % 2 == 0 ? 1U : 64U << 20, std::chrono::nanoseconds(1)});
      at += n;
    }
    ExpectNumbered(fresh, "a", sizes[0]);
    ExpectNumbered(fresh, "b", sizes[1]);
    ExpectNumbered(fresh, "c", sizes[2]);
  }
}

// One reader has the beginning in its window while another goes on from there.
TEST_F(ExactlyOnce, GrownCopiesInOneRun) {
  const auto payloads = NumberedPayloads("h", 400);
  std::vector<std::string> paths;
  for (const unsigned frames : {100U, 200U, 300U, 400U}) {
    const std::vector<std::string> part(payloads.begin(), payloads.begin() + frames);
    paths.push_back(File(Numbered("part", frames), OpenCapture(part)));
  }
  for (int trial = 0; trial < 40; ++trial) {
    MemorySink fresh;
    const RunReport report = RunFiles(fresh, paths);
    EXPECT_EQ(report.Total().frames, 400U);
    ExpectNumbered(fresh, "h", 400);
    RunFiles(fresh, paths);  // the ledger is right as well
    ExpectNumbered(fresh, "h", 400);
  }
}

// The disk fails at any batch, as good as a kill there; the next run makes up for it.
TEST_F(ExactlyOnce, AFailureAnywhereThenAgain) {
  const std::vector<std::string> paths{File("begun", OpenCapture(NumberedPayloads("a", 60))),
                                       File("a", Capture(NumberedPayloads("a", 150))),
                                       File("b", OpenCapture(NumberedPayloads("b", 150)))};
  std::mt19937 random(31);
  for (int trial = 0; trial < 30; ++trial) {
    MemorySink fresh;
    std::atomic<std::size_t> left{random() % 100};
    fresh.before_apply = [&left](std::size_t) {
      return left-- == 0 ? Status::Io("disk full") : Status();
    };
    Stop stop;
    const auto failed = RunOn(fresh, paths, stop, {1, std::chrono::hours(1)});
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.status().message(), "disk full");
    EXPECT_TRUE(stop.requested());
    EXPECT_LT(fresh.observations(), 300U);
    fresh.before_apply = [](std::size_t) { return Status(); };
    RunFiles(fresh, paths);
    ExpectNumbered(fresh, "a", 150);
    ExpectNumbered(fresh, "b", 150);
  }
}

}  // namespace
}  // namespace pdns::ingest
