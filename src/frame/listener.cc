#include "frame/listener.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/log.h"

namespace pdns::frame {
namespace {

using std::chrono::milliseconds;
using State = Connection::State;

constexpr auto kParkTime = std::chrono::seconds(5);  // the rhythm in which libfstrm itself retries
constexpr auto kAcceptPause = std::chrono::seconds(1);
constexpr auto kWarningPause = std::chrono::seconds(60);
constexpr unsigned kWatched = EPOLLIN | EPOLLRDHUP;

// Half of the descriptors stay for the database.
std::size_t ConnectionLimit(std::size_t wanted) {
  rlimit descriptors{};
  const bool known = getrlimit(RLIMIT_NOFILE, &descriptors) == 0;
  const std::size_t half = known ? descriptors.rlim_cur / 2 : Listener::kMaxConnections / 2;
  if (wanted > half) {
    LogWarning(std::to_string(wanted) +
               " connections are too many for the descriptors that this "
               "process may open: " +
               std::to_string(half));
  }
  return std::min(wanted > 0 ? wanted : Listener::kMaxConnections, half);
}

}  // namespace

Listener::Listener(std::vector<net::ListeningSocket> sockets, const ListenerLimits& limits,
                   std::unique_ptr<net::TlsServer> tls)
    : sockets_(std::move(sockets)),
      figures_(sockets_.size()),
      limits_(limits),
      tls_(std::move(tls)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  limits_.connections = ConnectionLimit(limits.connections);
}

Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::Open(std::vector<net::ListeningSocket> sockets,
                                                 const ListenerLimits& limits,
                                                 std::unique_ptr<net::TlsServer> tls, int wake_fd) {
  std::unique_ptr<Listener> listener(new Listener(std::move(sockets), limits, std::move(tls)));
  for (const net::ListeningSocket& socket : listener->sockets_) {
    if (socket.endpoint().tls && listener->tls_ == nullptr)
      return Status::Usage("address " + socket.name() + ": TLS without a certificate");
    if (!listener->Watch(socket.fd(), EPOLLIN, EPOLL_CTL_ADD))
      return Status::Errno("socket " + socket.name() + ": cannot be waited on", errno);
  }
  if (wake_fd >= 0) listener->Watch(wake_fd, EPOLLIN | EPOLLONESHOT, EPOLL_CTL_ADD);
  return listener;
}

bool Listener::Poll(milliseconds timeout, FrameSink& sink) {
  // What has to be done by time is done at least so often.
  if (!parked_.empty() || !accepting_) timeout = std::min<milliseconds>(timeout, kAcceptPause);
  const bool any = Turn(timeout, sink);
  if (memory_ > limits_.memory) KeepMemory();
  if (!parked_.empty()) CloseParked();
  if (!accepting_) ListenAgainIfRoom();
  return any;
}

bool Listener::Turn(milliseconds timeout, FrameSink& sink) {
  std::array<epoll_event, 64> events;
  std::vector<int> again;
  again.swap(again_);
  const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                               again.empty() ? static_cast<int>(timeout.count()) : 0);
  bool any = false;
  caught_up_ = ready >= 0 && ready < static_cast<int>(events.size());
  for (int i = 0; i < ready; ++i)
    any = Serve(events[static_cast<std::size_t>(i)].data.fd, sink) || any;
  for (const int fd : again) {
    const auto found = peers_.find(fd);
    if (found != peers_.end() && found->second.seen != State::kParked) any = Serve(fd, sink) || any;
  }
  return any;
}

void Listener::ReadRest(milliseconds limit, FrameSink& sink) {
  const auto until = Clock::now() + limit;
  while (Clock::now() < until && Poll(milliseconds(0), sink)) {
  }
}

bool Listener::Serve(int fd, FrameSink& sink) {
  const auto found = peers_.find(fd);
  if (found == peers_.end()) return AcceptFrom(fd);
  Peer& peer = found->second;
  if (peer.seen == State::kParked) {  // a hang-up
    Forget(found);
    return false;
  }
  Connection& connection = *peer.connection;
  const std::size_t bytes = connection.Receive(sink);
  figures_[connection.socket()].bytes += bytes;
  CountMemory(peer);
  caught_up_ = caught_up_ && connection.drained();
  if (connection.pending()) again_.push_back(fd);
  TakeState(found);
  return bytes > 0;
}

// What the last reading made of a peer.
void Listener::TakeState(Peers::iterator found) {
  Peer& peer = found->second;
  const Connection& connection = *peer.connection;
  if (!connection.reason().empty() && connection.reason() != peer.noted) Note(peer);
  if (connection.state() == State::kClosed) return Forget(found);
  if (connection.state() == State::kParked) return Parked(found->first, peer);
  if (connection.state() != peer.seen) {
    peer.seen = connection.state();
    peer.since = Clock::now();
  }
  if (connection.wants_write() == peer.writing) return;
  peer.writing = connection.wants_write();
  Watch(found->first, peer.writing ? kWatched | EPOLLOUT : kWatched, EPOLL_CTL_MOD);
}

