#include "record/comparison.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::record {
namespace {

// Frame `number` of a capture that begins as all others do, and differs from frame `differs` on.
std::string FrameOf(std::uint64_t number, std::uint64_t differs) {
  return (number < differs ? "frame " : "another ") + std::to_string(number);
}

// A capture of so many frames taken whole; `differs` as above, beyond its end for none.
Position Taken(std::uint64_t frames, std::uint64_t differs = ~std::uint64_t{0}) {
  Position position;
  for (std::uint64_t i = 1; i <= frames; ++i) {
    const std::string frame = FrameOf(i, differs);
    Advance(position, AsBytes(frame));
    position.bytes = 100 * i;
    position.last_frame = Sha256(AsBytes(frame));
  }
  return position;
}

struct Compared {
  Comparison::Outcome outcome = Comparison::Outcome::kGoesOn;
  std::uint64_t frames = 0;  // that were read for it
};

// Reads the capture whose frames differ from `differs` on, `length` at most.
Compared Compare(const Position& taken, std::uint64_t length, std::uint64_t differs,
                 Beginning* beginning = nullptr) {
  Comparison comparison(taken);
  Compared compared;
  while (compared.outcome == Comparison::Outcome::kGoesOn && compared.frames < length) {
    const std::string frame = FrameOf(++compared.frames, differs);
    compared.outcome = comparison.Add(AsBytes(frame), 100 * compared.frames);
    if (beginning != nullptr) beginning->Add(comparison.seen());
  }
  return compared;
}

constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
using Outcome = Comparison::Outcome;

TEST(ComparisonTest, ACaptureIsFoundWhereItWasLeft) {
  for (const std::uint64_t frames : {1U, 2U, 32U, 33U, 1000U}) {
    const Compared compared = Compare(Taken(frames), 5000, kNowhere);
    EXPECT_EQ(compared.outcome, Outcome::kHere);
    EXPECT_EQ(compared.frames, frames);
  }
}

TEST(ComparisonTest, AnotherOneIsToldAtTheNextMark) {
  for (const std::uint64_t frames : {2U, 32U, 33U, 1000U}) {
    for (std::uint64_t differs = 2; differs <= frames; ++differs) {
      const Compared compared = Compare(Taken(frames), 5000, differs);
      ASSERT_EQ(compared.outcome, Outcome::kOther) << frames << " " << differs;
      EXPECT_LT(compared.frames, differs + Stride(frames));
    }
  }
}

TEST(ComparisonTest, OneThatEndsBeforeSaysHowMuchNothingToldApart) {
  Comparison comparison(Taken(1000));
  for (std::uint64_t i = 1; i <= 70; ++i)
    EXPECT_EQ(comparison.Add(AsBytes(FrameOf(i, kNowhere)), 100 * i), Outcome::kGoesOn);
  EXPECT_EQ(Stride(1000), 32U);
  EXPECT_EQ(comparison.Uncompared(), 70U % 32U);
}

TEST(ComparisonTest, TheSameFramesAtOtherOffsetsAreAnother) {
  Comparison comparison(Taken(1));
  EXPECT_EQ(comparison.Add(AsBytes(FrameOf(1, kNowhere)), 101), Outcome::kOther);
}

// What it excludes is another capture; what it does not exclude is one, or has no mark that tells.
TEST(BeginningTest, ExcludesWhatTheSameFramesWouldTell) {
  for (const std::uint64_t read : {1U, 2U, 5U, 33U, 64U, 500U}) {
    Beginning beginning;
    const Compared first = Compare(Taken(5000), read, kNowhere, &beginning);
    ASSERT_EQ(first.frames, read);
    EXPECT_EQ(beginning.frames(), read);
    for (const std::uint64_t frames : {1U, 2U, 5U, 32U, 33U, 66U, 500U, 1000U}) {
      EXPECT_FALSE(beginning.Excludes(Taken(frames)));
      for (const std::uint64_t differs : {2U, 3U, 5U, 30U, 33U, 64U, 65U, 500U}) {
        const Position other = Taken(frames, differs);
        const bool told = Compare(other, read, kNowhere).outcome == Outcome::kOther;
        EXPECT_EQ(beginning.Excludes(other), told) << read << " " << frames << " " << differs;
      }
    }
  }
}

TEST(BeginningTest, BehindItsPlacesItRemembersPowersOfTwo) {
  Beginning beginning;
  Position seen;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    Advance(seen, AsBytes(FrameOf(i, kNowhere)));
    seen.bytes = 100 * i;
    beginning.Add(seen);
    if (i == Beginning::kMost) {
      EXPECT_EQ(beginning.ChainAfter(i), seen.chain);
    }
    if (i == 8192) {
      EXPECT_EQ(beginning.ChainAfter(8192), seen.chain);
    }
  }
  EXPECT_TRUE(beginning.ChainAfter(1).has_value());
  EXPECT_TRUE(beginning.ChainAfter(8192).has_value());
  EXPECT_FALSE(beginning.ChainAfter(0).has_value());
  EXPECT_FALSE(beginning.ChainAfter(Beginning::kMost + 1).has_value());
  EXPECT_FALSE(beginning.ChainAfter(16'384).has_value());
  EXPECT_FALSE(beginning.Excludes(Taken(5000)));  // left where nothing is remembered
  EXPECT_TRUE(beginning.Excludes(Taken(5000, 4000)));
  beginning.Clear();
  EXPECT_EQ(beginning.frames(), 0U);
  EXPECT_FALSE(beginning.Excludes(Taken(3, 2)));
}

TEST(BeginningTest, WhatIsReadOnceMoreAndWhatLeavesAGapChangeNothing) {
  Beginning beginning;
  Compare(Taken(5), 5, kNowhere, &beginning);
  beginning.Add(Taken(3, 2));
  beginning.Add(Taken(7));
  EXPECT_EQ(beginning.frames(), 5U);
  EXPECT_EQ(beginning.ChainAfter(3), Taken(3).chain);
}

}  // namespace
}  // namespace pdns::record
