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

// Where more are ready than it is asked for, epoll_wait(2) goes round among them by itself, so that
// 64 at a time reach all. Left over are those that it gave out and we did not come to: while there
// are any it is not asked, so that nobody stands in the queue twice and the queue has its bound.
void RoundRobin::Gather() {
  gathered_all_ = false;
  if (!ready_.empty()) return;
  ++round_;
  // Those put back go first: they were served in the round before, and whoever is also announced
  // now has one turn all the same (round()).
  ready_ = std::exchange(again_, {});
  std::array<epoll_event, kAtOnce> events;
  const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < ready; ++i) ready_.push_back(events[static_cast<std::size_t>(i)].data.fd);
  // A full array says nothing of how many more are ready; an error says nothing at all.
  gathered_all_ = ready >= 0 && ready < static_cast<int>(events.size());
}

int RoundRobin::Next() {
  if (ready_.empty()) return -1;
  const int fd = ready_.front();
  ready_.pop_front();
  return fd;
}

}  // namespace pdns::frame
