// How much peers may hold: the part of Listener that says who may come and who has to go.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "base/log.h"
#include "frame/listen/listener.h"

namespace pdns::frame {
namespace {

using State = Connection::State;

constexpr auto kParkTime = std::chrono::seconds(5);  // the rhythm in which libfstrm itself retries
constexpr auto kAcceptPause = std::chrono::seconds(1);
constexpr auto kWarningPause = std::chrono::seconds(60);
constexpr auto kLookPause = std::chrono::milliseconds(100);

}  // namespace

// Half of the descriptors stay for the database. RocksDB holds its table files open and the archive
// its own; a peer that took their last descriptor would stop the database. The soft limit is asked
// (getrlimit(2)), since that is the one that accept4() meets.
void Listener::ShareConnections() {
  std::set<Kind> kinds;
  for (const net::ListeningSocket& socket : sockets_) kinds.insert(KindOf(socket));
  const std::size_t present = std::max<std::size_t>(1, kinds.size());
  rlimit descriptors{};
  const bool known = getrlimit(RLIMIT_NOFILE, &descriptors) == 0;
  const std::size_t share =
      std::max<std::size_t>(1, known ? descriptors.rlim_cur / 2 / present : kMaxConnections);
  if (limits_.connections > share) {
    LogWarning(std::to_string(limits_.connections) +
               " connections are too many for the descriptors that this process may open: " +
               std::to_string(share) + (present > 1 ? " for each kind of socket" : ""));
  }
  const std::size_t wanted = limits_.connections > 0 ? limits_.connections : kMaxConnections;
  for (Door& door : doors_) door.limit = std::min(wanted, share);
}

// Peers wait in the kernel until one of those at hand goes, or descriptors may be free again.
void Listener::StopAccepting(Kind kind) {
  const auto now = Clock::now();
  Door& door = doors_[kind];
  door.accepting = false;
  // Two ways lead here. If the door is at its limit, only one who goes makes room. If accept4()
  // found no descriptor, others of the process may give one back, which nothing tells: hence the
  // second try by time.
  door.room_below = door.open;
  door.try_again = now + kAcceptPause;
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    if (KindOf(sockets_[i]) != kind) continue;
    // A listening socket with peers in its backlog is always ready: watched on, it would make each
    // wait return at once.
    door.round_robin.Watch(sockets_[i].fd(), 0, EPOLL_CTL_MOD);
    ++figures_[i].full;
  }
  if (now < door.next_warning) return;
  door.next_warning = now + kWarningPause;
  constexpr std::array<const char*, kKinds> kNames{"Unix", "TCP", "TLS"};
  LogWarning(std::to_string(door.open) + " " + kNames[kind] +
             " connections are open and no more can be; others wait");
}

void Listener::ListenAgainIfRoom(Kind kind) {
  Door& door = doors_[kind];
  const auto now = Clock::now();
  const bool room =
      door.open < door.room_below || (now >= door.try_again && door.open < door.limit);
  if (!room) {
    if (now < door.look_again) return;
    // To look for room goes over all peers, so it is done ten times a second at most; once somebody
    // made room, the next may come at once.
    if (!OthersWait(kind) || !MakeRoom(kind)) {
      door.look_again = now + kLookPause;
      return;
    }
  }
  door.accepting = true;
  for (const net::ListeningSocket& socket : sockets_) {
    if (KindOf(socket) != kind) continue;
    // If one socket cannot be watched, the door counts as full and is tried again.
    door.accepting = door.round_robin.Watch(socket.fd(), EPOLLIN, EPOLL_CTL_MOD) && door.accepting;
  }
}

bool Listener::OthersWait(Kind kind) const {
  std::vector<pollfd> waiting;
  for (const net::ListeningSocket& socket : sockets_)
    if (KindOf(socket) == kind) waiting.push_back({socket.fd(), POLLIN, 0});
  // The round robin does not watch these sockets now; the kernel says without accept4() whether
  // their backlog holds somebody.
  return poll(waiting.data(), waiting.size(), 0) > 0;
}

// Some of a crowd that comes and goes are let in when they have gone already, which only a read
// finds out. They make room by themselves, with the next turns.
bool Listener::SomeHaveGone(Kind kind) const {
  std::vector<pollfd> present;
  for (const auto& [fd, peer] : peers_)
    if (peer.kind == kind) present.push_back({fd, POLLRDHUP, 0});
  return poll(present.data(), present.size(), 0) > 0;
}

