// What every answer of the server has in common: how long it may take, who may end it, and what a
// Status is to an HTTP client.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <string>

#include "base/status.h"
#include "base/stop.h"
#include "query/run.h"
#include "serve/body.h"

namespace pdns::serve {

// 400 for what the client can mend, 404 for a path that is none, 503 for the rest.
int HttpStatus(Code code);

// When an answer ends early. A value; what it points at outlives it.
struct Ending {
  const Stop* stop = nullptr;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  bool late() const { return std::chrono::steady_clock::now() >= deadline; }
};

// A sink of query::Run that writes into a body.
class BodySink : public query::AnswerSink {
 public:
  BodySink(Body& body, const Ending& ending) : body_(body), ending_(ending) {}

  void Progress(std::uint64_t /*keys*/, std::uint64_t /*rows*/) override { body_.Tick(); }
  bool interrupted() const override {
    return body_.gone() || ending_.stop->requested() || ending_.late();
  }

  // Interrupted by whoever does not want the answer, and not by the time it takes.
  bool unwanted() const { return body_.gone() || ending_.stop->requested(); }

 protected:
  Body& body() { return body_; }

 private:
  Body& body_;
  Ending ending_;
};

}  // namespace pdns::serve
