#include "access/guesses.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::access {
namespace {

using std::chrono::seconds;

struct GuessesTest : ::testing::Test {
  void Guess(const std::string& peer, int times) {
    for (int i = 0; i < times; ++i) guesses.Add(peer, "key" + std::to_string(++made), now);
  }
  seconds Wait(const std::string& peer) const {
    return std::chrono::ceil<seconds>(guesses.Wait(peer, now));
  }

  Guesses guesses{1};
  Guesses::Clock::time_point now{seconds(1'000'000)};
  int made = 0;
};

TEST_F(GuessesTest, TenAtOnceThenOneEveryTenSeconds) {
  EXPECT_EQ(Wait("192.0.2.1"), seconds(0));
  Guess("192.0.2.1", Guesses::kAtOnce - 1);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(0));
  Guess("192.0.2.1", 1);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(10));
  now += seconds(9);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(1));
  now += seconds(1);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(0));
  Guess("192.0.2.1", 1);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(10));
}

TEST_F(GuessesTest, AQuietTimeEarnsTenAndNoMore) {
  Guess("192.0.2.1", Guesses::kAtOnce);
  now += std::chrono::hours(24);
  Guess("192.0.2.1", Guesses::kAtOnce - 1);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(0));
  Guess("192.0.2.1", 1);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(10));
}

TEST_F(GuessesTest, TheSameWrongKeyIsNoOtherGuess) {
  for (int i = 0; i < 1000; ++i) {
    for (const char* key : {"old", "older", "oldest", "first"}) guesses.Add("192.0.2.1", key, now);
  }
  EXPECT_EQ(Wait("192.0.2.1"), seconds(0));
  Guess("192.0.2.1", Guesses::kAtOnce - 4);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(10));
}

TEST_F(GuessesTest, WhatIsOnePeer) {
  Guess("192.0.2.1", Guesses::kAtOnce);
  EXPECT_EQ(Wait("::ffff:192.0.2.1"), seconds(10));
  EXPECT_EQ(Wait("192.0.2.2"), seconds(0));
  Guess("2001:db8:1:2::1", Guesses::kAtOnce);
  EXPECT_EQ(Wait("2001:DB8:1:2:ffff::77"), seconds(10));
  EXPECT_EQ(Wait("2001:db8:1:3::1"), seconds(0));
  Guess("fe80::1%eth0", Guesses::kAtOnce);
  EXPECT_EQ(Wait("fe80::2%eth0"), seconds(10));
  EXPECT_EQ(Wait(""), seconds(0));
  Guess("", Guesses::kAtOnce);
  EXPECT_EQ(Wait(""), seconds(10));
}

// As an attacker with many addresses does it: the newest ones are known, whatever came before.
TEST_F(GuessesTest, MorePeersThanThereIsRoomFor) {
  for (int i = 0; i < 200'000; ++i) Guess("2001:db8:0:" + std::to_string(i % 10'000) + "::1", 1);
  Guess("192.0.2.1", Guesses::kAtOnce);
  EXPECT_EQ(Wait("192.0.2.1"), seconds(10));
}

// One that guesses on is not forgotten for many that have guessed once.
TEST_F(GuessesTest, WhoHasToWaitLeastIsForgotten) {
  Guess("192.0.2.1", Guesses::kAtOnce);
  for (int i = 0; i < 100'000; ++i) {
    Guess("10." + std::to_string(i / 65'536) + "." + std::to_string(i / 256 % 256) + "." +
              std::to_string(i % 256),
          1);
  }
  EXPECT_EQ(Wait("192.0.2.1"), seconds(10));
}

}  // namespace
}  // namespace pdns::access
