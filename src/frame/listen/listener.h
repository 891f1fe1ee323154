// The sockets that resolvers write dnstap to: net::ListeningSocket -> [Listener] -> frames of all
// their connections.
//
// A peer that is slow, silent, half-open, oversize or speaks something else costs one connection of
// a bounded number, bounded memory, one log line and a counter. Unix, TCP and TLS have a number of
// connections each, so that no crowd of one kind keeps another out. At the limit peers wait in the
// kernel; while any do, who is silent makes room: who has not come to START first, then who has
// sent no frame, then who has sent none for long, in each the oldest. Nobody is accepted and closed
// at once: a resolver would come back at once.
//
// One Poll spends kSlice on each kind and on TLS handshakes, and one reading of a peer more
// (Connection::kTurn): whatever comes in, all others have their turn within half a second.
//
// With HandOver() and Adopt() the connections live on in the next process, each in the middle of
// whatever was being sent on it.
//
// One thread at a time, figures included.
#pragma once

#include <array>
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
#include "frame/listen/connection.h"
#include "frame/listen/round_robin.h"
#include "net/descriptor.h"
#include "net/endpoint.h"
#include "net/tls.h"

namespace pdns::frame {

struct ListenerLimits {
  std::size_t connections = 0;     // at once, of each kind; 0: Listener::kMaxConnections; all kinds
                                   // together at most half of the descriptors of the process
  std::size_t memory = 64U << 20;  // bytes of frames that are not whole yet, of all peers
  // While others wait: how long a peer keeps its place without its first frame, ...
  std::chrono::milliseconds first_frame{1'000};
  std::chrono::milliseconds next_frame{10'000};  // ... and without another one
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
  std::uint64_t timed_out = 0;    // silent connections closed while others waited
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
  static constexpr std::chrono::milliseconds kSlice{20};

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
  std::vector<net::ListeningSocket> ReleaseSockets();

  const std::vector<net::ListeningSocket>& sockets() const { return sockets_; }
  const std::vector<ListenerFigures>& figures() const { return figures_; }  // one a socket
  std::size_t connections() const { return peers_.size(); }
  std::size_t memory() const { return memory_; }  // that connections hold

 private:
  using Clock = std::chrono::steady_clock;
  // Of a socket and its peers.
  enum Kind : std::uint8_t { kUnix, kTcp, kTls, kKinds };
  struct Peer {
    std::unique_ptr<Connection> connection;
    Kind kind = kUnix;
    Connection::State seen = Connection::State::kHandshake;
    bool established = true;  // its turns are its kind's, not those of handshakes
    Clock::time_point accepted{};
    Clock::time_point last{};  // when frames of it came, or it was parked
    bool sends = false;        // frames of it came, here or where it was adopted from
    std::uint64_t round = 0;   // in which it had its turn
    std::size_t memory = 0;    // as counted in memory_
    bool refused = false;      // as counted in figures
    unsigned events = 0;       // as watched for
    std::string noted;         // the last reason that was logged
  };
  using Peers = std::unordered_map<int, Peer>;
  struct Door {
    RoundRobin round_robin;  // its listening sockets and established peers
    std::size_t limit = 0;
    std::size_t open = 0;
    bool accepting = true;
    std::size_t room_below = 0;      // while not accepting: again with fewer peers than this ...
    Clock::time_point try_again{};   // ... or, below the limit, at this time
    Clock::time_point look_again{};  // for who could make room
    Clock::time_point next_warning{};
  };

  Listener(std::vector<net::ListeningSocket> sockets, const ListenerLimits& limits,
           std::unique_ptr<net::TlsServer> tls);
  static Kind KindOf(const net::ListeningSocket& socket);
  bool Turn(std::chrono::milliseconds timeout, FrameSink& sink);
  bool GoRound(RoundRobin& round_robin, FrameSink& sink);
  bool Serve(int fd, FrameSink& sink);
  bool AcceptFrom(int listening_fd);
  bool Add(std::unique_ptr<Connection> connection);
  void RecordState(Peers::iterator found);
  void Forget(Peers::iterator found);
  void Note(Peer& peer);
  void Complain(const std::string& who, const std::string& what);
  static unsigned EventsOf(const Connection& connection);
  RoundRobin& RoundRobinOf(const Peer& peer);
  bool Watch(int fd, const Peer& peer, unsigned events, int operation);
  std::string NameOf(const Connection& connection) const;

  // limits.cc
  void ShareConnections();
  void StopAccepting(Kind kind);
  void ListenAgainIfRoom(Kind kind);
  bool OthersWait(Kind kind) const;
  bool SomeHaveGone(Kind kind) const;
  bool MakeRoom(Kind kind);
  void CountMemory(Peer& peer);
  void KeepMemory(FrameSink& sink);
  void Parked(int fd, Peer& peer);
  void CloseParked();

  std::vector<net::ListeningSocket> sockets_;
  std::vector<ListenerFigures> figures_;
  ListenerLimits limits_;
  std::unique_ptr<net::TlsServer> tls_;
  std::array<Door, kKinds> doors_;
  RoundRobin handshakes_;  // of TLS, which cost more than all that comes after
  net::Descriptor epoll_;  // of the round robins and the wake descriptor
  bool caught_up_ = false;
  std::deque<std::pair<Clock::time_point, int>> parked_;  // since when; some may be gone already
  std::size_t memory_ = 0;
  Peers peers_;
  std::map<std::string, LogLimit> complaints_;  // by what is said
};

}  // namespace pdns::frame
