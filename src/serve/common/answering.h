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
#include "serve/common/asker.h"
#include "serve/common/body.h"

namespace pdns::serve {

// 400 for what the client can mend, 404 for a path that is none, 503 for the rest.
int HttpStatus(Code code);

// When an answer ends early. A value; what it points at outlives it.
struct Ending {
  const Stop* stop = nullptr;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  // What was found by the deadline is written until then: a peer may read it slowly.
  std::chrono::steady_clock::time_point written = std::chrono::steady_clock::time_point::max();
  const Asker* asker = nullptr;  // whose rows are counted; none: nobody's

  bool late() const { return std::chrono::steady_clock::now() >= deadline; }
  bool overdue() const { return std::chrono::steady_clock::now() >= written; }
};

// Of an answer that ends because its key has no rows left.
inline constexpr const char* kNoRowsLeft = "the key has used up its rows of today";

// Other answers had what was left when the request was let in. The next one is refused by the gate,
// which says when to come again.
void RefuseNoRowsLeft(Body& body);

// A sink of query::Run that writes into a body.
class BodySink : public query::AnswerSink {
 public:
  BodySink(Body& body, const Ending& ending) : body_(body), ending_(ending) {}

  void Progress(std::uint64_t /*keys*/, std::uint64_t /*rows*/) override { body_.Tick(); }
  bool interrupted() const override {
    return body_.gone() || ending_.stop->requested() || ending_.late();
  }

  // Whether the answer may have one row more, by what its key has left; from the first no on it may
  // not.
  bool MayTellOne() {
    used_up_ = used_up_ || (ending_.asker != nullptr && !ending_.asker->ClaimRow());
    return !used_up_;
  }
  bool used_up() const { return used_up_; }

  bool overdue() const { return ending_.overdue(); }

  // Interrupted by whoever does not want the answer, and not by the time it takes.
  bool unwanted() const { return body_.gone() || ending_.stop->requested(); }

 protected:
  Body& body() { return body_; }

 private:
  Body& body_;
  Ending ending_;
  bool used_up_ = false;
};

}  // namespace pdns::serve
