#include "base/log_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"

namespace pdns {
namespace {

using std::chrono::seconds;

struct LogLimitTest : ::testing::Test {
  // Lines on stderr while `work` ran.
  template <class Work>
  static std::vector<std::string> Lines(const Work& work) {
    ::testing::internal::CaptureStderr();
    StartLog("test", false);
    work();
    std::istringstream text(::testing::internal::GetCapturedStderr());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  LogLimit::Clock::time_point now{};
  LogLimit limit{"peer", [this] { return now; }};
};

TEST_F(LogLimitTest, ABurstThenSilence) {
  const auto lines = Lines([&] {
    for (int i = 0; i < 1000; ++i) limit.Warning("line " + std::to_string(i));
  });
  ASSERT_EQ(lines.size(), LogLimit::kBurst);
  EXPECT_EQ(lines.front(), "test: warning: peer: line 0");
  EXPECT_EQ(lines.back(), "test: warning: peer: line 9");
  EXPECT_EQ(limit.held_back(), 990U);
}

TEST_F(LogLimitTest, WhatWasHeldBackIsTold) {
  Lines([&] {
    for (int i = 0; i < 17; ++i) limit.Warning("x");
  });
  now += seconds(10);
  const auto lines = Lines([&] {
    limit.Error("y");
    limit.Error("z");
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], "test: error: peer: y (7 more like it were left out)");
  EXPECT_EQ(limit.held_back(), 1U);
}

TEST_F(LogLimitTest, OneEveryTenSecondsHoweverManyCome) {
  const auto lines = Lines([&] {
    for (int second = 0; second < 1000; ++second) {
      for (int i = 0; i < 50; ++i) limit.Warning("x");
      now += seconds(1);
    }
  });
  EXPECT_EQ(lines.size(), LogLimit::kBurst + 99);
}

TEST_F(LogLimitTest, AQuietTimeEarnsABurstAndNoMore) {
  Lines([&] {
    for (int i = 0; i < 100; ++i) limit.Warning("x");
  });
  now += std::chrono::hours(24);
  const auto lines = Lines([&] {
    for (int i = 0; i < 100; ++i) limit.Warning("x");
  });
  EXPECT_EQ(lines.size(), LogLimit::kBurst);
}

TEST_F(LogLimitTest, RareLinesAllGoOut) {
  const auto lines = Lines([&] {
    for (int i = 0; i < 100; ++i) {
      limit.Warning("x");
      now += seconds(11);
    }
  });
  EXPECT_EQ(lines.size(), 100U);
  for (const std::string& line : lines) EXPECT_EQ(line.find("left out"), std::string::npos);
}

TEST_F(LogLimitTest, LongAndForeignLinesAreCutAndPrintable) {
  LogLimit plain("", [this] { return now; });
  const auto lines = Lines([&] { plain.Warning("a\nb\x1b" + std::string(100'000, 'x')); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].substr(0, 16), "test: warning: a");
  EXPECT_EQ(lines[0].find('\x1b'), std::string::npos);
  EXPECT_LT(lines[0].size(), LogLimit::kMaxLine + 100);
}

TEST_F(LogLimitTest, ThreadsShareOneLimit) {
  const auto lines = Lines([&] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) limit.Warning("x");
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(lines.size(), LogLimit::kBurst);
  EXPECT_EQ(lines.size() + limit.held_back(), 2000U);
}

}  // namespace
}  // namespace pdns
