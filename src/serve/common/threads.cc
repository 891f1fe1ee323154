#include "serve/common/threads.h"

#include <system_error>
#include <utility>

namespace pdns::serve {

Threads::~Threads() {
  std::unique_lock lock(mutex_);
  most_ = 0;
  while (!running_.empty()) {
    std::thread one = std::move(running_.begin()->second);
    running_.erase(running_.begin());
    lock.unlock();
    one.join();
    lock.lock();
  }
  Tidy(lock);
}

bool Threads::Start(std::function<void()> job) {
  std::unique_lock lock(mutex_);
  Tidy(lock);
  if (running_.size() >= most_) return false;
  const std::uint64_t id = ++last_;
  try {
    // The job's own end waits for the lock, so the thread is in the table before it leaves it.
    running_.emplace(id, std::thread([this, id, job = std::move(job)] {
                       job();
                       const std::lock_guard end(mutex_);
                       const auto self = running_.find(id);
                       if (self == running_.end()) return;  // the destructor has it
                       done_.push_back(std::move(self->second));
                       running_.erase(self);
                     }));
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void Threads::Tidy(std::unique_lock<std::mutex>& lock) {
  std::vector<std::thread> done = std::exchange(done_, {});
  lock.unlock();
  for (std::thread& one : done) one.join();
  lock.lock();
}

}  // namespace pdns::serve
