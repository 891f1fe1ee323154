// Serves HTTP on a listening socket, in a thread of its own: Descriptor -> [Server] -> Daemon.
//
// The one thread accepts and does everything that Daemon does. So a handler that waits makes all
// others wait; see Handler. If the process has no descriptor left, the oldest connection makes
// room.
//
// Any thread, one at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "base/status.h"
#include "http/daemon.h"
#include "net/descriptor.h"

namespace pdns::http {

class Server {
 public:
  static constexpr std::size_t kMostEarlier = 4;

  // `listening` does not block. kIo: no memory, no descriptor.
  static Result<std::unique_ptr<Server>> Open(net::Descriptor listening, Settings settings,
                                              Handler handler);

  // Ends at once but for a call of the handler under way; what is half answered is cut off.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // From now on, at the latest in a second, connections are served with other settings; those that
  // are open go on as they began, and count in the limits of their own settings alone. They do so
  // through kMostEarlier changes; what is left of more of them is cut, so that all together are at
  // most 1 + kMostEarlier times Limits::connections. Errors: Open's; then all stays as it was.
  Status Change(Settings settings);

  int port() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace pdns::http
