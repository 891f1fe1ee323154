// Compressed captures share the memory that they take to be unpacked: in bounds, without a deadlock
// and without another answer.
#include <gtest/gtest.h>
#include <zstd.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "frame/input/unpack_memory.h"
#include "ingest/file_run.h"
#include "unit/ingest/run.h"
#include "unit/support/frame_stream.h"
#include "unit/support/sanitized.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::DataFrame;
using pdns::testing::kSanitized;
using pdns::testing::OpenCapture;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using States_ = std::vector<source::State>;

constexpr std::size_t kMib = 1U << 20;

// A zstd frame whose window is of 2^log bytes, whatever is in it.
std::string Zstd(const std::string& bytes, int log) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                        ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, log);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  std::string out(ZSTD_compressBound(bytes.size()) + 64, '\0');
  ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  while (from.pos < from.size)  // not at one go, which would know the size
    ZSTD_compressStream2(context.get(), &to, &from, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context.get(), &to, &from, ZSTD_e_end), 0U);
  out.resize(to.pos);
  return out;
}

// "VmHWM" and the like, in bytes.
std::size_t OfProcess(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoul(line.substr(field.size() + 1)) << 10;
  }
  return 0;
}

struct Unpacked : ::testing::Test {
  std::string File(const std::string& name, const std::string& bytes) {
    WriteFile(dir / name, bytes);
    return dir / name;
  }

  RunReport Run(const std::vector<std::string>& paths, std::size_t cores) {
    FilePlan plan;
    plan.sources = source::ListPaths(paths);
    plan.cores = cores;
    plan.flush_interval = std::chrono::hours(1);
    plan.memory = &memory;
    const Sink sink = store.sink();
    Claims claims(sink);
    Drainer drainer(sink, [] {});
    source::Progress progress;
    auto report = ReadFiles(plan, drainer, claims, stop, progress);
    EXPECT_TRUE(drainer.Finish().ok());
    EXPECT_TRUE(report.ok());
    if (!report.ok()) return {};
    for (const source::Report& source : report->sources)
      EXPECT_TRUE(source.counters.AddUp()) << source.name;
    EXPECT_EQ(progress.frames, report->Total().frames);
    EXPECT_EQ(memory.held(), 0U);
    EXPECT_LE(memory.peak(), memory.most());
    return std::move(*report);
  }

  TempDir dir;
  MemorySink store;
  frame::UnpackMemory memory{70 * kMib, "give more"};
  Stop stop;
};

TEST_F(Unpacked, ThePeakOfManyStaysUnderTheBound) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer keeps what is freed";
  constexpr unsigned kFiles = 5;
  constexpr int kWindowLog = 26;
  std::vector<std::string> paths;
  for (unsigned i = 0; i < kFiles; ++i) {
    std::string capture = OpenCapture({NumberedPayload("h", i)});
    // No message in it: a frame that costs nothing but its bytes.
    const std::string filler = DataFrame(std::string(64U << 10, '\0'));
    while (capture.size() < (std::size_t{1} << kWindowLog) + 4 * kMib) capture += filler;
    paths.push_back(File("capture-" + std::to_string(i), Zstd(capture + StopFrame(), kWindowLog)));
  }
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins here
  const std::size_t before = OfProcess("VmRSS");
  const RunReport report = Run(paths, kFiles);
  EXPECT_EQ(States(report), States_(kFiles, source::State::kComplete));
  ExpectNumbered(store, "h", kFiles);
  constexpr std::size_t kBesideIt = kFiles * 4 * kMib;  // what readers and their inputs hold
  EXPECT_LT(OfProcess("VmHWM"), before + memory.most() + kBesideIt);
}

// Copies of each other, under many names: whoever reads the first of them is waited for by the
// others. Each takes little at its beginning and nearly all there is further on.
TEST_F(Unpacked, ThoseWhoTakeMoreFurtherOnComeToTheirEnd) {
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> paths;
    const std::string series = "r" + std::to_string(round) + "s";
    for (unsigned i = 0; i < 4; ++i) {
      const auto payloads = NumberedPayloads(series + std::to_string(i) + "x", 400);
      const std::string capture = Capture(payloads);
      const std::size_t third = capture.size() / 3;
      for (const int log : {22, 23}) {
        const std::string packed = Zstd(capture.substr(0, third), log) +
                                   Zstd(capture.substr(third, third), log + 1) +
                                   Zstd(capture.substr(2 * third), 26);
        paths.push_back(File("f" + std::to_string(i) + "-" + std::to_string(log), packed));
      }
    }
    const RunReport report = Run(paths, paths.size());
    for (const source::Report& source : report.sources) {
      // A copy that let go of its claim for the memory may be read further by its twin, and the
      // other way round: which of them ends it is chance.
      EXPECT_TRUE(source.state == source::State::kComplete ||
                  source.state == source::State::kContinued ||
                  source.state == source::State::kAlreadyTaken)
          << source.name << ": " << source.reason;
    }
    EXPECT_EQ(report.Total().frames, 4U * 400U);
    for (unsigned i = 0; i < 4; ++i) ExpectNumbered(store, series + std::to_string(i) + "x", 400);
  }
}

