#include "base/wait.h"

#include <poll.h>

#include <algorithm>
#include <array>

namespace pdns {
namespace {

constexpr std::chrono::milliseconds kLook(100);

}  // namespace

Woken WaitFor(int fd, short events, const Stop& stop,
              std::optional<std::chrono::nanoseconds> longest) {
  using Clock = std::chrono::steady_clock;
  using std::chrono::milliseconds;
  // Also bounds what poll() is given: its time is an int of milliseconds.
  constexpr milliseconds kHour(3'600'000);
  const milliseconds most = stop.fd() < 0 ? kLook : kHour;
  const auto start = Clock::now();
  std::array<pollfd, 2> fds{{{fd, events, 0}, {stop.fd(), POLLIN, 0}}};
  milliseconds left = most;
  while (!stop.requested()) {
    if (longest.has_value()) {
      left = std::clamp(std::chrono::ceil<milliseconds>(*longest - (Clock::now() - start)),
                        milliseconds(0), most);
    }
    const int ready = poll(fds.data(), fds.size(), static_cast<int>(left.count()));
    if (stop.requested()) break;
    if (ready > 0 && fds[0].revents != 0) return Woken::kReady;
    if (longest.has_value() && Clock::now() - start >= *longest) return Woken::kTimeout;
  }
  return Woken::kStopped;
}

int LongestPoll(const Stop& stop) { return stop.fd() < 0 ? static_cast<int>(kLook.count()) : -1; }

bool WaitForStop(const Stop& stop, std::optional<std::chrono::nanoseconds> longest) {
  return WaitFor(-1, 0, stop, longest) == Woken::kStopped;  // poll() ignores the -1
}

}  // namespace pdns
