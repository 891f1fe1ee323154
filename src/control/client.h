// The other end of a control socket: a request -> [Client] -> the live ingester's replies.
//
// One thread. Replies are foreign bytes: control/message.h checks them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/status.h"
#include "base/stop.h"
#include "control/message.h"
#include "net/descriptor.h"
#include "source/report.h"

namespace pdns::control {

class Client {
 public:
  // Nothing when no ingester listens at `path`. kDenied: this user may not connect to it; kIo: one
  // may listen, and cannot be reached.
  static Result<std::optional<Client>> Connect(const std::string& path);

  // Where one was before: an ingester that is started anew is back within seconds, and is waited
  // for for half a minute. kIo: it is not back, or the stop came; else as Connect.
  static Result<Client> ConnectAgain(const std::string& path, const Stop& stop);

  // kUsage: longer than a line may be. kIo: the ingester went away, or the stop came.
  Status Send(const Request& request, const Stop& stop);

  // The next line, without its end, of at most `longest` bytes. kIo: it is longer, the ingester
  // went away, or the stop came.
  Result<std::string> ReadLine(const Stop& stop, std::size_t longest = kLongestReply);

  // For what follows a reply that is no lines (tap): some bytes, those that came behind the last
  // line first. 0 at the end and at a stop; nothing, with errno, when it failed.
  std::optional<std::size_t> Read(std::span<std::uint8_t> into, const Stop& stop);

  // After an error: the ingester closed the connection. One that is started anew is back soon.
  bool gone() const { return gone_; }

  const net::Descriptor& descriptor() const { return socket_; }

 private:
  explicit Client(net::Descriptor socket) : socket_(std::move(socket)) {}

  net::Descriptor socket_;
  std::string held_;
  bool gone_ = false;
};

// Has the live ingester behind `client` take files, and shows its progress. kUsage, kIo, or its
// error: kDenied where this user may not have files taken. A stop ends the work there, too.
Result<Reply::Report> Backfill(Client& client, const Request& request, const Stop& stop,
                               source::Progress& progress);

}  // namespace pdns::control