TEST_F(Unpacked, WhatNeverFitsIsToldAndWhatStoodBeforeIsTaken) {
  const auto payloads = NumberedPayloads("h", 200);
  const std::string capture = Capture(payloads);
  const std::size_t half = OpenCapture({payloads.begin(), payloads.begin() + 100}).size();
  const std::string path =
      File("dear", Zstd(capture.substr(0, half), 20) + Zstd(capture.substr(half), 27));
  for (int again = 0; again < 2; ++again) {
    const RunReport report = Run({path}, 2);
    EXPECT_EQ(States(report), States_{source::State::kUnreadable});
    EXPECT_EQ(report.sources[0].reason,
              "zstd: it takes 129 MiB to unpack, and files may have 70 together; give more");
    ExpectNumbered(store, "h", 100);
  }
  frame::UnpackMemory more(140 * kMib, "");
  RunSettings settings;
  settings.unpack_memory = more.most();
  EXPECT_EQ(States(RunFiles(store, {path}, settings)), States_{source::State::kContinued});
  ExpectNumbered(store, "h", 200);
}

// What a reader has read before is handed over before it waits: another may wait for that.
struct Parked : Unpacked {
  // The run, while another holds memory; `seen` shall come true meanwhile.
  template <class Seen>
  RunReport RunBeside(const std::vector<std::string>& paths, std::size_t held, Seen seen) {
    auto holder = std::make_unique<frame::UnpackShare>(memory, nullptr);
    EXPECT_TRUE(holder->Grow("test", held).ok());
    std::thread other([&] {
      const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      const auto parked = [&] { return memory.waiting() == 1 && seen(); };
      while (!parked() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
      EXPECT_TRUE(parked());
      holder.reset();
    });
    RunReport report = Run(paths, 1);
    other.join();
    return report;
  }
};

TEST_F(Parked, FramesOfFilesBeforeAreStored) {
  const RunReport report = RunBeside({File("a", Capture(NumberedPayloads("h", 10))),
                                      File("b", Zstd(Capture(NumberedPayloads("i", 10)), 25))},
                                     40 * kMib, [this] { return store.trusted().size() == 10; });
  EXPECT_EQ(States(report), States_(2, source::State::kComplete));
  ExpectNumbered(store, "h", 10);
  ExpectNumbered(store, "i", 10);
}

TEST_F(Parked, WholeFramesOfTheSameFileAreStored) {
  const std::string capture = Capture(NumberedPayloads("h", 100));
  const std::size_t half = capture.size() / 2;
  const RunReport report =
      RunBeside({File("a", Zstd(capture.substr(0, half), 20) + Zstd(capture.substr(half), 25))},
                40 * kMib, [this] { return store.trusted().size() >= 49; });
  EXPECT_EQ(States(report), States_{source::State::kComplete});
  EXPECT_EQ(report.Total().frames, 100U);
  ExpectNumbered(store, "h", 100);
}

TEST_F(Parked, AStopEndsIt) {
  const std::string capture = Capture(NumberedPayloads("h", 100));
  const std::size_t half = capture.size() / 2;
  const std::vector<std::string> paths{
      File("a", Zstd(capture.substr(0, half), 20) + Zstd(capture.substr(half), 25))};
  frame::UnpackShare holder(memory, nullptr);
  ASSERT_TRUE(holder.Grow("test", 40 * kMib).ok());
  std::thread other([&] {
    while (memory.waiting() != 1) std::this_thread::yield();
    stop.Request();
  });
  FilePlan plan;
  plan.sources = source::ListPaths(paths);
  plan.memory = &memory;
  const Sink sink = store.sink();
  Claims claims(sink);
  Drainer drainer(store.sink(), [] {});
  source::Progress progress;
  const auto report = ReadFiles(plan, drainer, claims, stop, progress);
  other.join();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(States(*report), States_{source::State::kInterrupted});
  RunSettings settings;
  EXPECT_EQ(States(RunFiles(store, paths, settings)), States_{source::State::kContinued});
  ExpectNumbered(store, "h", 100);
}

}  // namespace
}  // namespace pdns::ingest
