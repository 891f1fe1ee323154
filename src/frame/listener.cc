#include "frame/listener.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace pdns::frame {
namespace {

constexpr int kBacklog = 128;
constexpr auto kParkTime = std::chrono::seconds(5);  // the rhythm in which libfstrm itself retries
constexpr auto kAcceptPause = std::chrono::seconds(1);
constexpr auto kWarningPause = std::chrono::seconds(60);
constexpr mode_t kSocketMode = 0660;

std::size_t ConnectionLimit() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return Listener::kMaxConnections / 2;
  return std::min<std::size_t>(Listener::kMaxConnections, descriptors.rlim_cur / 2);
}

Result<sockaddr_un> Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Status::Usage("socket " + path + ": a socket path has 1 to " +
                         std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int NewSocket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

// Makes way for a new socket at `path`, or says who is in it.
Status ClearPath(const std::string& path, const sockaddr_un& address) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) {
    return Status::Usage("socket " + path + ": a file that is no socket is in its place");
  }
  const int probe = NewSocket();
  const bool refused =
      connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  ucred holder{};
  socklen_t size = sizeof holder;
  const bool known =
      getsockopt(probe, SOL_SOCKET, SO_PEERCRED, &holder, &size) == 0 && holder.pid > 0;
  close(probe);
  if (!refused) {
    return Status::Io("socket " + path + ": a live process listens on it" +
                      (known ? " (pid " + std::to_string(holder.pid) + ")" : std::string()));
  }
  if (unlink(path.c_str()) != 0)
    return Status::Errno("socket " + path + ": cannot be replaced", errno);
  return {};
}

}  // namespace

Listener::Listener(std::string path, int listen_fd, int epoll_fd)
    : path_(std::move(path)),
      listen_fd_(listen_fd),
      epoll_fd_(epoll_fd),
      limit_(ConnectionLimit()) {}

Result<std::unique_ptr<Listener>> Listener::Open(const std::string& path, int wake_fd) {
  const auto address = Address(path);
  if (!address.ok()) return address.status();
  if (Status clear = ClearPath(path, *address); !clear.ok()) return clear;
  std::unique_ptr<Listener> listener(new Listener(path, NewSocket(), epoll_create1(EPOLL_CLOEXEC)));
  const auto* generic = reinterpret_cast<const sockaddr*>(&*address);
  struct stat info {};
  if (bind(listener->listen_fd_, generic, sizeof *address) != 0 || stat(path.c_str(), &info) != 0) {
    return Status::Errno("socket " + path + ": cannot be made", errno);
  }
  listener->device_ = info.st_dev;
  listener->inode_ = info.st_ino;
  // Mode first: nobody can connect before listen().
  if (chmod(path.c_str(), kSocketMode) != 0 || listen(listener->listen_fd_, kBacklog) != 0 ||
      !listener->Watch(listener->listen_fd_, EPOLLIN, EPOLL_CTL_ADD)) {
    return Status::Errno("socket " + path + ": cannot be listened on", errno);
  }
  if (wake_fd >= 0) listener->Watch(wake_fd, EPOLLIN | EPOLLONESHOT, EPOLL_CTL_ADD);
  return listener;
}

Listener::~Listener() {
  struct stat info {};
  if (inode_ != 0 && lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ &&
      info.st_ino == inode_) {
    unlink(path_.c_str());
  }
  close(listen_fd_);
  close(epoll_fd_);
}

bool Listener::Poll(std::chrono::milliseconds timeout, FrameSink& sink) {
  std::array<epoll_event, 64> events;
  const int ready = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()),
                               static_cast<int>(timeout.count()));
  bool any = false;
  for (int i = 0; i < ready; ++i) {
    const int fd = events[static_cast<std::size_t>(i)].data.fd;
    if (fd == listen_fd_) {
      any = Accept() || any;
    } else {
      any = Serve(fd, sink) || any;
    }
  }
  if (parked_ > 0) CloseParked();
  if (!accepting_) ListenAgainIfRoom();
  return any;
}

void Listener::ReadRest(std::chrono::milliseconds limit, FrameSink& sink) {
  const auto until = Clock::now() + limit;
  while (Clock::now() < until && Poll(std::chrono::milliseconds(0), sink)) {
  }
}

bool Listener::Accept() {
  bool any = false;
  while (peers_.size() < limit_) {
    const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return any;
    if (fd < 0) break;  // no descriptor left
    any = true;
    Peer peer{std::make_unique<Connection>(fd), {}, {}};
    if (!Watch(fd, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD)) continue;
    LogDetail(path_ + ": connection from pid " + std::to_string(peer.connection->peer_pid()));
    peers_.emplace(fd, std::move(peer));
  }
  StopAccepting();
  return any;
}

// Peers wait in the kernel until one of those at hand goes, or descriptors may be free again.
void Listener::StopAccepting() {
  const auto now = Clock::now();
  accepting_ = false;
  room_below_ = peers_.size();
  try_again_ = now + kAcceptPause;
  Watch(listen_fd_, 0, EPOLL_CTL_MOD);
  if (now < next_warning_) return;
  next_warning_ = now + kWarningPause;
  LogWarning(path_ + ": " + std::to_string(peers_.size()) +
             " connections are open and no more can be; others wait");
}

void Listener::ListenAgainIfRoom() {
  const bool later = peers_.size() < limit_ && Clock::now() >= try_again_;
  if (later || peers_.size() < room_below_) accepting_ = Watch(listen_fd_, EPOLLIN, EPOLL_CTL_MOD);
}

bool Listener::Serve(int fd, FrameSink& sink) {
  const auto found = peers_.find(fd);
  if (found == peers_.end()) return false;  // the wake descriptor
  Peer& peer = found->second;
  const bool was_parked = peer.connection->state() == Connection::State::kParked;
  const bool any = !was_parked && peer.connection->Receive(sink);
  Note(peer);
  const auto state = peer.connection->state();
  if (state == Connection::State::kParked && !was_parked) {
    peer.parked_until = Clock::now() + kParkTime;
    ++parked_;
    Watch(fd, 0, EPOLL_CTL_MOD);  // hang-ups still arrive
  } else if (state == Connection::State::kClosed || was_parked) {
    if (was_parked) --parked_;
    peers_.erase(found);  // closing takes it out of the epoll set
  }
  return any;
}

void Listener::Note(Peer& peer) {
  const Connection& connection = *peer.connection;
  const std::string who = path_ + ": pid " + std::to_string(connection.peer_pid()) + " ";
  if (connection.state() == Connection::State::kClosed) {
    LogDetail(who + connection.reason());
  } else if (connection.reason() != peer.noted) {
    LogWarning(who + "refused: " + connection.reason());
    peer.noted = connection.reason();
  }
}

void Listener::CloseParked() {
  const auto now = Clock::now();
  for (auto it = peers_.begin(); it != peers_.end();) {
    const bool over = it->second.connection->state() == Connection::State::kParked &&
                      it->second.parked_until <= now;
    if (over) --parked_;
    it = over ? peers_.erase(it) : std::next(it);
  }
}

bool Listener::Watch(int fd, unsigned events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll_fd_, operation, fd, &event) == 0;
}

}  // namespace pdns::frame
