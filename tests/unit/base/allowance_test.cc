#include "base/allowance.h"

#include <gtest/gtest.h>

namespace pdns {
namespace {

using std::chrono::milliseconds;

TEST(AllowanceTest, SoManyAtOnceThenOneInAWhile) {
  Allowance allowance(3, milliseconds(100));
  const auto start = Allowance::Clock::now();
  EXPECT_TRUE(allowance.Spend(3, start));
  EXPECT_FALSE(allowance.Spend(1, start + milliseconds(99)));  // counted all the same: 4
  EXPECT_FALSE(allowance.Spend(1, start + milliseconds(150)));
  EXPECT_TRUE(allowance.Spend(1, start + milliseconds(350)));
  EXPECT_FALSE(allowance.Spend(1, start + milliseconds(350)));
}

TEST(AllowanceTest, AllIsForgivenInTheEnd) {
  Allowance allowance(10, milliseconds(100));
  const auto start = Allowance::Clock::now();
  EXPECT_FALSE(allowance.Spend(1000, start));
  EXPECT_TRUE(allowance.Spend(10, start + milliseconds(100'000)));
  EXPECT_FALSE(allowance.Spend(1, start + milliseconds(100'000)));
}

// However often it is asked: parts of the time count.
TEST(AllowanceTest, SmallStepsAddUp) {
  Allowance allowance(1, milliseconds(100));
  auto now = Allowance::Clock::now();
  EXPECT_TRUE(allowance.Spend(1, now));
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    now += milliseconds(1);
    allowance.Spend(0, now);
    if (i % 100 == 99) taken += allowance.Spend(1, now) ? 1 : 0;
  }
  EXPECT_EQ(taken, 10);
}

}  // namespace
}  // namespace pdns
