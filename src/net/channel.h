// The bytes of one accepted connection, plain or inside TLS: Descriptor -> [Channel] ->
// frame::Connection.
//
// Never blocks, never raises SIGPIPE. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "net/descriptor.h"

namespace pdns::net {

class Channel {
 public:
  enum class Outcome : std::uint8_t {
    kBytes,       // so many are there; more may be
    kWouldBlock,  // nothing now: wait until fd() can be read (wants_read()) or written
                  // (wants_write())
    kClosed,      // the peer is gone, see reason()
    kFailed,      // it does not speak as it should (TLS only), see reason()
  };
  struct Got {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  // Of a connected socket.
  static std::unique_ptr<Channel> Plain(Descriptor fd);

  virtual ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Up to into.size() (not 0) bytes. After kClosed and kFailed every later call says the same.
  virtual Got Read(std::span<std::uint8_t> into) = 0;

  // A few bytes, as far as they can be sent: there is no waiting for a peer that does not read.
  virtual void Write(Bytes bytes) = 0;

  // Says that we go (TLS: close_notify; plain: nothing). What the peer still sends can be read.
  virtual void Goodbye() {}

  virtual bool plain() const = 0;
  virtual bool established() const { return true; }  // no handshake is under way
  virtual bool wants_read() const { return true; }
  virtual bool wants_write() const { return false; }
  virtual bool pending() const { return false; }  // bytes are held here, which no poll announces

  // Plain: the connection itself, untouched. TLS, whose keys cannot travel: nothing.
  virtual Descriptor Release() { return {}; }

  int fd() const { return fd_.get(); }
  const std::string& reason() const { return reason_; }

 protected:
  explicit Channel(Descriptor fd) : fd_(std::move(fd)) {}

  Descriptor fd_;
  std::string reason_;
};

}  // namespace pdns::net
