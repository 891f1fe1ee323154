#include "tap/stop_waiter.h"

#include <poll.h>

#include <array>

namespace pdns::tap {

bool StopWaiter::AwaitReadable(int fd) {
  std::array<pollfd, 2> ready{{{fd, POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
  while (!stop_.requested()) {
    if (poll(ready.data(), ready.size(), -1) > 0 && ready[0].revents != 0) return true;
  }
  return false;
}

}  // namespace pdns::tap
