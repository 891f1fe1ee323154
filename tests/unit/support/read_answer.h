// The whole body of an answer that is made in another thread, as the Daemon would send it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "http/reply.h"
#include "http/stream.h"

namespace pdns::testing {

struct WholeAnswer {
  int status = 0;
  std::string body;
  bool whole = true;  // false: the connection would be cut
  bool streamed = false;
  std::vector<std::pair<std::string, std::string>> headers;
};

inline WholeAnswer ReadAnswer(const std::shared_ptr<http::Mailbox>& mailbox,
                              http::RequestId request) {
  std::optional<http::Answer> answer;
  while (!(answer = mailbox->Pop(request)).has_value()) std::this_thread::yield();
  WholeAnswer read{answer->status, answer->body, true, answer->stream != nullptr, answer->headers};
  if (!read.streamed) return read;
  const auto pipe = answer->stream->pipe();
  answer.reset();  // a Stream ends with its writers
  pipe->Attach(mailbox, request);
  std::array<char, 4096> some;
  for (auto piece = pipe->Read(some.data(), some.size());;
       piece = pipe->Read(some.data(), some.size())) {
    read.body.append(some.data(), piece.size);
    read.whole = piece.state != http::Pipe::State::kCut;
    if (piece.state == http::Pipe::State::kEnd || !read.whole) return read;
    if (piece.state == http::Pipe::State::kEmpty) std::this_thread::yield();
  }
}

}  // namespace pdns::testing
