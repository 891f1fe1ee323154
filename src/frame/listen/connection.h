// One peer on a dnstap socket, from READY to FINISH: bytes of a channel -> [Connection] -> frames.
//
// Speaks Frame Streams both ways and forgives what resolvers do: no READY at all (Unbound with
// dnstap-bidirectional: no), READY again on the same connection (libfstrm after 5 s), closing right
// after STOP (Unbound) or without STOP (PowerDNS). A peer that cannot be read (another content
// type, broken framing, no TLS where it is due) is parked: kept open and not read, since a resolver
// whose connection is closed comes back at once, thousands of times a second.
//
// One thread at a time. Never blocks, never raises SIGPIPE.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/allowance.h"
#include "base/bytes.h"
#include "base/status.h"
#include "frame/control.h"
#include "frame/splitter.h"
#include "net/channel.h"
#include "net/descriptor.h"

namespace pdns::frame {

// Takes what the sockets give. `socket` counts the listening sockets from 0, in the order in which
// they were given. The payload is good for the call only.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void OnFrame(std::size_t socket, Bytes payload) = 0;
  // Framing that cannot be: counts as one malformed frame.
  virtual void OnBrokenStream(std::size_t socket) = 0;
};

class Connection {
 public:
  enum class State : std::uint8_t {
    kHandshake,  // before START
    kData,       // between START and STOP
    kParked,     // refused, see reason(); not to be read any more
    kClosed,     // the peer is gone
  };

  // `socket`: what the sink is told.
  explicit Connection(std::unique_ptr<net::Channel> channel, std::size_t socket = 0);

  // Goes on where Export() stopped, in this process or another. kMalformed: `state` is none, or
  // `fd` no connection; `fd` is closed.
  static Result<std::unique_ptr<Connection>> Adopt(net::Descriptor fd, std::size_t socket,
                                                   Bytes state);

  // Hands on whole frames of what is there, for kTurn and one frame at most, so that no peer
  // starves the others however dear its frames are. Returns how many bytes were read.
  static constexpr std::chrono::milliseconds kTurn{2};
  std::size_t Receive(FrameSink& sink);

  // Hands on the frames that are read and were left for another turn, all of them: before Export().
  void DeliverRest(FrameSink& sink);

  // Reads no more, and says why. What is held of a frame is lost.
  void Park(std::string reason);

  // What the next process needs beside the descriptor, which Release() gives. Plain connections
  // before they are parked or closed; afterwards this one is kClosed.
  std::string Export() const;
  net::Descriptor Release();

  void Goodbye() { channel_->Goodbye(); }  // TLS: asks the peer to go
  void Trim() { splitter_.Trim(); }        // gives back memory that holds nothing

  State state() const { return state_; }
  const std::string& reason() const { return reason_; }  // why parked, or how it ended
  bool broken() const { return broken_; }                // parked for its framing
  bool drained() const { return drained_; }  // Receive came to the end of what was there
  bool pending() const { return uncut_ || channel_->pending(); }  // Receive again: no poll tells
  bool uncut() const { return uncut_; }  // whole frames are held, for another turn
  bool established() const { return channel_->established(); }  // TLS: after the handshake
  std::uint64_t frames() const { return frames_; }              // whole ones, of data
  bool wants_read() const { return channel_->wants_read(); }
  bool wants_write() const { return channel_->wants_write(); }
  bool plain() const { return channel_->plain(); }
  std::size_t memory() const { return splitter_.memory(); }
  std::size_t held() const { return splitter_.held(); }
  std::size_t socket() const { return socket_; }
  int fd() const { return channel_->fd(); }
  const std::string& peer() const { return peer_; }  // for people: "pid 4711"

 private:
  using Clock = std::chrono::steady_clock;
  void OnEnd(net::Channel::Outcome outcome, FrameSink& sink);
  void Cut(FrameSink& sink, Clock::time_point until);
  void OnControl(FrameSink& sink);
  void OnData(FrameSink& sink);
  void Reply(FrameSink& sink, ControlType type);
  void Break(FrameSink& sink, std::string reason);

  std::unique_ptr<net::Channel> channel_;
  std::size_t socket_;
  std::string peer_;
  Splitter splitter_;
  State state_ = State::kHandshake;
  bool both_ways_ = false;  // the peer sent READY and reads our answers
  bool broken_ = false;
  bool drained_ = true;
  bool uncut_ = false;  // the splitter may hold whole frames
  std::uint64_t frames_ = 0;
  Allowance answers_;
  std::string reason_;
};

}  // namespace pdns::frame
