#include "http/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/stop.h"
#include "http/listen.h"

namespace pdns::http {
namespace {

using std::chrono::milliseconds;
using Clock = Daemon::Clock;

}  // namespace

class Server::Impl {
 public:
  Impl(net::Descriptor listening, std::unique_ptr<Daemon> daemon, Handler handler)
      : listening_(std::move(listening)),
        handler_(std::move(handler)),
        daemon_(std::move(daemon)),
        thread_([this] { Run(); }) {}
  ~Impl() {
    stop_.Request();
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int port() const { return PortOf(listening_); }

  Status Change(Settings settings) {
    auto daemon = Daemon::Open(std::move(settings), handler_);
    if (!daemon.ok()) return daemon.status();
    const std::lock_guard lock(mutex_);
    next_ = std::move(*daemon);
    return {};
  }

 private:
  void Run() {
    while (!stop_.requested()) {
      Renew();
      const auto wait = Patience(Clock::now());
      std::vector<pollfd> fds{{stop_.fd(), POLLIN, 0},
                              {Clock::now() < paused_until_ ? -1 : listening_.get(), POLLIN, 0},
                              {daemon_->fd(), POLLIN, 0}};
      for (const auto& one : earlier_) fds.push_back({one->fd(), POLLIN, 0});
      const int ready = poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
      const auto now = Clock::now();
      if (ready > 0 && fds[1].revents != 0) Accept(now);
      daemon_->Turn(now);
      for (const auto& one : earlier_) one->Turn(now);
      std::erase_if(earlier_, [](const auto& one) { return one->size() == 0; });
    }
  }

  milliseconds Patience(Clock::time_point now) const {
    // There may be no descriptor for the stop, and Change does not wake.
    constexpr milliseconds kLookAnyway(1000);
    milliseconds wait =
        std::min(now < paused_until_ ? kPause : kLookAnyway, daemon_->Patience(now));
    for (const auto& one : earlier_) wait = std::min(wait, one->Patience(now));
    return wait;
  }

  // Another one takes what comes; those before it serve what they have.
  void Renew() {
    const std::lock_guard lock(mutex_);
    if (next_ == nullptr) return;
    earlier_.push_back(std::exchange(daemon_, std::move(next_)));
    if (earlier_.size() > kMostEarlier) earlier_.erase(earlier_.begin());
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
        return (earlier_.empty() ? daemon_ : earlier_.front())->LetOldestGo();
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return;
      }
    }
  }

  static constexpr milliseconds kPause{50};

  net::Descriptor listening_;
  Handler handler_;
  // These two: of the thread.
  std::unique_ptr<Daemon> daemon_;
  std::vector<std::unique_ptr<Daemon>>
      earlier_;  // with connections from before a change, older first
  std::mutex mutex_;
  std::unique_ptr<Daemon> next_;  // none: no change
  Clock::time_point paused_until_;
  Stop stop_;
  std::thread thread_;  // the last: it uses all of the others
};

Result<std::unique_ptr<Server>> Server::Open(net::Descriptor listening, Settings settings,
                                             Handler handler) {
  auto daemon = Daemon::Open(std::move(settings), handler);
  if (!daemon.ok()) return daemon.status();
  auto impl = std::make_unique<Impl>(std::move(listening), std::move(*daemon), std::move(handler));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
Status Server::Change(Settings settings) { return impl_->Change(std::move(settings)); }
int Server::port() const { return impl_->port(); }

}  // namespace pdns::http
