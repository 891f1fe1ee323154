#include "http/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "base/stop.h"
#include "http/listen.h"

namespace pdns::http {
namespace {

using std::chrono::milliseconds;
using Clock = Daemon::Clock;

}  // namespace

class Server::Impl {
 public:
  Impl(net::Descriptor listening, std::unique_ptr<Daemon> daemon)
      : listening_(std::move(listening)), daemon_(std::move(daemon)), thread_([this] { Run(); }) {}
  ~Impl() {
    stop_.Request();
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int port() const { return PortOf(listening_); }

 private:
  void Run() {
    while (!stop_.requested()) {
      auto now = Clock::now();
      const bool paused = now < paused_until_;
      std::array<pollfd, 3> fds{{{stop_.fd(), POLLIN, 0},
                                 {daemon_->fd(), POLLIN, 0},
                                 {paused ? -1 : listening_.get(), POLLIN, 0}}};
      constexpr milliseconds kLookAnyway(1000);  // should there be no descriptor for the stop
      const milliseconds wait = std::min(paused ? kPause : kLookAnyway, daemon_->Patience(now));
      const int ready = poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
      now = Clock::now();
      if (ready > 0 && fds[2].revents != 0) Accept(now);
      daemon_->Turn(now);
    }
  }

  void Accept(Clock::time_point now) {
    for (std::size_t i = 0; i < Daemon::kAddsPerTurn; ++i) {
      net::Descriptor fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd.valid()) {
        daemon_->Add(std::move(fd), now);
      } else if (i == 0 &&
                 (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
        // The peer stays in the backlog, and poll() would not wait. Of a later try it says nothing:
        // the system looks for a descriptor before it looks for a peer.
        paused_until_ = now + kPause;
        return daemon_->LetOldestGo();
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return;
      }
    }
  }

  static constexpr milliseconds kPause{50};

  net::Descriptor listening_;
  std::unique_ptr<Daemon> daemon_;
  Clock::time_point paused_until_;
  Stop stop_;
  std::thread thread_;  // the last: it uses all of the others
};

Result<std::unique_ptr<Server>> Server::Open(net::Descriptor listening, Settings settings,
                                             Handler handler) {
  auto daemon = Daemon::Open(std::move(settings), std::move(handler));
  if (!daemon.ok()) return daemon.status();
  auto impl = std::make_unique<Impl>(std::move(listening), std::move(*daemon));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
int Server::port() const { return impl_->port(); }

}  // namespace pdns::http
