#include "tap/output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/wait.h"

namespace pdns::tap {
namespace {

constexpr std::size_t kHold = 64U << 10;
// A pipe that can be written at all takes this much without waiting (PIPE_BUF).
constexpr std::size_t kPiece = 4096;

}  // namespace

bool Output::Write(std::string_view text) {
  if (error_ != 0) return false;
  held_.append(text);
  return at_once_ || held_.size() >= kHold ? Flush() : true;
}

bool Output::Flush() {
  std::string_view rest = held_;
  while (!rest.empty() && error_ == 0) {
    std::array<pollfd, 2> ready{{{fd_, POLLOUT, 0}, {interrupt_.fd(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), LongestPoll(interrupt_)) < 0 && errno != EINTR)
      error_ = errno;
    if (ready[0].revents == 0) {
      if (interrupt_.requested()) break;
      continue;
    }
    const ssize_t wrote = write(fd_, rest.data(), std::min(rest.size(), kPiece));
    if (wrote >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno != EINTR && errno != EAGAIN) {
      error_ = errno;
    }
  }
  held_.clear();
  return error_ == 0;
}

}  // namespace pdns::tap
