#include "base/stop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace pdns {

Stop::Stop() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Stop::~Stop() {
  if (fd_ >= 0) close(fd_);
}

void Stop::Request() noexcept {
  const int saved = errno;  // a signal handler must leave errno as it was
  requested_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  // A full counter is readable as well: nothing to do about a failed write.
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
  errno = saved;
}

}  // namespace pdns
