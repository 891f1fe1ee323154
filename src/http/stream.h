// The body of an answer that is made while it is sent: a thread of the handler's -> [Stream] ->
// Daemon -> bytes to the peer, in chunks.
//
// At most kBuffer bytes wait to be sent. Whoever writes more waits until the peer has read some,
// so that an answer of any length costs no more memory, and a peer that does not read holds nothing
// but its own answer. The answer must have been sent (Reply::Send) before so much is written: until
// then nobody reads.
//
// Write and Finish: one thread at a time, which is not the Daemon's. gone: any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "http/pipe.h"

namespace pdns::http {

class Stream {
 public:
  static constexpr std::size_t kBuffer = Pipe::kBuffer;

  Stream() : pipe_(std::make_shared<Pipe>()) {}
  ~Stream() { pipe_->Cut(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Waits while the buffer is full. False: nobody reads any more: the peer has left or was told to,
  // or the server ends; whoever makes the answer ends as well.
  bool Write(std::string_view bytes) { return pipe_->Write(bytes); }

  // Whether nobody reads any more. Cheap: may be asked at every row.
  bool gone() const { return pipe_->gone(); }

  // The body is whole; nothing may be written after it. Without it the connection is cut when the
  // last reference to the Stream goes, so that the peer sees that the answer is not whole.
  void Finish() { pipe_->Finish(); }

  // Where it is read, for Daemon, which holds no Stream: a Stream ends with its writers.
  const std::shared_ptr<Pipe>& pipe() const { return pipe_; }

 private:
  std::shared_ptr<Pipe> pipe_;
};

}  // namespace pdns::http
