#include "serve/common/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

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

// A thread that has done its job is there for the next one, and a job that waits keeps it from
// none.
TEST(Threads, AreKeptForTheNextJob) {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  std::atomic<int> ran{0};
  Threads threads(4);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(testing::Eventually([&] {
      return threads.Start([&] {
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
        ++ran;
      });
    }));
    ASSERT_TRUE(testing::Eventually([&] { return ran == i + 1; }));
  }
  const std::lock_guard lock(mutex);
  EXPECT_LE(seen.size(), 4U);
}

TEST(Threads, AJobThatWaitsKeepsNoOtherFromAThread) {
  constexpr int kJobs = static_cast<int>(2 * Threads::kAtRest + 3);
  std::mutex mutex;
  std::condition_variable changed;
  int here = 0;
  Threads threads(kJobs);
  // Twice: with new threads, and with those that are at rest by then and as many new ones.
  for (int round = 1; round <= 2; ++round) {
    for (int i = 0; i < kJobs; ++i) {
      ASSERT_TRUE(testing::Eventually([&] {
        return threads.Start([&, round] {
          std::unique_lock lock(mutex);
          if (++here == round * kJobs) changed.notify_all();
          changed.wait(lock, [&] { return here >= round * kJobs; });
        });
      }));
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return here >= round * kJobs; });
  }
}

}  // namespace
}  // namespace pdns::serve
