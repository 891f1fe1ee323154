#include "frame/input/unpack_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "frame/input/input.h"

namespace pdns::frame {
namespace {

constexpr std::size_t kMib = 1U << 20;

struct StoppableWaiter : Waiter {
  bool AwaitReadable(int /*fd*/) override { return false; }
  bool AwaitMemory() override {
    ++asked;
    return !stop;
  }

  std::atomic<int> asked{0};
  std::atomic<bool> stop{false};
};

struct Unpacking : ::testing::Test {
  // Until `count` shares wait.
  void AwaitWaiting(std::size_t count) const {
    while (memory.waiting() != count) std::this_thread::yield();
  }

  UnpackMemory memory{100 * kMib, "buy some"};
  StoppableWaiter waiter;
};

bool Granted(const Result<bool>& result) { return result.ok() && *result; }

TEST_F(Unpacking, WhatIsDrawnComesBack) {
  for (int i = 0; i < 3; ++i) {
    UnpackShare share(memory, &waiter);
    EXPECT_TRUE(Granted(share.Grow("xz", 60 * kMib)));
    EXPECT_TRUE(Granted(share.Grow("xz", 40 * kMib)));
    EXPECT_EQ(memory.held(), 100 * kMib);
    EXPECT_EQ(share.missed(), 0U);
  }
  EXPECT_EQ(memory.held(), 0U);
  EXPECT_EQ(memory.peak(), 100 * kMib);
  EXPECT_EQ(waiter.asked, 0);
}

TEST_F(Unpacking, MoreThanThereIsIsRefusedWithTheWayOut) {
  UnpackShare share(memory, &waiter);
  ASSERT_TRUE(Granted(share.Grow("xz", kMib)));
  for (const std::size_t by : {100 * kMib - 1, ~std::size_t{0}, ~std::size_t{0} - kMib}) {
    const auto refused = share.Grow("xz", by);
    ASSERT_FALSE(refused.ok()) << by;
    EXPECT_EQ(refused.status().code(), Code::kIo);
    EXPECT_EQ(share.missed(), 0U);
  }
  EXPECT_EQ(share.Grow("xz", 100 * kMib - 1).status().message(),
            "xz: it takes 101 MiB to unpack, and files may have 100 together; buy some");
  EXPECT_EQ(memory.held(), kMib);
}

TEST_F(Unpacking, WhoHoldsNothingWaitsInTheOrderOfAsking) {
  auto holder = std::make_unique<UnpackShare>(memory, &waiter);
  ASSERT_TRUE(Granted(holder->Grow("xz", 80 * kMib)));
  std::atomic<int> next{0};
  std::atomic<bool> large_is_done{false};
  std::thread large([&] {
    UnpackShare share(memory, &waiter);
    EXPECT_TRUE(Granted(share.Grow("xz", 90 * kMib)));
    EXPECT_EQ(next++, 0);
    while (!large_is_done) std::this_thread::yield();
  });
  AwaitWaiting(1);
  std::thread small([&] {  // it would fit, but nobody goes before who asked first
    UnpackShare share(memory, &waiter);
    EXPECT_TRUE(Granted(share.Grow("xz", 20 * kMib)));
    EXPECT_EQ(next++, 1);
  });
  AwaitWaiting(2);
  EXPECT_EQ(next, 0);
  while (waiter.asked < 2) std::this_thread::yield();  // what others may wait for is handed over
  holder.reset();
  AwaitWaiting(1);
  large_is_done = true;
  large.join();
  small.join();
  EXPECT_EQ(memory.peak(), 90 * kMib);
}

TEST_F(Unpacking, WhoHoldsSomeNeverWaits) {
  UnpackShare one(memory, &waiter);
  UnpackShare other(memory, &waiter);
  ASSERT_TRUE(Granted(one.Grow("xz", 40 * kMib)));
  ASSERT_TRUE(Granted(other.Grow("zstd", 40 * kMib)));
  const auto missed = one.Grow("xz", 30 * kMib);
  ASSERT_FALSE(missed.ok());
  EXPECT_NE(missed.status().message().find("a later run"), std::string::npos);
  EXPECT_EQ(one.missed(), 70 * kMib);
  EXPECT_EQ(memory.held(), 80 * kMib);
  EXPECT_EQ(waiter.asked, 0);
  EXPECT_TRUE(Granted(one.Grow("xz", 20 * kMib)));
  EXPECT_EQ(one.missed(), 0U);
}

TEST_F(Unpacking, WhoHoldsSomeGoesBeforeThoseWhoWait) {
  auto one = std::make_unique<UnpackShare>(memory, &waiter);
  ASSERT_TRUE(Granted(one->Grow("xz", 40 * kMib)));
  std::thread large([&] {
    UnpackShare share(memory, &waiter);
    EXPECT_TRUE(Granted(share.Grow("xz", 90 * kMib)));
  });
  AwaitWaiting(1);
  EXPECT_TRUE(Granted(one->Grow("xz", 30 * kMib)));
  one.reset();
  large.join();
}

TEST_F(Unpacking, WhatIsReservedIsThereLater) {
  UnpackShare share(memory, &waiter);
  ASSERT_TRUE(Granted(share.Reserve(50 * kMib, 70 * kMib)));
  EXPECT_EQ(memory.held(), 70 * kMib);
  ASSERT_TRUE(Granted(share.Grow("xz", 60 * kMib)));
  EXPECT_EQ(memory.held(), 70 * kMib);
  ASSERT_TRUE(Granted(share.Grow("xz", 20 * kMib)));
  EXPECT_EQ(memory.held(), 80 * kMib);
  UnpackShare wishful(memory, &waiter);
  ASSERT_TRUE(Granted(wishful.Reserve(10 * kMib, 20 * kMib)));
  UnpackShare greedy(memory, &waiter);
  EXPECT_FALSE(greedy.Reserve(101 * kMib, 200 * kMib).ok());
}

// A pipe may be silent for as long as its writer likes.
TEST_F(Unpacking, NobodyWaitsForAPipe) {
  UnpackShare pipe(memory, &waiter);
  pipe.SetPipe();
  ASSERT_TRUE(Granted(pipe.Grow("xz", 60 * kMib)));
  UnpackShare file(memory, &waiter);
  EXPECT_EQ(file.Grow("xz", 50 * kMib).status().message(),
            "xz: it takes 50 MiB to unpack, and files may have 100 together, of which pipes hold "
            "60; buy some");
  EXPECT_TRUE(Granted(file.Grow("xz", 30 * kMib)));
  EXPECT_FALSE(pipe.Grow("xz", 20 * kMib).ok());
  EXPECT_EQ(pipe.missed(), 0U);  // it cannot be opened anew
  EXPECT_TRUE(Granted(pipe.Grow("xz", 10 * kMib)));
  EXPECT_EQ(waiter.asked, 0);
}

TEST_F(Unpacking, APipeThatTakesMoreEndsTheWaitOfAFile) {
  UnpackShare pipe(memory, &waiter);
  pipe.SetPipe();
  auto holder = std::make_unique<UnpackShare>(memory, &waiter);
  ASSERT_TRUE(Granted(pipe.Grow("xz", 10 * kMib)));
  ASSERT_TRUE(Granted(holder->Grow("xz", 60 * kMib)));
  std::thread file([&] {
    UnpackShare share(memory, &waiter);
    EXPECT_FALSE(share.Grow("xz", 90 * kMib).ok());
  });
  AwaitWaiting(1);
  ASSERT_TRUE(Granted(pipe.Grow("xz", 20 * kMib)));
  file.join();
}

TEST_F(Unpacking, AStopEndsTheWait) {
  UnpackShare holder(memory, &waiter);
  ASSERT_TRUE(Granted(holder.Grow("xz", 60 * kMib)));
  std::thread stopped([&] {
    UnpackShare share(memory, &waiter);
    const auto drawn = share.Grow("xz", 50 * kMib);
    EXPECT_TRUE(drawn.ok());
    EXPECT_FALSE(Granted(drawn));
  });
  AwaitWaiting(1);
  waiter.stop = true;
  stopped.join();
  EXPECT_EQ(memory.waiting(), 0U);
  EXPECT_EQ(memory.held(), 60 * kMib);
}

}  // namespace
}  // namespace pdns::frame
