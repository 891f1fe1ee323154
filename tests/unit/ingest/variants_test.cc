// Captures that begin with the same frame and then differ: each is a source of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "unit/ingest/run.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/stdin_pipe.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::OpenCapture;
using pdns::testing::StdinPipe;
using pdns::testing::TempDir;
using pdns::testing::U32;
using pdns::testing::WriteFile;

constexpr auto kComplete = source::State::kComplete;
constexpr auto kContinued = source::State::kContinued;
constexpr auto kAlreadyTaken = source::State::kAlreadyTaken;
constexpr auto kCutTail = source::State::kCutTail;

// The first frame, then `count` frames of `series`.
std::vector<std::string> After(const std::string& series, unsigned count) {
  std::vector<std::string> payloads{NumberedPayload("first", 0)};
  for (std::string& payload : NumberedPayloads(series, count))
    payloads.push_back(std::move(payload));
  return payloads;
}

struct Variants : ::testing::Test {
  std::string File(const std::string& name, const std::string& bytes) {
    WriteFile(dir / name, bytes);
    return dir / name;
  }

  source::State StateOf(const std::string& path) { return States(RunFiles(memory, {path})).at(0); }

  TempDir dir;
  MemorySink memory;
};

TEST_F(Variants, LongerOnesAreTakenAndRemembered) {
  const std::string a = File("a", Capture(After("aa", 20)));
  const std::string b = File("b", Capture(After("bb", 30)));
  const std::string c = File("c", Capture(After("ccccc", 40)));  // frames of another size
  EXPECT_EQ(StateOf(a), kComplete);
  EXPECT_EQ(StateOf(b), kComplete);
  EXPECT_EQ(StateOf(c), kComplete);
  for (const std::string& path : {c, a, b}) EXPECT_EQ(StateOf(path), kAlreadyTaken);
  ExpectNumbered(memory, "aa", 20);
  ExpectNumbered(memory, "bb", 30);
  ExpectNumbered(memory, "ccccc", 40);
  ExpectNumbered(memory, "first", 1, 3);
}

TEST_F(Variants, OfTheSameLength) {
  EXPECT_EQ(StateOf(File("a", Capture(After("aa", 20)))), kComplete);
  EXPECT_EQ(StateOf(File("b", Capture(After("bb", 20)))), kComplete);
  ExpectNumbered(memory, "aa", 20);
  ExpectNumbered(memory, "bb", 20);
}

TEST_F(Variants, EachGrowsByItself) {
  EXPECT_EQ(StateOf(File("a", OpenCapture(After("aa", 10)))), kCutTail);
  EXPECT_EQ(StateOf(File("b", OpenCapture(After("bb", 15)))), kCutTail);
  EXPECT_EQ(StateOf(File("b", Capture(After("bb", 25)))), kContinued);
  EXPECT_EQ(StateOf(File("a", Compress("zstd", Capture(After("aa", 40))))), kContinued);
  ExpectNumbered(memory, "aa", 40);
  ExpectNumbered(memory, "bb", 25);
  ExpectNumbered(memory, "first", 1, 2);
}

TEST_F(Variants, MetInOneRun) {
  const std::vector<std::string> paths{File("a", Capture(After("aa", 100))),
                                       File("b", Capture(After("bb", 100))),
                                       File("c", Capture(After("aa", 100)))};
  for (int trial = 0; trial < 10; ++trial) {
    MemorySink fresh;
    const RunReport report = RunFiles(fresh, paths, {1, std::chrono::hours(1)});
    const auto states = States(report);
    EXPECT_EQ(std::count(states.begin(), states.end(), kComplete), 2);
    EXPECT_EQ(std::count(states.begin(), states.end(), kAlreadyTaken), 1);
    ExpectNumbered(fresh, "aa", 100);
    ExpectNumbered(fresh, "bb", 100);
    ExpectNumbered(fresh, "first", 1, 2);
  }
}

