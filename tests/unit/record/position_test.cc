#include "record/position.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pdns::record {
namespace {

std::string FrameOf(std::uint64_t number) { return "frame " + std::to_string(number); }

// Every place of a capture of so many frames, one of which is another; none for a number beyond it.
std::vector<Position> Places(std::uint64_t frames, std::uint64_t other) {
  std::vector<Position> places(1);
  for (std::uint64_t i = 1; i <= frames; ++i) {
    Position next = places.back();
    Advance(next, AsBytes(i == other ? "another " + std::to_string(i) : FrameOf(i)));
    next.bytes = 100 * i;
    places.push_back(next);
  }
  return places;
}

TEST(PositionTest, MarksAreFewAndEven) {
  for (const auto& [frames, stride] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1},
                                                            {1, 1},
                                                            {32, 1},
                                                            {33, 2},
                                                            {65, 2},
                                                            {66, 4},
                                                            {131, 4},
                                                            {132, 8},
                                                            {1'000'000, 32'768}})
    EXPECT_EQ(Stride(frames), stride) << frames;
  for (const std::uint64_t frames : {~std::uint64_t{0}, std::uint64_t{1} << 63})
    EXPECT_LE(frames / Stride(frames), Position::kMarks);
}

// Whatever marks fell out on the way.
TEST(PositionTest, AMarkIsTheChainAtItsPlace) {
  const auto places = Places(3000, 0);
  for (const Position& place : places) {
    const std::uint64_t stride = Stride(place.frames);
    for (std::uint64_t i = 0; i < Position::kMarks; ++i) {
      const bool there = (i + 1) * stride <= place.frames;
      ASSERT_EQ(place.marks.at(i), there ? places[(i + 1) * stride].chain : 0)
          << place.frames << " " << i;
    }
  }
}

TEST(PositionTest, ACaptureIsOnTheWayToItself) {
  const auto places = Places(1000, 0);
  for (const std::uint64_t end : {1U, 31U, 32U, 33U, 500U, 1000U})
    for (std::uint64_t i = 1; i <= end; ++i) EXPECT_TRUE(OnTheWay(places[i], places[end])) << i;
  EXPECT_FALSE(OnTheWay(places[11], places[10]));
}

// One frame differs: told at the next mark, at the end at the latest, and for good.
TEST(PositionTest, AnotherCaptureIsNot) {
  for (const std::uint64_t frames : {2U, 20U, 33U, 400U}) {
    const Position taken = Places(frames, 0).back();
    const std::uint64_t stride = Stride(frames);
    for (std::uint64_t other = 2; other <= frames; ++other) {
      const auto places = Places(frames, other);
      EXPECT_FALSE(OnTheWay(places.back(), taken)) << other;
      const std::uint64_t mark = (other + stride - 1) / stride * stride;
      EXPECT_FALSE(OnTheWay(places[std::min(mark, frames)], taken)) << other;
      EXPECT_TRUE(OnTheWay(places[other - 1], taken)) << other;
    }
  }
}

TEST(PositionTest, TheSameFramesAtAnotherPlaceAreAnother) {
  Position moved = Places(10, 0).back();
  const Position taken = moved;
  moved.bytes += 1;
  EXPECT_FALSE(OnTheWay(moved, taken));
}

}  // namespace
}  // namespace pdns::record