// Nobody is asked to go who sends: PowerDNS keeps silent connections, and among those who say
// nothing at all they are the last to go.
bool Listener::MakeRoom(Kind kind) {
  enum Rank : std::uint8_t { kNoStart, kNoFrame, kSilent };
  const auto now = Clock::now();
  auto chosen = peers_.end();
  std::pair<Rank, Clock::time_point> first{kSilent, Clock::time_point::max()};
  for (auto it = peers_.begin(); it != peers_.end(); ++it) {
    const Peer& peer = it->second;
    if (peer.kind != kind) continue;
    const bool data = peer.seen != State::kParked && peer.sends;
    const Rank rank = data ? kSilent : peer.seen == State::kData ? kNoFrame : kNoStart;
    const auto since = data || peer.seen == State::kParked ? peer.last : peer.accepted;
    if (now - since < (data ? limits_.next_frame : limits_.first_frame)) continue;
    // First by rank, then by time: of equals the one that is silent longest.
    if (std::pair(rank, since) >= first) continue;
    first = {rank, since};
    chosen = it;
  }
  if (chosen == peers_.end() || SomeHaveGone(kind)) return false;
  pollfd unread{chosen->first, POLLIN, 0};
  if (first.first == kSilent && poll(&unread, 1, 0) > 0) return false;  // it speaks again
  const Connection& connection = *chosen->second.connection;
  Complain(NameOf(connection), "closed: it is silent, and others wait");
  ++figures_[connection.socket()].timed_out;
  Forget(chosen);
  return true;
}

void Listener::CountMemory(Peer& peer) {
  // Counted after each reading, so that the sum is at hand without a walk over all peers.
  const std::size_t now = peer.connection->memory();
  memory_ = memory_ - peer.memory + now;
  peer.memory = now;
}

// Over the limit: room that holds nothing goes first, then whole frames that wait for another turn,
// then whoever holds most.
void Listener::KeepMemory(FrameSink& sink) {
  std::vector<std::pair<std::size_t, int>> holders;
  for (auto& [fd, peer] : peers_) {
    peer.connection->Trim();
    CountMemory(peer);
    if (peer.seen != State::kParked) holders.emplace_back(peer.memory, fd);
  }
  std::sort(holders.begin(), holders.end(), std::greater<>());
  for (const auto& [size, fd] : holders) {
    if (memory_ <= limits_.memory) return;
    const auto found = peers_.find(fd);
    if (!found->second.connection->uncut()) continue;
    found->second.connection->DeliverRest(sink);
    found->second.connection->Trim();
    CountMemory(found->second);
    // Forgets nobody here: only a read finds that a peer has gone. So all holders are still there
    // below.
    RecordState(found);
  }
  for (const auto& [size, fd] : holders) {
    if (memory_ <= limits_.memory) return;
    Peer& peer = peers_.at(fd);
    if (peer.seen == State::kParked) continue;
    peer.connection->Park(
        "holds the most of all frames that are not whole, over the limit of memory");
    ++figures_[peer.connection->socket()].over_memory;
    Note(peer);
    Parked(fd, peer);
  }
}

void Listener::Parked(int fd, Peer& peer) {
  peer.seen = State::kParked;
  peer.last = Clock::now();
  // Times only grow, so the front is the next whose time is over.
  parked_.emplace_back(peer.last, fd);
  CountMemory(peer);
  figures_[peer.connection->socket()].broken += peer.connection->broken() ? 1 : 0;
  Watch(fd, peer, EPOLLRDHUP, EPOLL_CTL_MOD);  // by TCP nothing else tells that it has gone
}

void Listener::CloseParked() {
  const auto over = Clock::now() - kParkTime;
  for (; !parked_.empty() && parked_.front().first <= over; parked_.pop_front()) {
    const auto found = peers_.find(parked_.front().second);
    // The peer may have gone by itself, and its number be another's who is parked, too: the time
    // tells whether this entry is of this peer.
    if (found != peers_.end() && found->second.seen == State::kParked &&
        found->second.last == parked_.front().first) {
      Forget(found);
    }
  }
}

}  // namespace pdns::frame
