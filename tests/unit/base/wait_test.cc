#include "base/wait.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

namespace pdns {
namespace {

using std::chrono::milliseconds;

class WaitTest : public ::testing::Test {
 protected:
  WaitTest() { EXPECT_EQ(pipe(ends.data()), 0); }
  ~WaitTest() override {
    for (const int end : ends)
      if (end >= 0) close(end);
  }
  void Fill() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }

  std::array<int, 2> ends{};
  Stop stop;
};

TEST_F(WaitTest, WhatIsReadyAtOnce) {
  Fill();
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop), Woken::kReady);
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop, milliseconds(0)), Woken::kReady);
  EXPECT_EQ(WaitFor(ends[1], POLLOUT, stop), Woken::kReady);
}

TEST_F(WaitTest, ATimePasses) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop, milliseconds(0)), Woken::kTimeout);
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop, milliseconds(-5)), Woken::kTimeout);
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop, milliseconds(20)), Woken::kTimeout);
  EXPECT_FALSE(WaitForStop(stop, milliseconds(20)));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(40));
}

TEST_F(WaitTest, AStopComesFirst) {
  Fill();
  stop.Request();
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop), Woken::kStopped);
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop, milliseconds(0)), Woken::kStopped);
  EXPECT_TRUE(WaitForStop(stop));
}

TEST_F(WaitTest, AnOtherThreadAsksOrWrites) {
  std::thread writes([this] { Fill(); });
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop), Woken::kReady);
  writes.join();
  std::thread asks([this] { stop.Request(); });
  EXPECT_TRUE(WaitForStop(stop));
  asks.join();
}

TEST_F(WaitTest, AnEndThatIsClosedIsReady) {
  close(ends[1]);
  ends[1] = -1;
  EXPECT_EQ(WaitFor(ends[0], POLLIN, stop), Woken::kReady);
}

}  // namespace
}  // namespace pdns
