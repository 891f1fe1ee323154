// Which connection has to go, and when: Daemon -> [ConnectionTable] -> Daemon.
//
// A peer that is silent, sends a byte now and then or never reads would hold its connection for
// ever. So each has a time by which its request's header must be whole, and from then on a time by
// which the answer must be sent.
//
// A connection has to go earlier if a newcomer needs room: one of the newcomer's address if that
// has as many as one may have, else one of all. If at least half of these have not come to a
// request, it is the oldest of that half, else the oldest that is answered: neither silent peers
// nor such that never read can take all the room, and a newcomer has time to say what it wants.
//
// Times are the caller's. One thread at a time.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/reply.h"

namespace pdns::http {

struct Limits {
  std::size_t connections = 128;                  // at once
  std::size_t connections_per_address = 64;       // an IPv6 address: its first 64 bits
  std::size_t request_bytes = 32U << 10;          // memory of a connection; half holds a header
  std::chrono::milliseconds header_time{10'000};  // from accept() to the end of the header
  std::chrono::milliseconds answer_time{30'000};  // from there to the last byte of the answer
};

// What counts as one address, as bytes; empty for what is neither IPv4 nor IPv6.
std::string PeerOf(const sockaddr_storage& address);

class ConnectionTable {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ConnectionTable(const Limits& limits) : limits_(limits) {}

  ConnectionId Add(std::string peer, Clock::time_point now);

  // Of connections that are in the table.
  void BeginAnswer(ConnectionId id, Clock::time_point now);  // the header is whole
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
    Clock::time_point deadline;
    bool answering = false;
    bool leaving = false;
  };

  std::optional<ConnectionId> OldestOf(const std::string* peer) const;

  Limits limits_;
  ConnectionId last_ = 0;
  std::map<ConnectionId, Entry> entries_;  // about `connections`: looked through, not indexed
};

}  // namespace pdns::http
