// Both ends of a streamed body: Stream::Write -> [Pipe] -> Daemon.
//
// At most kBuffer bytes wait in it; the memory for them is up to twice as much, and is given back
// with the last reference. The reader is woken through the Mailbox once it has found nothing.
//
// Write, Finish, Cut: one thread at a time. Read, Attach: the reader's, one thread at a time. gone
// and Close: any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/reply.h"

namespace pdns::http {

class Pipe {
 public:
  static constexpr std::size_t kBuffer = 256U << 10;

  enum class State {
    kBytes,  // some were read
    kEmpty,  // none wait; the reader is woken when there is something to read
    kEnd,    // the body is whole and has been read
    kCut,    // the body ends here and is not whole
  };
  struct Piece {
    State state;
    std::size_t size;
  };

  // As Stream's.
  bool Write(std::string_view bytes);
  bool gone() const { return gone_.load(std::memory_order_relaxed); }
  void Finish();
  void Cut();  // nothing more will be written: without Finish the body is not whole

  // Whom to wake. Once, before the first Read.
  void Attach(std::shared_ptr<Mailbox> mailbox, RequestId request);
  Piece Read(char* to, std::size_t most);
  void Close();  // nobody reads any more; a Write that waits returns false

 private:
  void End(bool whole);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string buffer_;
  std::size_t read_ = 0;       // bytes of buffer_ that were read already
  bool full_ = false;          // from kBuffer on until half of it was read
  bool reader_waits_ = false;  // it found nothing, and nobody has woken it since
  bool ended_ = false;
  bool whole_ = false;
  std::shared_ptr<Mailbox> mailbox_;
  RequestId request_ = 0;
  std::atomic<bool> gone_{false};
};

}  // namespace pdns::http
