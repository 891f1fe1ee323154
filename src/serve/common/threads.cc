#include "serve/common/threads.h"

#include <system_error>
#include <utility>

namespace pdns::serve {

Threads::~Threads() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  given_.notify_all();
  while (!threads_.empty()) {
    std::thread one = std::move(threads_.begin()->second);
    threads_.erase(threads_.begin());
    lock.unlock();
    one.join();
    lock.lock();
  }
  Tidy(lock);
}

bool Threads::Start(std::function<void()> job) {
  std::unique_lock lock(mutex_);
  if (!done_.empty()) Tidy(lock);
  if (ending_ || running_ >= most_) return false;
  if (at_rest_ > jobs_.size()) {
    jobs_.push_back(std::move(job));
    ++running_;
    lock.unlock();
    given_.notify_one();
    return true;
  }
  const std::uint64_t id = ++last_;
  try {
    // It waits for the lock before it ends, so it is in the table before it leaves it.
    threads_.emplace(
        id, std::thread([this, id, job = std::move(job)]() mutable { Run(id, std::move(job)); }));
  } catch (const std::system_error&) {
    return false;
  }
  ++running_;
  return true;
}

void Threads::Run(std::uint64_t id, Job job) {
  while (job) {
    job();
    job = {};  // what it holds goes with it
    std::unique_lock lock(mutex_);
    --running_;
    job = Next(lock);
    if (job) continue;
    const auto self = threads_.find(id);
    if (self == threads_.end()) return;  // the destructor has it
    done_.push_back(std::move(self->second));
    threads_.erase(self);
  }
}

Threads::Job Threads::Next(std::unique_lock<std::mutex>& lock) {
  if (at_rest_ >= kAtRest) return {};
  ++at_rest_;
  given_.wait_for(lock, kRest, [this] { return ending_ || !jobs_.empty(); });
  --at_rest_;
  if (jobs_.empty()) return {};
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void Threads::Tidy(std::unique_lock<std::mutex>& lock) {
  std::vector<std::thread> done = std::exchange(done_, {});
  lock.unlock();
  for (std::thread& one : done) one.join();
  lock.lock();
}

}  // namespace pdns::serve
