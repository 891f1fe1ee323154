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

// Half of the descriptors stay for the database.
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
  door.room_below = door.open;
  door.try_again = now + kAcceptPause;
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    if (KindOf(sockets_[i]) != kind) continue;
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
    if (!OthersWait(kind) || !MakeRoom(kind)) {
      door.look_again = now + kLookPause;
      return;
    }
  }
  door.accepting = true;
  for (const net::ListeningSocket& socket : sockets_) {
    if (KindOf(socket) != kind) continue;
    door.accepting = door.round_robin.Watch(socket.fd(), EPOLLIN, EPOLL_CTL_MOD) && door.accepting;
  }
}

bool Listener::OthersWait(Kind kind) const {
  std::vector<pollfd> waiting;
  for (const net::ListeningSocket& socket : sockets_)
    if (KindOf(socket) == kind) waiting.push_back({socket.fd(), POLLIN, 0});
  return poll(waiting.data(), waiting.size(), 0) > 0;
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
    if (std::pair(rank, since) >= first) continue;
    first = {rank, since};
    chosen = it;
  }
  if (chosen == peers_.end()) return false;
  pollfd unread{chosen->first, POLLIN, 0};
  if (first.first == kSilent && poll(&unread, 1, 0) > 0) return false;  // it speaks again
  const Connection& connection = *chosen->second.connection;
  Complain(NameOf(connection), "closed: it is silent, and others wait");
  ++figures_[connection.socket()].timed_out;
  Forget(chosen);
  return true;
}

void Listener::CountMemory(Peer& peer) {
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
  parked_.emplace_back(peer.last, fd);
  CountMemory(peer);
  figures_[peer.connection->socket()].broken += peer.connection->broken() ? 1 : 0;
  Watch(fd, peer, EPOLLRDHUP, EPOLL_CTL_MOD);  // by TCP nothing else tells that it has gone
}

void Listener::CloseParked() {
  const auto over = Clock::now() - kParkTime;
  for (; !parked_.empty() && parked_.front().first <= over; parked_.pop_front()) {
    const auto found = peers_.find(parked_.front().second);
    if (found != peers_.end() && found->second.seen == State::kParked &&
        found->second.last == parked_.front().first) {
      Forget(found);
    }
  }
}

}  // namespace pdns::frame
