// Which connection has to go, and when: Daemon -> [ConnectionTable] -> Daemon.
//
// A peer that is silent, sends a byte now and then or never reads would hold its connection for
// ever. So each has a time by which its request's header must be whole, then one for the body if
// there is any, and from the answer's beginning on a time by which it must be sent. The answer's
// time begins anew with each piece of a streamed answer that the peer has read. It does not run
// while there is nothing to send: how long an answer takes to begin, and a Stream may keep silent,
// is the matter of whoever makes it. But a peer that has ended its side may be gone altogether, and
// is waited for `ended_time` only.
//
// A connection has to go earlier if a newcomer needs room: one of the newcomer's address if that
// has as many as one may have, else one of all. If at least half of these have not come to a
// request, it is the one of that half that has waited longest, else the oldest that is answered:
// neither silent peers nor such that never read can take all the room, and a newcomer has time to
// say what it wants. A connection that waits for its next request has not come to a request.
//
// Times are the caller's. One thread at a time.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pdns::http {

using ConnectionId = std::uint64_t;  // of one Daemon, rising: the smallest is the oldest

struct Limits {
  std::size_t connections = 128;                  // at once
  std::size_t connections_per_address = 64;       // an IPv6 address: its first 64 bits
  std::size_t request_bytes = 32U << 10;          // memory of a connection; half holds a header
  std::chrono::milliseconds header_time{10'000};  // from accept() to the end of the header
  std::chrono::milliseconds answer_time{30'000};  // from the answer's first byte to the last, or to
                                                  // the next piece of a streamed one
  std::chrono::milliseconds idle_time{60'000};    // from an answer to the next request's first line
  std::chrono::milliseconds ended_time{1'000};    // for an answer to begin, or a streamed one to go
                                                  // on, if the peer has ended its side
  std::chrono::milliseconds body_time{30'000};    // from the end of the header to that of the body
  std::size_t body_bytes = 0;                     // of one request's body; 0: no body is read
  std::size_t bodies_bytes = 64U << 20;           // of all bodies that are read at once
};

// What counts as one address, as bytes; empty for what is neither IPv4 nor IPv6.
std::string PeerOf(const sockaddr_storage& address);

// The same as text, whole: "192.0.2.1", which ::ffff:192.0.2.1 is as well, or "2001:db8::1".
std::string PeerText(const sockaddr_storage& address);

class ConnectionTable {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ConnectionTable(const Limits& limits) : limits_(limits) {}

  ConnectionId Add(std::string peer, Clock::time_point now);

  // Of connections that are in the table.
  void BeginHeader(ConnectionId id, Clock::time_point now);  // the first line is whole
  void BeginBody(ConnectionId id, Clock::time_point now);    // the header is whole
  void BeginAnswer(ConnectionId id, Clock::time_point now);  // the request is whole
  void GoOn(ConnectionId id, Clock::time_point now);  // the answer, or a piece of it, is being sent
  void Pause(ConnectionId id, Clock::time_point now);      // of which there is nothing to send now
  void EndSide(ConnectionId id, Clock::time_point now);    // the peer sends no more
  void BeginNext(ConnectionId id, Clock::time_point now);  // it is as a new one
  void Leave(ConnectionId id);   // it was told to go: it takes no room, and is not named again
  void Remove(ConnectionId id);  // it is gone

  // Who has to leave before one more of `peer` is let in.
  std::optional<ConnectionId> InTheWayOf(const std::string& peer) const;
  std::optional<ConnectionId> Oldest() const;

  // Whose time is over, and when the next one's is.
  std::vector<ConnectionId> Due(Clock::time_point now) const;
  std::optional<Clock::time_point> NextDue() const;

  std::size_t size() const { return entries_.size(); }  // those that are leaving included

 private:
  struct Entry {
    std::string peer;
    Clock::time_point deadline;  // kNever: none
    std::uint64_t order = 0;     // of its waiting for a request: the smallest has waited longest
    bool kept = false;           // this is not its first request
    bool answering = false;
    bool paused = false;
    bool ended = false;
    bool leaving = false;
  };
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  std::optional<ConnectionId> OldestOf(const std::string* peer) const;

  Limits limits_;
  ConnectionId last_ = 0;
  std::uint64_t last_order_ = 0;
  std::map<ConnectionId, Entry> entries_;  // about `connections`: looked through, not indexed
};

}  // namespace pdns::http
