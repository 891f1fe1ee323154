// Figures for Prometheus and two yes-or-no answers for whoever supervises the process, over HTTP:
// Source -> [Exporter] -> GET /metrics, /health, /ready.
//
// /metrics is the text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/),
// written by prometheus-cpp; /health and /ready say 200 or 503; / names them. cpp-httplib parses
// the requests and answers them over streams of our own: its sockets stay open over an exec, its
// queue of connections has no limit, and a peer that sends a byte now and then holds its thread for
// ever.
//
// Cost of a bad peer: two connections are served at once, each for two seconds and 16 KiB at most
// and for one request; all others wait in the kernel's backlog.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "metrics/answers.h"

namespace pdns::metrics {

class Exporter {
 public:
  // Its functions must be good until the exporter is gone.
  using Source = metrics::Source;

  // Listens on `address_port`: "9150" or ":9150" (127.0.0.1), "192.0.2.1:9150", "[::1]:9150",
  // "localhost:9150"; port 0 takes a free one. The socket does not survive an exec.
  // kUsage: not such an address; kIo: it cannot be listened on.
  static Result<std::unique_ptr<Exporter>> Open(const std::string& address_port, Source source);

  // Could it be listened on now? Errors as Open.
  static Status Check(const std::string& address_port);

  // Ends at once but for a call of the source under way; what is half answered is cut off.
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  int port() const;

 private:
  class Impl;
  explicit Exporter(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace pdns::metrics
