#include "frame/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::Capture;
using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::kDnstapType;
using pdns::testing::MemoryInput;
using pdns::testing::OpenCapture;
using pdns::testing::RawControl;
using pdns::testing::ReadyFrame;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::TestData;
using pdns::testing::U32;

constexpr std::uint64_t kBindFrames = 1661;  // tests/data/bind-rr.counters.txt

struct Outcome {
  std::vector<std::string> frames;
  std::vector<std::uint64_t> positions;
  End end = End::kNone;
  std::string reason;
};

Outcome ReadAll(Reader& reader) {
  Outcome outcome;
  while (const auto frame = reader.Next()) {
    outcome.frames.emplace_back(AsText(*frame));
    outcome.positions.push_back(reader.position());
  }
  outcome.end = reader.end();
  outcome.reason = reader.reason();
  EXPECT_FALSE(reader.Next().has_value());  // and ever after
  EXPECT_EQ(reader.end(), outcome.end);
  EXPECT_EQ(outcome.reason.empty(), outcome.end == End::kStop);
  return outcome;
}

Outcome ReadBytes(const std::string& bytes, std::size_t step = 1U << 30, Status failure = {}) {
  Reader reader(std::make_unique<MemoryInput>(bytes, step, std::move(failure)));
  return ReadAll(reader);
}

using Frames = std::vector<std::string>;

TEST(Reader, AWholeCapture) {
  for (const std::size_t step : {1U, 3U, 1000U}) {
    const Outcome outcome = ReadBytes(Capture({"one", "two"}), step);
    EXPECT_EQ(outcome.frames, (Frames{"one", "two"}));
    const std::uint64_t start = StartFrame().size();
    EXPECT_EQ(outcome.positions, (std::vector<std::uint64_t>{start + 7, start + 14}));
    EXPECT_EQ(outcome.end, End::kStop);
  }
}

TEST(Reader, NoFrameAtAll) {
  EXPECT_EQ(ReadBytes(StartFrame() + StopFrame()).end, End::kStop);
  EXPECT_EQ(ReadBytes(StartFrame()).end, End::kCut);
  EXPECT_EQ(ReadBytes("").end, End::kCut);
}

TEST(Reader, StartMayNameNoContentType) {
  EXPECT_EQ(ReadBytes(ControlFrame(2) + DataFrame("x") + StopFrame()).frames, Frames{"x"});
}

TEST(Reader, WithoutStartItIsForeign) {
  for (const std::string& bytes :
       {DataFrame("x") + StopFrame(), StopFrame(), ReadyFrame() + StartFrame() + DataFrame("x"),
        std::string("this is a text, not a capture"), std::string(100, '\0'),
        std::string(100, '\xff'), RawControl(""), RawControl(std::string(513, 'x'))}) {
    const Outcome outcome = ReadBytes(bytes);
    EXPECT_TRUE(outcome.frames.empty());
    EXPECT_EQ(outcome.end, End::kForeign) << ToHex(AsBytes(bytes.substr(0, 16)));
  }
}

TEST(Reader, AnotherContentTypeIsForeign) {
  const Outcome outcome =
      ReadBytes(ControlFrame(2, {"protobuf:other.Thing"}) + DataFrame("x") + StopFrame());
  EXPECT_TRUE(outcome.frames.empty());
  EXPECT_EQ(outcome.end, End::kForeign);
  EXPECT_NE(outcome.reason.find(kDnstapType), std::string::npos);
}

TEST(Reader, WhatComesBeforeTheDamageIsKept) {
  const std::string good = OpenCapture({"one", "two"});
  for (const std::string& bad :
       {U32(kMaxFrameLength + 1), RawControl("???"), RawControl(std::string(513, 'x')),
        std::string(8, '\0'), StopFrame() + DataFrame("after STOP"),
        StopFrame() + ControlFrame(2, {"other"}), ControlFrame(2, {"other"})}) {
    const Outcome outcome = ReadBytes(good + bad + DataFrame("three") + StopFrame());
    EXPECT_EQ(outcome.frames, (Frames{"one", "two"}));
    EXPECT_EQ(outcome.end, End::kBroken) << ToHex(AsBytes(bad));
  }
}

TEST(Reader, TwoCapturesOneBehindTheOther) {
  const std::string first = Capture({"one"});
  const Outcome outcome = ReadBytes(first + Capture({"two", "three"}));
  EXPECT_EQ(outcome.frames, (Frames{"one", "two", "three"}));
  EXPECT_EQ(outcome.positions[1], first.size() + StartFrame().size() + 7);
  EXPECT_EQ(outcome.end, End::kStop);
  // The writer was killed, another one went on at the end of the file.
  EXPECT_EQ(ReadBytes(OpenCapture({"one"}) + Capture({"two"})).frames, (Frames{"one", "two"}));
  EXPECT_EQ(ReadBytes(first + StartFrame()).end, End::kCut);
  EXPECT_EQ(ReadBytes(first + StartFrame().substr(0, 5)).end, End::kCut);
}

