#include "tap/source/stop_waiter.h"

#include <poll.h>

#include "base/wait.h"

namespace pdns::tap {

bool StopWaiter::AwaitReadable(int fd) { return WaitFor(fd, POLLIN, stop_) == Woken::kReady; }

}  // namespace pdns::tap
