// Files taken while they are written, and what comes after them under their name.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ingest/file_source.h"
#include "ingest/followed_source.h"
#include "unit/ingest/run.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

namespace fs = std::filesystem;
using pdns::testing::AppendToFile;
using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::DataFrame;
using pdns::testing::OpenCapture;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using std::chrono::milliseconds;

// A process that follows a file, in a thread: its claims may be shared with others, as may its
// sink.
class Follower {
 public:
  Follower(MemorySink& memory, Claims& claims, std::string path, milliseconds flush,
           std::size_t workers = 1)
      : drainer_(memory.sink(), [] {}),
        thread_([this, &claims, path = std::move(path), flush, workers] {
          CollectorLimits limits;
          limits.flush_interval = flush;
          limits.workers = workers;
          Collector collector(drainer_, {}, limits);
          FollowedSource source(collector, claims, stop_, progress_);
          source.Follow(path, [this](const source::Report& report, bool ended) {
            const std::lock_guard lock(mutex_);
            EXPECT_TRUE(report.counters.AddUp());
            if (ended) reports_.push_back(report);
            so_far_ = ended ? 0 : report.counters.frames;
          });
          collector.Drain();
        }) {}
  ~Follower() { End(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Stops as a signal does; one report for each file that was followed.
  std::vector<source::Report> End() {
    stop_.Request();
    if (thread_.joinable()) thread_.join();
    EXPECT_TRUE(drainer_.Finish().ok());
    return reports_;
  }
  Drainer& drainer() { return drainer_; }
  void AwaitReports(std::size_t n) {
    for (int i = 0; i < 6000 && Reports() < n; ++i) std::this_thread::sleep_for(milliseconds(10));
    EXPECT_GE(Reports(), n);
  }
  // Frames of the file at hand, as told while it is followed.
  void AwaitFrames(std::uint64_t n) {
    for (int i = 0; i < 6000 && SoFar() < n; ++i) std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(SoFar(), n);
  }
  std::size_t Reports() const {
    const std::lock_guard lock(mutex_);
    return reports_.size();
  }
  std::uint64_t SoFar() const {
    const std::lock_guard lock(mutex_);
    return so_far_;
  }
  const source::Progress& progress() const { return progress_; }

 private:
  Stop stop_;
  source::Progress progress_;
  Drainer drainer_;
  mutable std::mutex mutex_;
  std::vector<source::Report> reports_;
  std::uint64_t so_far_ = 0;
  std::thread thread_;  // last: it uses all that stands above
};

struct FollowTest : ::testing::Test {
  // A process of its own, so that only the sink remembers what was taken.
  struct Process {
    Process(MemorySink& memory, const std::string& path, milliseconds flush, std::size_t workers)
        : claims(sink = memory.sink()), follower(memory, claims, path, flush, workers) {}
    Sink sink;
    Claims claims;
    Follower follower;
  };
  std::unique_ptr<Process> Start(milliseconds flush = milliseconds(20), std::size_t workers = 1) {
    return std::make_unique<Process>(memory, path, flush, workers);
  }
  static std::vector<source::State> StatesOf(const std::vector<source::Report>& reports) {
    std::vector<source::State> states;
    for (const source::Report& report : reports) states.push_back(report.state);
    return states;
  }
  using StateList = std::vector<source::State>;

  TempDir dir;
  std::string path = dir / "file";
  MemorySink memory;
};

TEST_F(FollowTest, WhatComesIsStoredWhileItIsFollowed) {
  const auto process = Start();
  AppendToFile(path, OpenCapture(NumberedPayloads("h", 10)));  // the file was not there yet
  ASSERT_TRUE(memory.AwaitTuples(10));
  for (unsigned i = 10; i < 20; ++i) {
    AppendToFile(path, DataFrame(NumberedPayload("h", i)));
    ASSERT_TRUE(memory.AwaitTuples(i + 1));  // by its age: nothing else drains here
  }
  process->follower.AwaitFrames(20);
  EXPECT_EQ(process->follower.progress().frames, 20U);
  EXPECT_EQ(process->follower.progress().bytes_done, 0U);  // it has no size to be measured by
  const auto reports = process->follower.End();
  EXPECT_EQ(StatesOf(reports), StateList{source::State::kInterrupted});
  EXPECT_EQ(reports[0].counters.frames, 20U);
  EXPECT_EQ(reports[0].name, path);
  EXPECT_EQ(reports[0].id.size(), 32U);
  ExpectNumbered(memory, "h", 20);
}

TEST_F(FollowTest, GrowthInTheMiddleOfFramesAndCapturesOneBehindTheOther) {
  const std::string bytes =
      Capture(NumberedPayloads("h", 3)) + Capture(NumberedPayloads("h", 3, 3));
  const auto process = Start(milliseconds(20), 2);  // by a pool as well as by one worker
  for (std::size_t at = 0; at < bytes.size(); at += 37) AppendToFile(path, bytes.substr(at, 37));
  ASSERT_TRUE(memory.AwaitTuples(6));
  EXPECT_EQ(StatesOf(process->follower.End()), StateList{source::State::kComplete});
  ExpectNumbered(memory, "h", 6);
}

TEST_F(FollowTest, RotationByRename) {
  AppendToFile(path, OpenCapture(NumberedPayloads("a", 10)));
  const auto process = Start();
  ASSERT_TRUE(memory.AwaitTuples(10));
  fs::rename(path, dir / "file.1");
  AppendToFile(dir / "file.1", DataFrame(NumberedPayload("a", 10)) + StopFrame());
  AppendToFile(path, OpenCapture(NumberedPayloads("b", 10)));
  ASSERT_TRUE(memory.AwaitTuples(21));
  fs::rename(path, dir / "file.2");
  AppendToFile(path, Capture(NumberedPayloads("c", 10)));
  ASSERT_TRUE(memory.AwaitTuples(31));
  const auto reports = process->follower.End();
  EXPECT_EQ(StatesOf(reports), (StateList{source::State::kComplete, source::State::kCutTail,
                                          source::State::kComplete}));
  EXPECT_EQ(reports[0].counters.frames, 11U);
  ExpectNumbered(memory, "a", 11);
  ExpectNumbered(memory, "b", 10);
  ExpectNumbered(memory, "c", 10);
}

TEST_F(FollowTest, TruncationAndTheNextCaptureInTheSameFile) {
  AppendToFile(path, OpenCapture(NumberedPayloads("a", 10)));
  const auto process = Start();
  ASSERT_TRUE(memory.AwaitTuples(10));
  WriteFile(path, Capture(NumberedPayloads("b", 5)));
  ASSERT_TRUE(memory.AwaitTuples(15));
  WriteFile(path, Capture(NumberedPayloads("c", 50)));  // longer than what stood there
  ASSERT_TRUE(memory.AwaitTuples(65));
  EXPECT_EQ(
      StatesOf(process->follower.End()),
      (StateList{source::State::kCutTail, source::State::kComplete, source::State::kComplete}));
  ExpectNumbered(memory, "a", 10);
  ExpectNumbered(memory, "b", 5);
  ExpectNumbered(memory, "c", 50);
}

TEST_F(FollowTest, DeletedAndMadeAgain) {
  AppendToFile(path, OpenCapture(NumberedPayloads("a", 10)));
  const auto process = Start();
  ASSERT_TRUE(memory.AwaitTuples(10));
  fs::remove(path);
  process->follower.AwaitReports(1);
  AppendToFile(path, Capture(NumberedPayloads("b", 10)));
  ASSERT_TRUE(memory.AwaitTuples(20));
  EXPECT_EQ(process->follower.End().size(), 2U);
  ExpectNumbered(memory, "a", 10);
  ExpectNumbered(memory, "b", 10);
}

// Stopped anywhere, also amid a frame, while the file grows, and begun again.
TEST_F(FollowTest, ARestartGoesOnWhereItWasLeft) {
  const std::string bytes = Capture(NumberedPayloads("h", 200));
  std::mt19937 random(8);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto process = Start(milliseconds(5));
    for (int i = 0; i < 5; ++i) {
      const std::size_t n = random() % 2000;
      AppendToFile(path, bytes.substr(std::min(at, bytes.size()), n));
      at += n;
      std::this_thread::sleep_for(milliseconds(random() % 10));
    }
    for (const source::Report& report : process->follower.End()) {
      EXPECT_NE(report.state, source::State::kCorrupt) << report.reason;
    }
  }
  const auto process = Start();
  ASSERT_TRUE(memory.AwaitTuples(200));
  process->follower.End();
  ExpectNumbered(memory, "h", 200);
  // And a plain run finds nothing new.
  EXPECT_EQ(States(RunFiles(memory, {path})), StateList{source::State::kAlreadyTaken});
}

TEST_F(FollowTest, NothingNewAfterARestartIsNothing) {
  AppendToFile(path, Capture(NumberedPayloads("h", 10)));
  RunFiles(memory, {path});
  const auto process = Start();
  AppendToFile(path, Capture(NumberedPayloads("h", 1, 10)));
  ASSERT_TRUE(memory.AwaitTuples(11));
  const auto reports = process->follower.End();
  EXPECT_EQ(StatesOf(reports), StateList{source::State::kContinued});
  EXPECT_EQ(reports[0].counters.frames, 1U);
  ExpectNumbered(memory, "h", 11);
}

// A file shorter than what was taken of it: a copy on its way, say. It waits, and holds nobody up.
TEST_F(FollowTest, AFileThatIsBehindTheLedger) {
  const std::string bytes = OpenCapture(NumberedPayloads("h", 50));
  WriteFile(dir / "original", bytes);
  RunFiles(memory, {dir / "original"});
  AppendToFile(path, bytes.substr(0, bytes.size() / 2));
  const auto process = Start();
  std::this_thread::sleep_for(milliseconds(20));
  AppendToFile(path, bytes.substr(bytes.size() / 2) + DataFrame(NumberedPayload("h", 50)));
  ASSERT_TRUE(memory.AwaitTuples(51));
  process->follower.End();
  ExpectNumbered(memory, "h", 51);
}

// While nothing comes, the file belongs to nobody: a run over its folder ends, and neither counts
// what the other took.
TEST_F(FollowTest, OthersMayTakeWhatIsFollowed) {
  const Sink sink = memory.sink();
  Claims claims(sink);
  const auto payloads = NumberedPayloads("h", 400);
  AppendToFile(path, StartFrame());
  Follower first(memory, claims, path, milliseconds(5));
  std::atomic<bool> done{false};
  std::thread nightly([&] {
    Collector collector(first.drainer(), {}, {});
    Stop stop;
    source::Progress progress;
    FileSource source(collector, claims, stop, progress);
    while (!done) {
      const source::Report report = source.Read(path);
      EXPECT_NE(report.state, source::State::kUnreadable) << report.reason;
      collector.Drain();
    }
  });
  std::mt19937 random(9);
  for (const std::string& payload : payloads) {
    const std::string frame = DataFrame(payload);
    const std::size_t cut = random() % frame.size();
    AppendToFile(path, frame.substr(0, cut));
    AppendToFile(path, frame.substr(cut));
  }
  EXPECT_TRUE(memory.AwaitTuples(400));
  done = true;
  nightly.join();
  first.End();
  ExpectNumbered(memory, "h", 400);
}

// A test's sink holds a position to growing, so this is about order as well.
TEST_F(FollowTest, TwoFollowOneFile) {
  const Sink sink = memory.sink();
  Claims claims(sink);
  Drainer drainer(sink, [] {});
  Stop stop;
  source::Progress progress;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      CollectorLimits limits;
      limits.flush_interval = milliseconds(3);
      Collector collector(drainer, {}, limits);
      FollowedSource source(collector, claims, stop, progress);
      source.Follow(path, [](const source::Report&, bool) {});
      collector.Drain();
    });
  }
  AppendToFile(path, StartFrame());
  for (const std::string& payload : NumberedPayloads("h", 300))
    AppendToFile(path, DataFrame(payload));
  EXPECT_TRUE(memory.AwaitTuples(300));
  stop.Request();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(drainer.Finish().ok());
  EXPECT_EQ(progress.frames, 300U);
  ExpectNumbered(memory, "h", 300);
}

