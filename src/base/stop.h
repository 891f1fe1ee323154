// The one wish to end that all threads of a process share: Request() -> [Stop] -> requested(),
// fd().
//
// Any thread.
#pragma once

#include <atomic>

namespace pdns {

class Stop {
 public:
  Stop();
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  // Asks everybody to end; safe in a signal handler, any number of times.
  void Request() noexcept;

  bool requested() const { return requested_.load(std::memory_order_relaxed); }

  // Readable once a stop was requested, for poll(), which ignores the -1 that stands here when the
  // system had no descriptor left. Belongs to this object.
  int fd() const { return fd_; }

 private:
  int fd_;
  std::atomic<bool> requested_{false};
};

}  // namespace pdns