bool Listener::AcceptFrom(int listening_fd) {
  const auto from =
      std::find_if(sockets_.begin(), sockets_.end(),
                   [listening_fd](const auto& socket) { return socket.fd() == listening_fd; });
  if (from == sockets_.end()) return false;  // the wake descriptor, or a peer just gone
  const auto socket = static_cast<std::size_t>(from - sockets_.begin());
  bool any = false;
  while (peers_.size() < limits_.connections) {
    const int fd = accept4(listening_fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return any;
    if (fd < 0) break;  // no descriptor left
    any = true;
    caught_up_ = false;  // it may have sent something already
    ++figures_[socket].accepted;
    auto channel = from->endpoint().tls ? tls_->Accept(net::Descriptor(fd))
                                        : net::Channel::Plain(net::Descriptor(fd));
    Add(std::make_unique<Connection>(std::move(channel), socket));
  }
  StopAccepting();
  return any;
}

bool Listener::Add(std::unique_ptr<Connection> connection) {
  const int fd = connection->fd();
  if (!Watch(fd, kWatched, EPOLL_CTL_ADD)) return false;
  LogDetail(NameOf(*connection) + " connected");
  ++figures_[connection->socket()].open;
  Peer peer;
  peer.seen = connection->state();
  peer.since = Clock::now();
  peer.connection = std::move(connection);
  CountMemory(peers_.insert_or_assign(fd, std::move(peer)).first->second);
  return true;
}

// Peers wait in the kernel until one of those at hand goes, or descriptors may be free again.
void Listener::StopAccepting() {
  const auto now = Clock::now();
  accepting_ = false;
  room_below_ = peers_.size();
  try_again_ = now + kAcceptPause;
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    Watch(sockets_[i].fd(), 0, EPOLL_CTL_MOD);
    ++figures_[i].full;
  }
  if (now < next_warning_) return;
  next_warning_ = now + kWarningPause;
  LogWarning(std::to_string(peers_.size()) +
             " connections are open and no more can be; others wait");
}

void Listener::ListenAgainIfRoom() {
  const auto now = Clock::now();
  const bool due = now >= try_again_;
  if (due) {
    try_again_ = now + kAcceptPause;
    if (OthersWait()) CloseLateStarters(now);
  }
  if (peers_.size() >= (due ? limits_.connections : room_below_)) return;
  accepting_ = true;
  for (const net::ListeningSocket& socket : sockets_)
    accepting_ = Watch(socket.fd(), EPOLLIN, EPOLL_CTL_MOD) && accepting_;
}

bool Listener::OthersWait() const {
  std::vector<pollfd> waiting;
  for (const net::ListeningSocket& socket : sockets_) waiting.push_back({socket.fd(), POLLIN, 0});
  return poll(waiting.data(), waiting.size(), 0) > 0;
}

void Listener::CloseLateStarters(Clock::time_point now) {
  for (auto it = peers_.begin(); it != peers_.end();) {
    const auto found = it++;
    Peer& peer = found->second;
    if (peer.seen != State::kHandshake || now - peer.since < limits_.handshake) continue;
    Complain(NameOf(*peer.connection), "closed: no START, and others wait");
    ++figures_[peer.connection->socket()].timed_out;
    Forget(found);
  }
}

void Listener::CountMemory(Peer& peer) {
  const std::size_t now = peer.connection->memory();
  memory_ = memory_ - peer.memory + now;
  peer.memory = now;
}

// Over the limit: room that holds nothing goes first, then whoever holds most.
void Listener::KeepMemory() {
  std::vector<std::pair<std::size_t, int>> holders;
  for (auto& [fd, peer] : peers_) {
    peer.connection->Trim();
    CountMemory(peer);
    if (peer.seen != State::kParked) holders.emplace_back(peer.memory, fd);
  }
  if (memory_ <= limits_.memory) return;
  std::sort(holders.begin(), holders.end(), std::greater<>());
  for (const auto& [size, fd] : holders) {
    if (memory_ <= limits_.memory) return;
    Peer& peer = peers_.at(fd);
    peer.connection->Park(
        "holds the most of all frames that are not whole, over the limit of memory");
    ++figures_[peer.connection->socket()].over_memory;
    Note(peer);
    Parked(fd, peer);
  }
}

void Listener::Parked(int fd, Peer& peer) {
  peer.seen = State::kParked;
  peer.since = Clock::now();
  parked_.emplace_back(peer.since, fd);
  CountMemory(peer);
  figures_[peer.connection->socket()].broken += peer.connection->broken() ? 1 : 0;
  Watch(fd, EPOLLRDHUP, EPOLL_CTL_MOD);  // by TCP nothing else tells that it has gone
}

void Listener::CloseParked() {
  const auto over = Clock::now() - kParkTime;
  for (; !parked_.empty() && parked_.front().first <= over; parked_.pop_front()) {
    const auto found = peers_.find(parked_.front().second);
    if (found != peers_.end() && found->second.seen == State::kParked &&
        found->second.since == parked_.front().first) {
      Forget(found);
    }
  }
}

// Closing takes it out of the epoll set.
void Listener::Forget(Peers::iterator found) {
  memory_ -= found->second.memory;
  --figures_[found->second.connection->socket()].open;
  peers_.erase(found);
}

// One line a connection and reason.
void Listener::Note(Peer& peer) {
  const Connection& connection = *peer.connection;
  if (connection.state() == State::kClosed)
    return LogDetail(NameOf(connection) + " " + connection.reason());
  Complain(NameOf(connection), "refused: " + connection.reason());
  peer.noted = connection.reason();
  figures_[connection.socket()].refused += peer.refused ? 0 : 1;
  peer.refused = true;
}

std::string Listener::NameOf(const Connection& connection) const {
  return sockets_[connection.socket()].name() + ": " + connection.peer();
}

// Any peer can make lines: each kind of trouble has its own limit, so that none hides another.
void Listener::Complain(const std::string& who, const std::string& what) {
  constexpr std::size_t kMostKinds = 32;
  const bool known = complaints_.count(what) > 0 || complaints_.size() < kMostKinds;
  complaints_.try_emplace(known ? what : "", "").first->second.Warning(who + " " + what);
}

bool Listener::Watch(int fd, unsigned events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

}  // namespace pdns::frame
