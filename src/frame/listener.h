// The sockets that resolvers write dnstap to: net::ListeningSocket -> [Listener] -> frames of all
// their connections.
//
// A peer that is slow, silent, half-open, oversize or speaks something else costs one connection of
// a bounded number, bounded memory, one log line and a counter. At the limit of connections peers
// wait in the kernel; while any do, one that has not come to START in its time makes room. Nobody
// is accepted and closed at once: a resolver would come back at once.
//
// With HandOver() and Adopt() the connections live on in the next process, each in the middle of
// whatever was being sent on it.
//
// One thread at a time, figures included.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log_limit.h"
#include "base/status.h"
#include "frame/connection.h"
#include "net/descriptor.h"
#include "net/endpoint.h"
#include "net/tls.h"

namespace pdns::frame {

// Of all sockets of a listener together.
struct ListenerLimits {
  std::size_t connections = 0;     // at once; 0: Listener::kMaxConnections; never more than half
                                   // of the descriptors that the process may have
  std::size_t memory = 64U << 20;  // bytes of frames that are not whole yet
  std::chrono::milliseconds handshake{30'000};  // to come to START, while others wait
};

// Of one listening socket, since the listener was opened.
struct ListenerFigures {
  std::size_t open = 0;           // connections now, parked ones included
  std::uint64_t accepted = 0;     // connections
  std::uint64_t adopted = 0;      // connections taken over from another process
  std::uint64_t bytes = 0;        // read, framing included, TLS not
  std::uint64_t refused = 0;      // connections told off or parked: another content type, broken
                                  // framing, a failed TLS handshake
  std::uint64_t broken = 0;       // of these, broken framing
  std::uint64_t over_memory = 0;  // connections parked for the memory they held
  std::uint64_t timed_out = 0;    // connections closed for want of START while others waited
  std::uint64_t full = 0;         // times that peers were left waiting in the kernel
};

// A connection on its way to the next process. The descriptor is close-on-exec.
struct HandedPeer {
  std::string socket;  // name() of its listening socket
  net::Descriptor fd;
  std::string state;  // handed_state.h
};

class Listener {
 public:
  static constexpr std::size_t kMaxConnections = 1000;

  // `tls` is needed when one of the sockets is marked so (kUsage without). kIo: the system refuses.
  // `wake_fd` (may be -1) ends a Poll when it becomes readable.
  static Result<std::unique_ptr<Listener>> Open(std::vector<net::ListeningSocket> sockets,
                                                const ListenerLimits& limits,
                                                std::unique_ptr<net::TlsServer> tls, int wake_fd);
  ~Listener();  // closes all connections and sockets, removes the socket files it owns
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Waits up to `timeout` for peers, then reads each that has something, once. True when anything
  // was read or accepted; errors of single peers end those peers only.
  bool Poll(std::chrono::milliseconds timeout, FrameSink& sink);

  // Reads what peers have sent already, for at most `limit`; for the end.
  void ReadRest(std::chrono::milliseconds limit, FrameSink& sink);

  // The last Poll read everything that the peers connected had sent, and no new one came.
  bool caught_up() const { return caught_up_; }

  // For the next process: no more is accepted or read. Plain connections are given with what it
  // takes to go on; parked ones are closed. TLS cannot travel: those peers are told goodbye and
  // read to their end, for at most 2 s. Afterwards there are no connections, and Poll must not be
  // called.
  std::vector<HandedPeer> HandOver(FrameSink& sink);

  // The other side of it. kUsage: there is no such socket; kMalformed: no such state, or no
  // connection. The peer is closed then.
  Status Adopt(HandedPeer peer);

  // After HandOver: the listening sockets, which go on collecting peers meanwhile.
  std::vector<net::ListeningSocket> TakeSockets();

  const std::vector<net::ListeningSocket>& sockets() const { return sockets_; }
  const std::vector<ListenerFigures>& figures() const { return figures_; }  // one a socket
  std::size_t connections() const { return peers_.size(); }
  std::size_t memory() const { return memory_; }  // that connections hold

 private:
  using Clock = std::chrono::steady_clock;
  struct Peer {
    std::unique_ptr<Connection> connection;
    Clock::time_point since{};  // when it came to this state
    Connection::State seen = Connection::State::kHandshake;
    std::size_t memory = 0;  // as counted in memory_
    bool refused = false;    // as counted in figures
    bool writing = false;    // as watched for
    std::string noted;       // the last reason that was logged
  };
  using Peers = std::unordered_map<int, Peer>;

  Listener(std::vector<net::ListeningSocket> sockets, const ListenerLimits& limits,
           std::unique_ptr<net::TlsServer> tls);
  bool Turn(std::chrono::milliseconds timeout, FrameSink& sink);
  bool Serve(int fd, FrameSink& sink);
  bool AcceptFrom(int listening_fd);
  bool Add(std::unique_ptr<Connection> connection);
  void StopAccepting();
  void ListenAgainIfRoom();
  bool OthersWait() const;
  void CloseLateStarters(Clock::time_point now);
  void TakeState(Peers::iterator found);
  void CountMemory(Peer& peer);
  void KeepMemory();
  void Parked(int fd, Peer& peer);
  void CloseParked();
  void Forget(Peers::iterator found);
  void Note(Peer& peer);
  void Complain(const std::string& who, const std::string& what);
  bool Watch(int fd, unsigned events, int operation) const;
  std::string NameOf(const Connection& connection) const;

  std::vector<net::ListeningSocket> sockets_;
  std::vector<ListenerFigures> figures_;
  ListenerLimits limits_;
  std::unique_ptr<net::TlsServer> tls_;
  net::Descriptor epoll_;
  bool accepting_ = true;
  bool caught_up_ = false;
  std::size_t room_below_ = 0;     // while not accepting: again with fewer peers than this ...
  Clock::time_point try_again_{};  // ... or, below the limit, at this time
  Clock::time_point next_warning_{};
  std::deque<std::pair<Clock::time_point, int>> parked_;  // since when; some may be gone already
  std::vector<int> again_;                                // hold bytes that no poll announces
  std::size_t memory_ = 0;
  Peers peers_;
  std::map<std::string, LogLimit> complaints_;  // by what is said
};

}  // namespace pdns::frame