TEST_F(FollowTest, WhatIsNoCaptureIsToldOnceAndTheNextFileTaken) {
  AppendToFile(path, "; a zone file, by mistake\n");
  const auto process = Start();
  process->follower.AwaitReports(1);
  AppendToFile(path, "more of it");
  WriteFile(dir / "next", Capture(NumberedPayloads("h", 10)));
  fs::rename(dir / "next", path);
  ASSERT_TRUE(memory.AwaitTuples(10));
  const auto reports = process->follower.End();
  EXPECT_EQ(StatesOf(reports), (StateList{source::State::kUnreadable, source::State::kComplete}));
}

TEST_F(FollowTest, ABrokenFileIsLeftForTheNext) {
  AppendToFile(path, OpenCapture(NumberedPayloads("a", 5)) + "\x7f\xff\xff\xff and on");
  const auto process = Start();
  process->follower.AwaitReports(1);
  AppendToFile(path, DataFrame(NumberedPayload("a", 5)));  // behind a fault nothing can be trusted
  fs::rename(path, dir / "file.1");
  AppendToFile(path, Capture(NumberedPayloads("b", 5)));
  ASSERT_TRUE(memory.AwaitTuples(10));
  const auto reports = process->follower.End();
  EXPECT_EQ(StatesOf(reports), (StateList{source::State::kCorrupt, source::State::kComplete}));
  ExpectNumbered(memory, "a", 5);
  ExpectNumbered(memory, "b", 5);
  for (int i = 0; i < 2; ++i) {  // and once more as a file
    EXPECT_EQ(memory.counters().frames, 11U);
    EXPECT_EQ(memory.counters().Of(record::FrameOutcome::kMalformedFrame), 1U);
    RunFiles(memory, {dir / "file.1"});
  }
}

