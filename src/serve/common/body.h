// The body of an answer, as it is made: dnsdb, circl -> [Body] -> http::Reply, http::Stream.
//
// A short answer that is soon made goes in one piece, with its length and the status that suits it.
// One that is longer than kPiece, or takes longer than kPatience, is sent while it is made; from
// then on its status is 200, and what goes wrong is said in the body, or by cutting the connection.
//
// One thread at a time. Memory: a piece and what http::Stream holds.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/reply.h"
#include "http/stream.h"

namespace pdns::serve {

// The answer to what cannot be answered.
using Refusing = http::Answer (*)(int status, std::string_view text);

// One line of text.
http::Answer Refusal(int status, std::string_view text);

class Body {
 public:
  static constexpr std::size_t kPiece = 64U << 10;
  static constexpr std::chrono::milliseconds kPatience{100};

  // `head`: type and headers of the answer. `refusal`: how what is refused is answered.
  Body(http::Reply reply, http::Answer head, Refusing refusal = Refusal);

  // A header more; before the answer has begun.
  void AddHeader(std::string name, std::string value);

  // May wait for the peer.
  void Append(std::string_view text);

  // Time has passed: sends what waits for too long.
  void Tick();

  // Sends what waits, or, where nothing does, the head of the answer.
  void Flush() { Push(); }

  // Nobody reads any more.
  bool gone() const;

  // The status is sent.
  bool begun() const { return stream_ != nullptr; }

  // What was answered, or will be: 200 unless it was refused.
  int status() const { return status_; }

  // Ends it, once one of these. Without them the peer sees that the answer is not whole.
  void Finish();
  void Refuse(int status, std::string_view text);  // in place of what is not sent; not once begun

 private:
  using Clock = std::chrono::steady_clock;

  void Push();

  http::Reply reply_;
  http::Answer head_;
  Refusing refusal_;
  int status_ = 200;
  std::string waiting_;
  std::shared_ptr<http::Stream> stream_;
  Clock::time_point since_ = Clock::now();  // when something was sent, or the answer was asked for
};

}  // namespace pdns::serve
