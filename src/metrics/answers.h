// What is answered to one request: http::Request -> [Answers] -> http::Reply.
//
// /metrics is answered by a thread of its own. Its figures come from locks of RocksDB and from
// file systems, which a stuck disk can hold for long; /health must be answered then. Requests that
// come while figures are collected get, all together, those that are collected next: however many
// ask, one set is collected at a time. At most 256 requests wait; for one more the oldest gets 503.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/figure.h"
#include "http/message.h"
#include "http/reply.h"

namespace pdns::metrics {

// None may throw.
struct Source {
  std::function<std::vector<Figure>()> figures;  // one call at a time, in the thread of Answers
  std::function<bool()> healthy;                 // by Serve: must not wait; false: restart me
  std::function<bool()> ready;                   // by Serve: must not wait; false: send nothing yet
};

class Answers {
 public:
  // Its functions must be good until the answers are gone.
  explicit Answers(Source source);
  ~Answers();  // waits for a call of figures() under way
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  // Any thread. Does not wait.
  void Serve(const http::Request& request, http::Reply reply);

 private:
  void Collect();

  const Source source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<http::Reply> waiting_;  // for figures; at most 256
  bool ending_ = false;
  std::thread thread_;  // the last: it uses all of the others
};

}  // namespace pdns::metrics