// The file was let go while it was silent; a nightly run met the fault meanwhile, or did not.
TEST_F(FollowTest, AFaultBehindASilenceCountsOnce) {
  for (const bool nightly : {false, true}) {
    MemorySink fresh;
    const Sink sink = fresh.sink();
    Claims claims(sink);
    const std::string file = dir / (nightly ? "with" : "without");
    WriteFile(file, OpenCapture(NumberedPayloads("a", 5)));
    Follower follower(fresh, claims, file, milliseconds(1));
    follower.AwaitFrames(5);  // told when it was let go
    if (nightly) {
      WriteFile(dir / "copy", OpenCapture(NumberedPayloads("a", 5)) + "\x7f\xff\xff\xff");
      Stop never;
      source::Progress progress;
      Collector collector(follower.drainer(), {}, {});
      FileSource source(collector, claims, never, progress);
      EXPECT_EQ(source.Read(dir / "copy").state, source::State::kCorrupt);
      collector.Drain();
    }
    AppendToFile(file, "\x7f\xff\xff\xff and on");
    fs::rename(file, file + ".1");
    follower.AwaitReports(1);
    EXPECT_EQ(StatesOf(follower.End()), StateList{source::State::kCorrupt});
    EXPECT_EQ(fresh.counters().frames, 6U) << nightly;
    EXPECT_EQ(fresh.counters().Of(record::FrameOutcome::kMalformedFrame), 1U) << nightly;
  }
}

