#include "frame/input/notices.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace pdns::frame {

Result<std::unique_ptr<Notices>> Notices::Open() {
  std::unique_ptr<Notices> notices(new Notices);
  notices->epoll_ = epoll_create1(EPOLL_CLOEXEC);
  notices->timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  notices->inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  if (notices->epoll_ < 0 || notices->timer_ < 0 ||
      epoll_ctl(notices->epoll_, EPOLL_CTL_ADD, notices->timer_, &event) != 0) {
    return Status::Errno("cannot wait for changes of files", errno);
  }
  if (notices->inotify_ >= 0) {
    epoll_ctl(notices->epoll_, EPOLL_CTL_ADD, notices->inotify_, &event);
  }
  return notices;
}

Notices::~Notices() {
  for (const int fd : {epoll_, inotify_, timer_}) {
    if (fd >= 0) close(fd);
  }
}

int Notices::Watch(const std::string& path, std::uint32_t mask) const {
  return inotify_add_watch(inotify_, path.c_str(), mask);
}

void Notices::Unwatch(int watch) const { inotify_rm_watch(inotify_, watch); }

void Notices::Tick(std::chrono::milliseconds period) {
  if (period == period_) return;
  period_ = period;
  itimerspec spec{};
  spec.it_interval.tv_sec = static_cast<time_t>(period.count() / 1000);
  spec.it_interval.tv_nsec = static_cast<long>(period.count() % 1000 * 1'000'000);
  spec.it_value = spec.it_interval;
  timerfd_settime(timer_, 0, &spec, nullptr);
}

std::vector<Notice> Notices::Read() {
  std::uint64_t ticks = 0;
  [[maybe_unused]] const auto drained = read(timer_, &ticks, sizeof ticks);
  std::vector<Notice> taken;
  alignas(inotify_event) std::array<char, 16U << 10> buffer;
  while (true) {
    const ssize_t got = read(inotify_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return taken;
    // The kernel's own records: whole ones, each header followed by `len` bytes of name.
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      taken.push_back({event.wd, event.mask, std::string(name, strnlen(name, event.len))});
      at += sizeof event + event.len;
    }
  }
}

}  // namespace pdns::frame
