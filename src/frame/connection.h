// One peer on a dnstap socket, from READY to FINISH: bytes of a socket -> [Connection] -> frames.
//
// Speaks Frame Streams both ways and forgives what resolvers do: no READY at all (Unbound with
// dnstap-bidirectional: no), READY again on the same connection (libfstrm after 5 s), closing right
// after STOP (Unbound) or without STOP (PowerDNS). A peer that cannot be read (another content
// type, broken framing) is parked: kept open and not read, since a resolver whose connection is
// closed comes back at once, thousands of times a second.
//
// One thread at a time. Never blocks, never raises SIGPIPE.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "frame/control.h"
#include "frame/splitter.h"

namespace pdns::frame {

// Takes what the sockets give. The payload is good for the call only.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void OnFrame(Bytes payload) = 0;
  virtual void OnBrokenStream() = 0;  // framing that cannot be: counts as one malformed frame
};

class Connection {
 public:
  enum class State : std::uint8_t {
    kHandshake,  // before START
    kData,       // between START and STOP
    kParked,     // refused, see reason(); not to be read any more
    kClosed,     // the peer is gone
  };

  // Takes over the connected, non-blocking socket `fd`.
  explicit Connection(int fd);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Reads what is there, up to a bound, so that no peer starves the others; hands whole frames on.
  // True when something was read.
  bool Receive(FrameSink& sink);

  State state() const { return state_; }
  const std::string& reason() const { return reason_; }  // why parked, or how it ended
  int fd() const { return fd_; }
  int peer_pid() const { return peer_pid_; }  // 0 when not known

 private:
  void Cut(FrameSink& sink);
  void TakeControl(FrameSink& sink);
  void Reply(ControlType type);
  void Park(std::string reason);
  void Break(FrameSink& sink, std::string reason);
  void Close(std::string reason);

  int fd_;
  int peer_pid_ = 0;
  Splitter splitter_;
  State state_ = State::kHandshake;
  bool both_ways_ = false;  // the peer sent READY and reads our answers
  std::string reason_;
};

}  // namespace pdns::frame
