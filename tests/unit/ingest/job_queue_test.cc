// Runs of files in a queue: one at a time, in order; those that have stalled are passed.
#include "ingest/job_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "unit/support/eventually.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Eventually;
using pdns::testing::Gate;

using std::chrono::milliseconds;

// The clock is the test's, and each look at it is counted.
class JobQueueTest : public ::testing::Test {
 protected:
  JobQueue::Job Job(const char* name, bool waits = true) { return {name, progress, never, waits}; }
  // Has somebody looked since, from begin to end?
  bool HasLooked() {
    const int before = looks;
    return Eventually([&] { return looks > before + 1; });
  }
  bool Waits(std::thread::id thread) {
    return Eventually([&] {
      const std::lock_guard lock(mutex);
      return lookers.contains(thread);
    });
  }
  JobQueue::Turn Begin(const char* name) {
    auto turn = queue.Await(Job(name));
    EXPECT_TRUE(turn.ok());
    return std::move(*turn);
  }

  std::atomic<int> looks{0};
  std::mutex mutex;
  std::set<std::thread::id> lookers;
  std::atomic<std::int64_t> now{0};  // ms
  JobQueue queue{JobQueue::kPatience, [this] {
                   ++looks;
                   const std::lock_guard lock(mutex);
                   lookers.insert(std::this_thread::get_id());
                   return JobQueue::Clock::time_point(milliseconds(now));
                 }};
  source::Progress progress;
  const Stop never;
};

TEST_F(JobQueueTest, OneAtATimeInTheOrderOfAsking) {
  constexpr int kRuns = 5;
  std::optional<JobQueue::Turn> first(Begin("first"));
  EXPECT_FALSE(first->beside());
  std::vector<int> order;
  std::atomic<int> at_work{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kRuns; ++i) {
    threads.emplace_back([&, i] {
      const auto turn = queue.Await(Job("run"));
      EXPECT_TRUE(turn.ok() && !turn->beside());
      EXPECT_EQ(++at_work, 1);
      order.push_back(i);  // one at a time
      std::this_thread::sleep_for(milliseconds(2));
      --at_work;
    });
    EXPECT_TRUE(Waits(threads.back().get_id()));
  }
  EXPECT_TRUE(order.empty());
  first.reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(JobQueueTest, AStopEndsTheWaitAndNobodyElses) {
  std::optional<JobQueue::Turn> first(Begin("first"));
  Stop stop;
  std::thread stopped([&] {
    const auto turn = queue.Await({"stopped", progress, stop, true});
    EXPECT_TRUE(turn.ok() && !turn->beside());
  });
  std::atomic<bool> has_turn{false};
  EXPECT_TRUE(Waits(stopped.get_id()));
  std::thread waits([&] {
    const auto turn = queue.Await(Job("waits"));
    has_turn = turn.ok();
  });
  stop.Request();
  stopped.join();
  EXPECT_FALSE(has_turn);
  first.reset();
  waits.join();
  EXPECT_TRUE(has_turn);
}

TEST_F(JobQueueTest, WhatMovesIsNotPassed) {
  std::optional<JobQueue::Turn> first(Begin("first"));
  std::atomic<bool> has_turn{false};
  std::thread waits([&] {
    const auto turn = queue.Await(Job("waits"));
    EXPECT_TRUE(turn.ok() && !turn->beside());
    has_turn = true;
  });
  for (int i = 0; i < 10; ++i) {
    ++(i % 2 == 0 ? progress.frames : progress.bytes_done);
    now += JobQueue::kPatience.count() - 1;
    EXPECT_TRUE(HasLooked());
    EXPECT_FALSE(has_turn);
  }
  first.reset();
  waits.join();
}

TEST_F(JobQueueTest, WhatHasStalledIsPassedAndCountsUntilItEnds) {
  std::vector<JobQueue::Turn> turns;
  for (std::size_t i = 0; i <= JobQueue::kMostStalled; ++i) {
    turns.push_back(Begin("/stalled"));
    EXPECT_EQ(turns.back().beside(), i > 0);
    now += JobQueue::kPatience.count();
  }
  const auto told = queue.Await(Job("/told", false));
  EXPECT_EQ(told.status().code(), Code::kBusy);
  EXPECT_NE(told.status().message().find("/stalled, /stalled, /stalled"), std::string::npos);
  std::atomic<bool> has_turn{false};
  std::thread waits([&] {
    const auto turn = queue.Await(Job("/waits"));
    EXPECT_TRUE(turn.ok() && turn->beside());
    has_turn = true;
  });
  EXPECT_TRUE(HasLooked());
  EXPECT_FALSE(has_turn);
  turns.pop_back();
  waits.join();
  // One that moves again is waited for.
  ++progress.frames;
  std::thread last([&] { EXPECT_TRUE(queue.Await(Job("/last")).ok()); });
  EXPECT_TRUE(HasLooked());
  turns.clear();
  last.join();
}

}  // namespace
}  // namespace pdns::ingest
