// Threads for answers, one each: handler -> [Threads] -> job.
//
// An answer may wait for a peer or for the disk, and no other answer waits for it. There are about
// as many as the HTTP server has connections, so they are bounded by a number alone. A thread
// counts until it has ended, which is a moment after its answer was sent.
//
// Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace pdns::serve {

class Threads {
 public:
  explicit Threads(std::size_t most) : most_(most) {}

  // Waits for all jobs: they must have a reason to end.
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // False: so many run already, or the system has no thread left; the job is not run.
  bool Start(std::function<void()> job);

 private:
  // Joins those that are done.
  void Tidy(std::unique_lock<std::mutex>& lock);

  std::size_t most_;
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::thread> running_;
  std::vector<std::thread> done_;
};

}  // namespace pdns::serve