TEST(Reader, AnInputThatFails) {
  const std::string good = OpenCapture({"one"});
  const Outcome io = ReadBytes(good + U32(100), 1U << 30, Status::Io("disk gone"));
  EXPECT_EQ(io.frames, Frames{"one"});
  EXPECT_EQ(io.end, End::kFailed);
  EXPECT_EQ(io.reason, "disk gone");
  const Outcome damaged = ReadBytes(good, 1U << 30, Status::Malformed("damaged"));
  EXPECT_EQ(damaged.frames, Frames{"one"});
  EXPECT_EQ(damaged.end, End::kBroken);
}

TEST(Reader, ARealCapture) {
  const Outcome outcome = ReadBytes(TestData("bind-rr.dnstap"), 10'007);
  EXPECT_EQ(outcome.frames.size(), kBindFrames);
  EXPECT_EQ(outcome.end, End::kStop);
}

TEST(Reader, EveryPrefixOfARealCaptureGivesItsWholeFrames) {
  const std::string bytes = TestData("bind-rr.dnstap");
  const Outcome whole = ReadBytes(bytes);
  ASSERT_EQ(whole.frames.size(), kBindFrames);
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 0; cut < 200; ++cut) cuts.push_back(cut);
  for (std::size_t tail = 1; tail < 20; ++tail) cuts.push_back(bytes.size() - tail);
  for (std::size_t i = 100; i < 110; ++i) {  // at a frame's end, and one byte to either side
    for (const std::size_t d : {0U, 1U, 2U}) cuts.push_back(whole.positions[i] - 1 + d);
  }
  std::mt19937 random(9);
  for (int i = 0; i < 200; ++i) cuts.push_back(random() % bytes.size());
  for (const std::size_t cut : cuts) {
    const Outcome outcome = ReadBytes(bytes.substr(0, cut));
    const auto expected = std::upper_bound(whole.positions.begin(), whole.positions.end(), cut) -
                          whole.positions.begin();
    ASSERT_EQ(outcome.frames.size(), static_cast<std::size_t>(expected)) << cut;
    ASSERT_TRUE(std::equal(outcome.frames.begin(), outcome.frames.end(), whole.frames.begin()));
    ASSERT_EQ(outcome.end, End::kCut) << cut;
  }
}

TEST(Reader, SkipToEveryFrame) {
  const std::string bytes = TestData("bind-rr.dnstap");
  const Outcome whole = ReadBytes(bytes);
  for (std::size_t i = 1; i < whole.frames.size(); i += 37) {
    for (const std::size_t step : {5000U, 1U << 30}) {  // little and much is held at that time
      Reader reader(std::make_unique<MemoryInput>(bytes, step));
      ASSERT_TRUE(reader.Next().has_value());
      ASSERT_TRUE(reader.SkipTo(whole.positions[i - 1]));
      ASSERT_EQ(reader.position(), whole.positions[i - 1]);
      const Outcome rest = ReadAll(reader);
      ASSERT_EQ(rest.frames.size(), whole.frames.size() - i);
      ASSERT_EQ(rest.frames.front(), whole.frames[i]);
      ASSERT_EQ(rest.positions.back(), whole.positions.back());
      ASSERT_EQ(rest.end, End::kStop);
    }
  }
}

TEST(Reader, SkipToTheEndAndBeyond) {
  const std::string bytes = OpenCapture({"one", "two"});
  Reader at_end(std::make_unique<MemoryInput>(bytes));
  ASSERT_TRUE(at_end.Next().has_value());
  EXPECT_TRUE(at_end.SkipTo(bytes.size()));
  EXPECT_FALSE(at_end.Next().has_value());
  EXPECT_EQ(at_end.end(), End::kCut);

  Reader beyond(std::make_unique<MemoryInput>(bytes));
  ASSERT_TRUE(beyond.Next().has_value());
  EXPECT_FALSE(beyond.SkipTo(bytes.size() + 1));
  EXPECT_EQ(beyond.end(), End::kCut);
  EXPECT_FALSE(beyond.Next().has_value());

  Reader damaged(std::make_unique<MemoryInput>(bytes, 1U << 30, Status::Malformed("damaged")));
  ASSERT_TRUE(damaged.Next().has_value());
  EXPECT_FALSE(damaged.SkipTo(bytes.size() + 1));
  EXPECT_EQ(damaged.end(), End::kBroken);
}

TEST(Reader, TheRestIsPassedOver) {
  Reader reader(
      std::make_unique<MemoryInput>(OpenCapture({"one"}) + std::string(200'000, '\xff'), 1000));
  ASSERT_TRUE(reader.Next().has_value());
  EXPECT_TRUE(reader.PassRest().ok());
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_EQ(reader.end(), End::kCut);
  EXPECT_EQ(reader.input().consumed(), OpenCapture({"one"}).size() + 200'000);

  Reader failing(std::make_unique<MemoryInput>("", 1, Status::Io("no")));
  EXPECT_EQ(failing.PassRest().code(), Code::kIo);
}

}  // namespace
}  // namespace pdns::frame