TEST_F(FollowTest, WhatCannotBeOpenedIsToldOnceAndTriedAgain) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const auto process = Start();
  process->follower.AwaitReports(1);
  std::this_thread::sleep_for(milliseconds(1200));  // a second try at least, most often
  EXPECT_EQ(process->follower.Reports(), 1U);
  fs::remove(path);
  AppendToFile(path, Capture(NumberedPayloads("h", 10)));
  ASSERT_TRUE(memory.AwaitTuples(10));
  EXPECT_EQ(StatesOf(process->follower.End()),
            (StateList{source::State::kUnreadable, source::State::kComplete}));
}

// The place where the ledger left the one may lie anywhere in the other, with bytes there that seem
// the length of a large frame: nobody may wait for it.
TEST_F(FollowTest, CapturesThatBeginAlike) {
  WriteFile(dir / "before", Capture(NumberedPayloads("h", 5)));
  RunFiles(memory, {dir / "before"});
  const std::string head = OpenCapture({NumberedPayload("h", 0)});
  for (unsigned i = 0; i < 5; ++i) {
    const std::string between = DataFrame(std::string(1 + 10 * i, '\0'));
    const std::string series = Numbered("k", i) + "-";
    WriteFile(path, head + between +
                        OpenCapture(NumberedPayloads(series, 5)).substr(StartFrame().size()));
    const auto process = Start();
    ASSERT_TRUE(memory.AwaitTuples(5 + 5 * (i + 1))) << i;
    process->follower.End();
  }
}

TEST_F(FollowTest, AStopBeforeThereIsAnything) {
  EXPECT_TRUE(Start()->follower.End().empty());
  AppendToFile(path, "");
  const auto process = Start();
  std::this_thread::sleep_for(milliseconds(20));
  for (const source::Report& report : process->follower.End()) {
    EXPECT_EQ(report.state, source::State::kInterrupted);
  }
}

}  // namespace
}  // namespace pdns::ingest
