#include "frame/listen/listener.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/log.h"

namespace pdns::frame {
namespace {

using std::chrono::milliseconds;
using State = Connection::State;

constexpr milliseconds kLookAgain(100);  // what has to be done by time is done at least so often
constexpr std::size_t kAcceptedAtOnce = 64;  // then those that are connected have their turn
constexpr unsigned kHangUp = EPOLLRDHUP;

}  // namespace

Listener::Listener(std::vector<net::ListeningSocket> sockets, const ListenerLimits& limits,
                   std::unique_ptr<net::TlsServer> tls)
    : sockets_(std::move(sockets)),
      figures_(sockets_.size()),
      limits_(limits),
      tls_(std::move(tls)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  ShareConnections();
}

Listener::~Listener() = default;

Listener::Kind Listener::KindOf(const net::ListeningSocket& socket) {
  if (socket.endpoint().kind == net::Endpoint::Kind::kUnix) return kUnix;
  return socket.endpoint().tls ? kTls : kTcp;
}

Result<std::unique_ptr<Listener>> Listener::Open(std::vector<net::ListeningSocket> sockets,
                                                 const ListenerLimits& limits,
                                                 std::unique_ptr<net::TlsServer> tls, int wake_fd) {
  std::unique_ptr<Listener> listener(new Listener(std::move(sockets), limits, std::move(tls)));
  // An epoll set can wait for other epoll sets (epoll(7)). This one holds no peer: it only wakes
  // the thread, and each round robin is then asked with no wait.
  const auto wait_for = [&listener](int fd, unsigned events) {
    epoll_event event{};
    event.events = events;
    return epoll_ctl(listener->epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  };
  bool waits = wait_for(listener->handshakes_.fd(), EPOLLIN);
  for (const Door& door : listener->doors_)
    waits = wait_for(door.round_robin.fd(), EPOLLIN) && waits;
  if (!waits) return Status::Errno("sockets cannot be waited on", errno);
  for (const net::ListeningSocket& socket : listener->sockets_) {
    if (socket.endpoint().tls && listener->tls_ == nullptr)
      return Status::Usage("address " + socket.name() + ": TLS without a certificate");
    if (!listener->doors_[KindOf(socket)].round_robin.Watch(socket.fd(), EPOLLIN, EPOLL_CTL_ADD))
      return Status::Errno("socket " + socket.name() + ": cannot be waited on", errno);
  }
  // The descriptor of a stop stays readable for ever. EPOLLONESHOT lets it wake one wait;
  // afterwards peers are still read (HandOver, ReadRest), and no wait must spin. If it cannot be
  // added, a stop is seen when the timeout of the Poll is over.
  if (wake_fd >= 0) wait_for(wake_fd, EPOLLIN | EPOLLONESHOT);
  return listener;
}

bool Listener::Poll(milliseconds timeout, FrameSink& sink) {
  // No descriptor announces that a parked peer's time is over or that a full door may open again:
  // both are looked at by the clock.
  const auto full = [](const Door& door) { return !door.accepting; };
  const bool by_time = !parked_.empty() || std::any_of(doors_.begin(), doors_.end(), full);
  // Order matters: reading first, then room is made, then doors open to whom there is room for.
  const bool any = Turn(by_time ? std::min(timeout, kLookAgain) : timeout, sink);
  if (memory_ > limits_.memory) KeepMemory(sink);
  if (!parked_.empty()) CloseParked();
  for (const Kind kind : {kUnix, kTcp, kTls})
    if (!doors_[kind].accepting) ListenAgainIfRoom(kind);
  return any;
}

bool Listener::Turn(milliseconds timeout, FrameSink& sink) {
  const auto waits = [](const Door& door) { return door.round_robin.waiting(); };
  const bool more = handshakes_.waiting() || std::any_of(doors_.begin(), doors_.end(), waits);
  // One event is enough: all round robins are gone round, whichever woke us, so that no kind waits
  // for another. Who was left over from the last turn is announced by no poll, hence the 0.
  epoll_event event{};  // which of them it is will be found out
  epoll_wait(epoll_.get(), &event, 1, more ? 0 : static_cast<int>(timeout.count()));
  caught_up_ = true;
  bool any = false;
  for (Door& door : doors_) any = GoRound(door.round_robin, sink) || any;
  // GoRound stands on the left of ||: behind a true `any` it would not be called.
  return GoRound(handshakes_, sink) || any;
}

bool Listener::GoRound(RoundRobin& round_robin, FrameSink& sink) {
  const auto until = Clock::now() + kSlice;
  round_robin.Gather();
  caught_up_ = caught_up_ && round_robin.gathered_all();
  bool any = false;
  for (int fd = round_robin.Next(); fd >= 0; fd = round_robin.Next()) {
    any = Serve(fd, sink) || any;
    // After the peer, not before it: each round serves one at least, however late it is.
    if (Clock::now() >= until) break;
  }
  caught_up_ = caught_up_ && !round_robin.waiting();
  return any;
}

void Listener::ReadRest(milliseconds limit, FrameSink& sink) {
  const auto until = Clock::now() + limit;
  // Ends at the first Poll that finds nothing, or at the limit, under a peer that never stops.
  while (Clock::now() < until && Poll(milliseconds(0), sink)) {
  }
}

bool Listener::Serve(int fd, FrameSink& sink) {
  const auto found = peers_.find(fd);
  if (found == peers_.end()) return AcceptFrom(fd);
  Peer& peer = found->second;
  if (peer.seen == State::kParked) {  // a hang-up: it is watched for nothing else
    Forget(found);
    return false;
  }
  const std::uint64_t round = RoundRobinOf(peer).round();
  // A descriptor may be in a round twice, once for its bytes and once put back: it has one turn.
  if (std::exchange(peer.round, round) == round) return false;
  Connection& connection = *peer.connection;
  const std::uint64_t before = connection.frames();
  const std::size_t bytes = connection.Receive(sink);
  figures_[connection.socket()].bytes += bytes;
  if (connection.frames() > before) {
    // Whole frames count, not bytes: a peer that sends a byte now and then is as silent as any
    // other when room is needed.
    peer.sends = true;
    peer.last = Clock::now();
  }
  CountMemory(peer);
  caught_up_ = caught_up_ && connection.drained();
  const bool pending = connection.pending() && connection.state() != State::kParked;
  // The kernel has nothing to announce for bytes that the splitter or OpenSSL holds already.
  if (pending) RoundRobinOf(peer).PutBack(fd);
  RecordState(found);
  return bytes > 0 || pending;
}

// What the last reading made of a peer.
void Listener::RecordState(Peers::iterator found) {
  const int fd = found->first;
  Peer& peer = found->second;
  const Connection& connection = *peer.connection;
  // READY with a foreign content type leaves a reason and the peer goes on, so the reason is looked
  // at in every state, and noted once.
  if (!connection.reason().empty() && connection.reason() != peer.noted) Note(peer);
  if (connection.state() == State::kClosed) return Forget(found);
  if (connection.state() == State::kParked) return Parked(fd, peer);
  peer.seen = connection.state();
  const unsigned events = EventsOf(connection);
  // After its handshake a TLS peer moves from the turns of handshakes to those of its door.
  if (peer.established != connection.established()) {
    Watch(fd, peer, 0, EPOLL_CTL_DEL);
    peer.established = connection.established();
    peer.round = 0;  // of the other round robin
    Watch(fd, peer, events, EPOLL_CTL_ADD);
    if (connection.pending()) RoundRobinOf(peer).PutBack(fd);
  } else if (events != peer.events) {
    Watch(fd, peer, events, EPOLL_CTL_MOD);
  }
  peer.events = events;
}

unsigned Listener::EventsOf(const Connection& connection) {
  return kHangUp | (connection.wants_read() ? EPOLLIN : 0U) |
         (connection.wants_write() ? EPOLLOUT : 0U);
}

bool Listener::AcceptFrom(int listening_fd) {
  const auto from =
      std::find_if(sockets_.begin(), sockets_.end(),
                   [listening_fd](const auto& socket) { return socket.fd() == listening_fd; });
  if (from == sockets_.end()) return false;  // a peer that went in this very round
  const auto socket = static_cast<std::size_t>(from - sockets_.begin());
  const Kind kind = KindOf(*from);
  bool any = false;
  // The sockets of a kind share the door: if one finds it full, it is full for all.
  const auto stop = [&] {
    StopAccepting(kind);
    return any;
  };
  for (std::size_t n = 0; n < kAcceptedAtOnce; ++n) {
    // Before accept4(): a peer that is accepted and closed comes back at once. In the backlog it
    // waits (listen(2)).
    if (doors_[kind].open >= doors_[kind].limit) return stop();
    const int fd = accept4(listening_fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    // accept(2) gives the errors of the connection that is taken off the backlog, too: ECONNABORTED
    // is of one that has gone, and the next one may be fine.
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return any;
    if (fd < 0) return stop();  // no descriptor left
    any = true;
    caught_up_ = false;  // it may have sent something already
    ++figures_[socket].accepted;
    auto channel =
        kind == kTls ? tls_->Accept(net::Descriptor(fd)) : net::Channel::Plain(net::Descriptor(fd));
    Add(std::make_unique<Connection>(std::move(channel), socket));
  }
  return any;
}

bool Listener::Add(std::unique_ptr<Connection> connection) {
  const int fd = connection->fd();
  Peer peer;
  peer.kind = KindOf(sockets_[connection->socket()]);
  peer.seen = connection->state();
  peer.established = connection->established();
  peer.accepted = peer.last = Clock::now();
  peer.events = EventsOf(*connection);
  // Before anything is counted: a peer that cannot be watched is closed by its destructor, and
  // leaves no trace in the figures of open ones.
  if (!Watch(fd, peer, peer.events, EPOLL_CTL_ADD)) return false;
  LogDetail(NameOf(*connection) + " connected");
  ++figures_[connection->socket()].open;
  ++doors_[peer.kind].open;
  peer.connection = std::move(connection);
  CountMemory(peers_.insert_or_assign(fd, std::move(peer)).first->second);
  return true;
}

// No copy of the descriptor exists, so close(2) takes it out of the epoll set (epoll(7)). Its
// number may stand in a round still, or be given to the next peer: Serve then finds nobody, or
// somebody with nothing to read.
void Listener::Forget(Peers::iterator found) {
  memory_ -= found->second.memory;
  --figures_[found->second.connection->socket()].open;
  --doors_[found->second.kind].open;
  peers_.erase(found);
}

// One line a connection and reason.
void Listener::Note(Peer& peer) {
  const Connection& connection = *peer.connection;
  // Peers go all the time (PowerDNS does so without STOP): no warning.
  if (connection.state() == State::kClosed)
    return LogDetail(NameOf(connection) + " " + connection.reason());
  // Several reasons may be noted of one peer; in the figures it is one refused connection.
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
  // Reasons of TLS are OpenSSL's words: how many there are, nobody promises. All beyond the bound
  // share one limit.
  constexpr std::size_t kMostKinds = 32;
  const bool known = complaints_.count(what) > 0 || complaints_.size() < kMostKinds;
  complaints_.try_emplace(known ? what : "", "").first->second.Warning(who + " " + what);
}

RoundRobin& Listener::RoundRobinOf(const Peer& peer) {
  return peer.established ? doors_[peer.kind].round_robin : handshakes_;
}

bool Listener::Watch(int fd, const Peer& peer, unsigned events, int operation) {
  return RoundRobinOf(peer).Watch(fd, events, operation);
}

}  // namespace pdns::frame