// Where the other capture ended lies the inside of a frame here, and its bytes look like a length
// that reaches beyond the end, like one beyond all limits, and like a control frame.
TEST_F(Variants, ThePlaceLiesInsideAFrame) {
  EXPECT_EQ(StateOf(File("a", Capture(After("aa", 20)))), kComplete);
  unsigned number = 0;
  for (const std::uint32_t length : {0x000f0000U, 0xffffffffU, 0U, 1U}) {
    pdns::testing::Dnstap filler;  // its extra bytes are one pattern throughout
    filler.type = 5;
    filler.identity.emplace();
    for (int i = 0; i < 2000; ++i) *filler.identity += U32(length);
    for (std::size_t shift = 0; shift < 4; ++shift, ++number) {
      *filler.identity += 'x';
      const std::string series = Numbered("s", number) + "x";
      std::vector<std::string> payloads{NumberedPayload("first", 0),
                                        std::string(shift, '\0') + pdns::testing::Payload(filler)};
      for (std::string& payload : NumberedPayloads(series, 5))
        payloads.push_back(std::move(payload));
      const std::string path = File("b", Capture(payloads));
      EXPECT_EQ(StateOf(path), kComplete) << length << " " << shift;
      EXPECT_EQ(StateOf(path), kAlreadyTaken) << length << " " << shift;
      ExpectNumbered(memory, series, 5);
    }
  }
}

// All that the other has but one frame in its midst, which takes as many bytes.
TEST_F(Variants, OneFrameInTheMidst) {
  std::vector<std::string> payloads = After("aa", 200);
  EXPECT_EQ(StateOf(File("a", Capture(payloads))), kComplete);
  payloads[100] = NumberedPayload("bb", 99);
  EXPECT_EQ(StateOf(File("b", Capture(payloads))), kComplete);
  EXPECT_EQ(StateOf(File("b", Compress("zstd", Capture(payloads)))), kAlreadyTaken);
  EXPECT_EQ(StateOf(File("a", Capture(After("aa", 200)))), kAlreadyTaken);
  EXPECT_EQ(memory.counters().frames, 402U);
}

TEST_F(Variants, ShorterOnesAreTakenToo) {
  EXPECT_EQ(StateOf(File("a", Capture(After("aa", 1000)))), kComplete);
  EXPECT_EQ(StateOf(File("b", Capture(After("bb", 40)))), kComplete);
  EXPECT_EQ(StateOf(File("c", Capture(After("cc", 400)))), kComplete);
  ExpectNumbered(memory, "aa", 1000);
  ExpectNumbered(memory, "bb", 40);
  ExpectNumbered(memory, "cc", 400);
  for (const char* path : {"a", "b", "c"}) EXPECT_EQ(StateOf(dir / path), kAlreadyTaken);
}

// The beginning of what was taken is not taken again; how far that is known is said.
TEST_F(Variants, TheBeginningOfOneIsThatOne) {
  EXPECT_EQ(StateOf(File("a", Capture(After("aa", 1000)))), kComplete);
  const RunReport report = RunFiles(memory, {File("b", Capture(After("aa", 500)))});
  EXPECT_EQ(States(report), std::vector<source::State>{kAlreadyTaken});
  EXPECT_EQ(report.sources[0].reason,
            "ends before what was taken of it already; its last 21 frames are not compared");
  const RunReport whole = RunFiles(memory, {File("c", Capture(After("aa", 511)))});
  EXPECT_EQ(whole.sources[0].reason, "ends before what was taken of it already");
  ExpectNumbered(memory, "aa", 1000);
}

// What was read of a file says nothing of another one that lies there when it is opened anew.
TEST_F(Variants, AnotherFileLiesThereWhenItIsOpenedAnew) {
  const std::string taken = Capture(After("aa", 20));
  EXPECT_EQ(StateOf(File("a", taken)), kComplete);
  const std::string path = File("b", Capture(After("bb", 20)));
  File("a again", taken);
  // Not variant 0: then 1 is asked for, and the file is opened anew as that.
  int asked = 0;
  memory.before_progress = [&](const record::SourceId& id) {
    if (id.variant == 1 && asked++ == 0) std::filesystem::rename(dir / "a again", path);
  };
  EXPECT_EQ(StateOf(path), kAlreadyTaken);
  EXPECT_EQ(asked, 1);
  ExpectNumbered(memory, "aa", 20);
  ExpectNumbered(memory, "first", 1);
}

// A pipe cannot be looked at twice: it is refused with words, and nothing of it is taken.
TEST_F(Variants, FromAPipeTheyAreRefused) {
  EXPECT_EQ(StateOf(File("a", Capture(After("aa", 20)))), kComplete);
  StdinPipe pipe;
  pipe.Write(Capture(After("bb", 30)));
  pipe.CloseWriter();
  const RunReport report = RunFiles(memory, {"-"});
  EXPECT_EQ(States(report), std::vector<source::State>{source::State::kUnreadable});
  EXPECT_NE(report.sources[0].reason.find("pipe"), std::string::npos);
  EXPECT_TRUE(report.NeedsAttention());
  ExpectNumbered(memory, "bb", 0);
}

}  // namespace
}  // namespace pdns::ingest
