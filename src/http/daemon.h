// HTTP/1.1 on connected sockets, without a thread and without waiting: Descriptor -> [Daemon] ->
// Request -> handler -> Reply -> [Daemon] -> bytes to the peer.
//
// Guest: libmicrohttpd, which parses the requests and sends the answers; here it neither listens
// nor accepts nor makes threads. It raises no SIGPIPE, logs nothing, and its descriptors are
// close-on-exec.
//
// A connection serves one request: the answer says Connection: close. So a body that nobody asked
// for is not read, and of a hundred requests sent at once one is answered. Before a handler is
// asked: two Host headers, and HTTP/1.1 without one, get 400; a Host that is not in the list gets
// 421. A header beyond the limit gets 431, a path 414, what is no HTTP 400 or just the end.
//
// Bounds: those of Limits, by the rules of ConnectionTable. The answers that are not sent yet are
// in memory: at most one a connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "http/connection_table.h"
#include "http/host_list.h"
#include "http/message.h"
#include "http/reply.h"
#include "net/descriptor.h"

namespace pdns::http {

// Called by Turn, in its thread. Must not wait nor throw: whatever takes long is left to another
// thread, which gets the Reply.
using Handler = std::function<void(const Request&, Reply)>;

struct Settings {
  Limits limits;
  HostList hosts;
  std::string wrong_host;  // the text of status 421: what can be done about it
};

// One thread at a time.
class Daemon {
 public:
  using Clock = ConnectionTable::Clock;

  // At most so many connections may be added between two turns.
  static constexpr std::size_t kAddsPerTurn = 16;

  // kIo: the system has no memory or no descriptor.
  static Result<std::unique_ptr<Daemon>> Open(Settings settings, Handler handler);

  // Cuts off what is half answered. Replies may come later and are dropped.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Serves a connected stream socket from the next turn on. Who is in its way has to leave.
  void Add(net::Descriptor socket, Clock::time_point now);

  // Ends the oldest connection, if any, because its descriptor is needed. It is closed by the next
  // turn.
  void LetOldestGo();

  // Reads, asks the handler, sends, closes: all that can be done now.
  void Turn(Clock::time_point now);

  // When a turn is due: as soon as this can be read, or after so long.
  int fd() const;
  std::chrono::milliseconds Patience(Clock::time_point now) const;

  std::size_t size() const;  // connections that are open

 private:
  class Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace pdns::http
