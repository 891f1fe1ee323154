#include "metrics/http_stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pdns::metrics {

HttpStream::HttpStream(int fd, int stop_fd, HttpLimits limits)
    : fd_(fd), stop_fd_(stop_fd), limits_(limits), deadline_(Clock::now() + limits.time) {}

HttpStream::~HttpStream() {
  // What the peer sent and nobody read would make the kernel reset the connection, the answer with
  // it: one look, no wait.
  shutdown(fd_, SHUT_WR);
  for (int i = 0; i < 16 && recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT) > 0; ++i) {
  }
  close(fd_);
}

ssize_t HttpStream::Read(char* into, std::size_t size) {
  while (buffered() == 0) {
    const std::size_t room = std::min(buffer_.size(), limits_.request_bytes - received_);
    if (room == 0) return -1;
    const ssize_t got = recv(fd_, buffer_.data(), room, MSG_DONTWAIT);
    if (got == 0) return 0;
    if (got > 0) {
      received_ += static_cast<std::size_t>(got);
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
    } else if ((errno != EAGAIN && errno != EINTR) || !Await(true)) {
      return -1;
    }
  }
  const std::size_t n = std::min(size, buffered());
  std::memcpy(into, buffer_.data() + begin_, n);
  begin_ += n;
  return static_cast<ssize_t>(n);
}

ssize_t HttpStream::Write(const char* from, std::size_t size) {
  if (!answering_) deadline_ = Clock::now() + limits_.time;
  answering_ = true;
  while (true) {
    const ssize_t sent = send(fd_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if ((errno != EAGAIN && errno != EINTR) || !Await(false)) return -1;
  }
}

bool HttpStream::Await(bool readable) const {
  const auto event = static_cast<short>(readable ? POLLIN : POLLOUT);
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> fds{{{fd_, event, 0}, {stop_fd_, POLLIN, 0}}};
    const int ready = poll(fds.data(), fds.size(), static_cast<int>(left.count()));
    if (ready > 0) return fds[1].revents == 0;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace pdns::metrics
