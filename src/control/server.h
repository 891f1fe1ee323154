// The control socket of a live ingester: clients -> [Server] -> backfills, admin commands, taps,
// status.
//
// The process that owns the database does the work that others ask for. Who may ask for what:
// control/rules.h; requests and replies: control/message.h.
//
// Nothing that one client asks for keeps another from an answer. Clients that have said nothing yet
// have a limit of their own (control/waiting_clients.h); a status is answered at once, whatever
// else goes on; at most kMostTaps taps, kMostBackfills backfills, the one that is taken and those
// that wait for it, and kMostAdmin admin commands are there at a time, and one more is told so at
// once. A session whose client reads nothing for ten seconds though there is something to read is
// ended. A backfill or a command whose client is gone is stopped, and counts until it has ended.
//
// Threads: one for all clients that have nothing but a request or a reply, one a tap, two a
// backfill or a command. The object itself: one thread at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <thread>

#include "base/log_limit.h"
#include "base/stop.h"
#include "control/message.h"
#include "control/rules.h"
#include "control/taps.h"
#include "control/waiting_clients.h"
#include "net/descriptor.h"
#include "net/endpoint.h"
#include "source/report.h"

namespace pdns::control {

class Server {
 public:
  static constexpr std::size_t kMostTaps = 8;
  static constexpr std::size_t kMostBackfills = 8;
  static constexpr std::size_t kMostAdmin = 1;

  // The work itself. `backfill` and `admin` are called from a thread of their own and end early
  // when their stop is requested; `status` returns soon. Without `admin` its commands are refused.
  struct Services {
    using Work =
        std::function<Result<Reply::Report>(const Request&, const Stop&, source::Progress&)>;
    Work backfill;
    Work admin;
    std::function<std::string()> status;  // one line of JSON
    Taps* taps = nullptr;
    Rules rules;
  };

  Server(net::ListeningSocket socket, Services services);
  ~Server();  // as End(false)

  // Ends all clients' work and waits for it. With `keep` the socket is given back, once, and goes
  // on listening: who asks from now on waits for the process that takes it over. Without, it is
  // closed first, so that whoever asks again finds the next ingester or none.
  std::optional<net::ListeningSocket> End(bool keep);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  using Operation = Request::Operation;

  // One that has work of its own.
  struct Session {
    Operation operation;
    std::thread thread;
    std::atomic<bool> done{false};
  };

  void Run();
  void Begin(net::Descriptor client, const std::string& line);
  void Refuse(net::Descriptor client, const Status& why);
  void Spawn(net::Descriptor client, Request request);
  std::size_t CountOf(Operation operation) const;
  void ServeWork(int fd, const Request& request);
  void ServeTap(int fd);
  void Sweep();

  std::optional<net::ListeningSocket> socket_;
  Services services_;
  Stop closing_;                 // of the socket
  Stop stop_;                    // of the clients
  WaitingClients lobby_;         // of the thread, as all below
  std::list<Session> sessions_;  // End has them when the thread has ended
  LogLimit denied_{"control socket"};
  std::thread thread_;
};

}  // namespace pdns::control
