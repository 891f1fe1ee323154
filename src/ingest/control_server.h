// The control socket of a live ingester: clients -> [ControlServer] -> backfills, onlookers,
// status.
//
// The process that owns the database does the work that others ask for; who may ask is the socket
// file's mode. Requests and replies: ingest/control_message.h. One thread a client, at most
// kMostClients at once; a client that says nothing within ten seconds is let go.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <thread>

#include "base/stop.h"
#include "ingest/control_message.h"
#include "ingest/report.h"
#include "ingest/taps.h"
#include "net/endpoint.h"

namespace pdns::ingest {

class ControlServer {
 public:
  static constexpr std::size_t kMostClients = 16;

  // The work itself; called from any of the clients' threads. `backfill` ends early when its stop
  // is requested.
  struct Services {
    std::function<Result<RunReport>(const ControlRequest&, const Stop&, Progress&)> backfill;
    std::function<std::string()> status;  // one line of JSON
    Taps* taps = nullptr;
  };

  ControlServer(net::ListeningSocket socket, Services services);
  ~ControlServer();  // as End(false)

  // Ends all clients' work and waits for it. With `keep` the socket is given back, once, and goes
  // on listening: who asks from now on waits for the process that takes it over. Without, it is
  // closed first, so that whoever asks again finds the next ingester or none.
  std::optional<net::ListeningSocket> End(bool keep);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Client {
    std::thread thread;
    std::atomic<bool> done{false};
  };

  void Accept();
  void Serve(int fd);
  void ServeBackfill(int fd, const ControlRequest& request);
  void ServeTap(int fd);
  void Sweep();

  std::optional<net::ListeningSocket> socket_;
  Services services_;
  Stop closing_;               // of the socket
  Stop stop_;                  // of the clients
  std::list<Client> clients_;  // of the accepting thread
  std::thread thread_;
};

}  // namespace pdns::ingest
