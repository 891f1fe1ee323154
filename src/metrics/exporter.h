// Figures for Prometheus and two yes-or-no answers for whoever supervises the process, over HTTP:
// Source -> [Exporter] -> GET /metrics, /health, /ready.
//
// /metrics is the text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/),
// written by prometheus-cpp; /health and /ready say 200 or 503; / names them.
//
// Cost of bad peers: what http::Limits says, 128 connections of 32 KiB each beside their answers
// (or as many as a sixteenth of the descriptors, if that is fewer); whoever comes finds room. A
// request's header must be whole in 10 s, its answer read in 30 s.
// Any thread, one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "metrics/answers.h"

namespace pdns::metrics {

class Exporter {
 public:
  // Its functions must be good until the exporter is gone.
  using Source = metrics::Source;

  // Listens on `address_port`, a form that http::Listen takes. Answered are requests for an
  // address, for localhost, for this machine's name and for `names` (http::HostList).
  // kUsage: not such an address, or such a name; kIo: it cannot be listened on.
  static Result<std::unique_ptr<Exporter>> Open(const std::string& address_port, Source source,
                                                std::vector<std::string> names = {});

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
