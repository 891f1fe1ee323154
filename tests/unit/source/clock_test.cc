#include "source/clock.h"

#include <gtest/gtest.h>

namespace pdns::source {
namespace {

using record::FrameOutcome;
using std::chrono::hours;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock::time_point;

constexpr std::uint64_t kNow = 1'800'000'000;
constexpr std::uint64_t kDay = 86'400;
constexpr std::uint64_t kFirst = 1'325'376'000;

TEST(JudgeTime, BetweenTheFirstDnstapAndADayAhead) {
  EXPECT_EQ(JudgeTime(0, kNow), FrameOutcome::kPastTime);
  EXPECT_EQ(JudgeTime(kFirst - 1, kNow), FrameOutcome::kPastTime);
  EXPECT_EQ(JudgeTime(kFirst, kNow), FrameOutcome::kUsed);
  EXPECT_EQ(JudgeTime(kNow + kDay, kNow), FrameOutcome::kUsed);
  EXPECT_EQ(JudgeTime(kNow + kDay + 1, kNow), FrameOutcome::kFutureTime);
  EXPECT_EQ(JudgeTime(~std::uint64_t{0}, kNow), FrameOutcome::kFutureTime);
}

// Both clocks stand where the test puts them.
std::uint64_t wall = 0;
Steady steady;

class ClockJumpsTest : public ::testing::Test {
 protected:
  ClockJumpsTest() {
    wall = kNow;
    steady = Steady(hours(5));
  }
  static void Pass(seconds time) {
    wall += static_cast<std::uint64_t>(time.count());
    steady += time;
  }
  static ClockJumps Make() {
    return ClockJumps([] { return wall; }, [] { return steady; });
  }
};

TEST_F(ClockJumpsTest, TimePasses) {
  ClockJumps jumps = Make();
  for (int year = 0; year < 3; ++year) {
    Pass(hours(365 * 24));
    EXPECT_FALSE(jumps.Jumped());
  }
}

TEST_F(ClockJumpsTest, ForwardAndBackOnceEach) {
  ClockJumps jumps = Make();
  for (const std::int64_t step : {3600, -3600, 600'000'000, -1'200'000'000, 600'000'000}) {
    wall += static_cast<std::uint64_t>(step);
    EXPECT_TRUE(jumps.Jumped()) << step;
    EXPECT_FALSE(jumps.Jumped()) << step;
    Pass(seconds(10));
    EXPECT_FALSE(jumps.Jumped()) << step;
  }
}

TEST_F(ClockJumpsTest, ThereAndBackBetweenTwoQuestionsIsNone) {
  ClockJumps jumps = Make();
  wall += 1'000'000;
  wall -= 1'000'000;
  EXPECT_FALSE(jumps.Jumped());
}

// Small ones are told together once they are an hour.
TEST_F(ClockJumpsTest, SmallSteps) {
  ClockJumps jumps = Make();
  wall += 3599;
  EXPECT_FALSE(jumps.Jumped());
  wall += 1;
  EXPECT_TRUE(jumps.Jumped());
}

}  // namespace
}  // namespace pdns::source
