// From process to process: the part of Listener that gives connections away and takes them over.
#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>

#include "base/log.h"
#include "frame/listen/listener.h"

namespace pdns::frame {
namespace {

using std::chrono::milliseconds;
using State = Connection::State;

// A peer that got our close_notify answers with its own, or not at all: then it is closed.
constexpr auto kGoodbyeTime = std::chrono::seconds(2);

}  // namespace

// TLS peers go first, and all are read until those have gone: nobody is kept waiting meanwhile.
std::vector<HandedPeer> Listener::HandOver(FrameSink& sink) {
  // First: from here on new peers collect in the backlog, which the next process takes over with
  // the socket.
  for (const net::ListeningSocket& socket : sockets_)
    doors_[KindOf(socket)].round_robin.Watch(socket.fd(), 0, EPOLL_CTL_DEL);
  for (auto& [fd, peer] : peers_) peer.connection->Goodbye();
  const auto inside_tls = [](const auto& one) {
    return one.second.seen != State::kParked && !one.second.connection->plain();
  };
  const auto until = Clock::now() + kGoodbyeTime;
  // Turn, not Poll: no door opens again, and nobody is parked for memory on the way out.
  while (Clock::now() < until && std::any_of(peers_.begin(), peers_.end(), inside_tls))
    Turn(std::chrono::ceil<milliseconds>(until - Clock::now()), sink);

  std::vector<HandedPeer> handed;
  for (auto& [fd, peer] : peers_) {
    Connection& connection = *peer.connection;
    --figures_[connection.socket()].open;
    --doors_[peer.kind].open;
    // Whole frames are handed on here, by the process that read them: what travels is less than one
    // piece (handed_state.h). To deliver them may break the stream, so the state is asked
    // afterwards.
    if (peer.seen != State::kParked) connection.DeliverRest(sink);
    if (connection.state() == State::kParked || !connection.plain()) continue;
    // The descriptor lives on, so no close takes it out of the set: epoll(7) keeps what was added
    // as long as the open file description is there.
    Watch(fd, peer, 0, EPOLL_CTL_DEL);
    std::string state = connection.Export();
    handed.push_back(
        {sockets_[connection.socket()].name(), connection.Release(), std::move(state)});
  }
  peers_.clear();
  parked_.clear();
  memory_ = 0;
  return handed;
}

Status Listener::Adopt(HandedPeer peer) {
  const auto at = std::find_if(sockets_.begin(), sockets_.end(), [&peer](const auto& socket) {
    return socket.name() == peer.socket;
  });
  if (at == sockets_.end())
    return Status::Usage("a connection of " + peer.socket + ", which is no socket here");
  // No other program that this process starts may keep a resolver's connection open.
  fcntl(peer.fd.get(), F_SETFD, FD_CLOEXEC);
  auto adopted = Connection::Adopt(
      std::move(peer.fd), static_cast<std::size_t>(at - sockets_.begin()), AsBytes(peer.state));
  if (!adopted.ok()) return adopted.status();
  const std::size_t socket = (*adopted)->socket();
  const int fd = (*adopted)->fd();
  if (!Add(std::move(*adopted)))
    return Status::Malformed("a connection of " + peer.socket + " that cannot be waited on");
  ++figures_[socket].adopted;
  // In the midst of a stream it has sent frames to the process before. Without this it would be
  // among the first to make room, a second after the start.
  peers_.at(fd).sends = peers_.at(fd).seen == State::kData;
  caught_up_ = false;
  return {};
}

// Moved, so that the destructor removes no socket file: resolvers go on connecting by it.
std::vector<net::ListeningSocket> Listener::ReleaseSockets() { return std::exchange(sockets_, {}); }

}  // namespace pdns::frame
