#include "serve/common/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "unit/support/eventually.h"

namespace pdns::serve {
namespace {

TEST(Threads, RunsEachJobOnce) {
  std::atomic<int> ran{0};
  {
    Threads threads(1000);
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(threads.Start([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 200);
}

TEST(Threads, NoMoreThanAllowed) {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::atomic<int> ran{0};
  const auto job = [&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open; });
    ++ran;
  };
  Threads threads(2);
  EXPECT_TRUE(threads.Start(job));
  EXPECT_TRUE(threads.Start(job));
  EXPECT_FALSE(threads.Start(job));
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  changed.notify_all();
  EXPECT_TRUE(testing::Eventually([&] { return threads.Start(job); }));
  EXPECT_TRUE(testing::Eventually([&] { return ran == 3; }));
}

}  // namespace
}  // namespace pdns::serve
