// What is answered to one request: Source, HttpStream -> [Answers] -> HttpStream.
//
// The exporter without its sockets; cpp-httplib parses and answers behind this header.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/figure.h"
#include "metrics/http_stream.h"

namespace pdns::metrics {

// Asked at each request, by several threads at once. Must not wait long, nor throw.
struct Source {
  std::function<std::vector<Figure>()> figures;
  std::function<bool()> healthy;  // false: restart me
  std::function<bool()> ready;    // false: send nothing yet
};

class Answers {
 public:
  explicit Answers(Source source);
  ~Answers();
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  // Reads one request and answers it, or gives up at the stream's limits. Any number of threads.
  void Serve(HttpStream& stream);

 private:
  class Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace pdns::metrics
