// Threads for answers, one each: handler -> [Threads] -> job.
//
// An answer may wait for a peer or for the disk, and no other answer waits for it: a job that finds
// no thread at rest gets a new one. At most kAtRest rest, for kRest at most: to make a thread and
// to end it costs as much as to answer a lookup.
//
// Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace pdns::serve {

class Threads {
 public:
  static constexpr std::size_t kAtRest = 16;
  static constexpr std::chrono::seconds kRest{10};

  explicit Threads(std::size_t most) : most_(most) {}

  // Waits for all jobs: they must have a reason to end.
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // False: so many run already, or the system has no thread left; the job is not run.
  bool Start(std::function<void()> job);

 private:
  using Job = std::function<void()>;

  void Run(std::uint64_t id, Job job);
  // A job to go on with; nothing: this thread ends.
  Job Next(std::unique_lock<std::mutex>& lock);
  // Joins those that are done.
  void Tidy(std::unique_lock<std::mutex>& lock);

  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<Job> jobs_;     // given to threads at rest, and not taken yet
  std::size_t at_rest_ = 0;  // threads, those included that were given a job just now
  std::size_t running_ = 0;  // jobs, those included that are not taken yet
  bool ending_ = false;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::thread> threads_;
  std::vector<std::thread> done_;
};

}  // namespace pdns::serve
