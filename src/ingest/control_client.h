// The other end of a control socket: a request -> [ControlClient] -> the live ingester's replies.
//
// One thread. Replies are foreign bytes: ingest/control_message.h checks them.
#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "base/stop.h"
#include "ingest/control_message.h"
#include "ingest/file_source.h"
#include "net/descriptor.h"

namespace pdns::ingest {

class ControlClient {
 public:
  // Nothing when no ingester listens at `path`. kDenied: this user may not connect to it; kIo: one
  // may listen, and cannot be reached.
  static Result<std::optional<ControlClient>> Connect(const std::string& path);

  // kUsage: longer than a line may be.
  Status Send(const ControlRequest& request);

  // The next line, without its end. kIo: the ingester went away, or the stop came.
  Result<std::string> ReadLine(const Stop& stop);

  // After an error: the ingester closed the connection. One that is started anew is back soon.
  bool gone() const { return gone_; }

  // Bytes that came behind the last line, and the descriptor with the rest: for a tap.
  std::string TakeRest() { return std::move(held_); }
  const net::Descriptor& descriptor() const { return socket_; }

 private:
  explicit ControlClient(net::Descriptor socket) : socket_(std::move(socket)) {}

  net::Descriptor socket_;
  std::string held_;
  bool gone_ = false;
};

// Has the live ingester behind `client` take files, and shows its progress. kUsage, kIo, or its
// error: kDenied where this user may not have files taken. A stop ends the work there, too.
Result<ControlReply::Report> Backfill(ControlClient& client, const ControlRequest& request,
                                      const Stop& stop, Progress& progress);

}  // namespace pdns::ingest
