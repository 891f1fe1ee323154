#include "frame/listen/round_robin.h"

#include <sys/epoll.h>

#include <array>
#include <utility>

namespace pdns::frame {

RoundRobin::RoundRobin() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

bool RoundRobin::Watch(int fd, unsigned events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

// Level-triggered, the kernel's list goes round by itself; left over are those it gave out and we
// did not come to.
void RoundRobin::Gather() {
  gathered_all_ = false;
  if (!ready_.empty()) return;
  ++round_;
  ready_ = std::exchange(again_, {});
  std::array<epoll_event, kAtOnce> events;
  const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < ready; ++i) ready_.push_back(events[static_cast<std::size_t>(i)].data.fd);
  gathered_all_ = ready >= 0 && ready < static_cast<int>(events.size());
}

int RoundRobin::Next() {
  if (ready_.empty()) return -1;
  const int fd = ready_.front();
  ready_.pop_front();
  return fd;
}

}  // namespace pdns::frame
