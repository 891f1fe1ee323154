// A payload as a Frame of pdns-tap, and captured output. Headers of the room tap; link pdns_tap.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>

#include "tap/frame.h"
#include "unit/support/protobuf.h"

namespace pdns::testing {

// Decodes; the payload must be a dnstap message.
class Tapped {
 public:
  explicit Tapped(std::string payload) : payload_(std::move(payload)) {
    message_ = reader_.Read(AsBytes(payload_));
    if (!message_.has_value()) throw std::runtime_error("no dnstap message");
    frame_.emplace(*message_);
  }
  explicit Tapped(const Fields& message) : Tapped(Envelope(message)) {}

  tap::Frame& frame() { return *frame_; }

 private:
  std::string payload_;
  dnstap::MessageReader reader_;
  std::optional<dnstap::Message> message_;
  std::optional<tap::Frame> frame_;
};

// Where a printer writes to; read without waiting.
class OutputPipe {
 public:
  OutputPipe() {
    if (pipe(ends_.data()) != 0) throw std::runtime_error("no pipe");
  }
  ~OutputPipe() {
    CloseReader();
    close(ends_[1]);
  }
  OutputPipe(const OutputPipe&) = delete;
  OutputPipe& operator=(const OutputPipe&) = delete;

  int fd() const { return ends_[1]; }

  // At least one byte, waited for.
  std::string Read() {
    std::array<char, 65536> some;
    const ssize_t got = read(ends_[0], some.data(), some.size());
    if (got <= 0) throw std::runtime_error("nothing to read");
    return {some.data(), static_cast<std::size_t>(got)};
  }

  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace pdns::testing
