// HTTP/1.1 on connected sockets, without a thread and without waiting: Descriptor -> [Daemon] ->
// Request -> handler -> Reply -> [Daemon] -> bytes to the peer.
//
// Guest: libmicrohttpd, which parses the requests and sends the answers; here it neither listens
// nor accepts nor makes threads. It raises no SIGPIPE, logs nothing, and its descriptors are
// close-on-exec.
//
// A connection serves one request, and the answer says Connection: close; so of a hundred requests
// sent at once one is answered. With `keep_alive` it serves one after another, in the order in
// which they were sent: of HTTP/1.1 unless the peer says close, of HTTP/1.0 if it says keep-alive.
//
// Before a handler is asked: a malformed head (see head.h), two Host headers, and HTTP/1.1 without
// one, get 400; a Host that is not in the list gets 421: in the words of Settings::refusal. A
// header beyond the limit gets 431, a path 414, what is no HTTP 400 or just the end: in the guest's
// words. What is refused ends the connection.
//
// A body is read if `body_bytes` allows for one, and the handler is asked when it is whole. A
// longer one gets 413, one more than `bodies_bytes` hold 503, and one whose end is in doubt 400;
// the connection ends then, and nothing more is read. If `body_bytes` is 0, the handler is asked
// without the body, which is not read, and the connection ends with the answer.
//
// An answer with a Stream is sent while it is written: in chunks to HTTP/1.1, to HTTP/1.0 up to the
// end of the connection, which therefore does not show whether the answer is whole. If the peer is
// gone, the Stream is told at once, and before the answer has begun the Reply; what counts as gone:
// it closed the connection, an error, or its time is over by the rules of ConnectionTable.
//
// With a certificate it speaks TLS 1.2 and 1.3 only, by the guest's guest, GnuTLS. The handshake
// counts as a part of the first header, so that its time is bounded as well; whoever speaks no TLS
// is hung up on. A body that is found to be too long while it is read is dropped there until it is
// whole, and then gets its 413; the connection ends without a word if it is longer than twice
// `body_bytes`, or takes longer than `body_time`.
//
// Bounds: those of Limits, by the rules of ConnectionTable. In memory are, of each connection,
// `request_bytes`, an answer that is not sent yet or what its Stream holds; and the bodies that are
// read, at most `bodies_bytes` in all, for which up to twice the memory is used. TLS takes some 45
// KB a connection more (measured). In the system are, of each connection over TCP, kMostUnsent
// bytes that wait to be sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "http/certificate.h"
#include "http/connection_table.h"
#include "http/host_list.h"
#include "http/message.h"
#include "http/reply.h"
#include "net/descriptor.h"

namespace pdns::http {

// Called by Turn, in its thread. Must not wait nor throw: whatever takes long is left to another
// thread, which gets the Reply.
using Handler = std::function<void(const Request&, Reply)>;

// The answer to what is refused before a handler is asked: a status, the target as it was sent, one
// line of text. As a Handler's, it must not wait nor throw; without a Stream or further headers.
using Refusal = std::function<Answer(int, std::string_view, std::string_view)>;

struct Settings {
  Limits limits;
  HostList hosts;
  std::string wrong_host;                    // the text of status 421: what can be done about it
  bool keep_alive = false;                   // more than one request a connection
  std::optional<Certificate> certificate{};  // none: no TLS
  Refusal refusal{};                         // none: the text is the answer
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
