// One connection of one request, with an end in time and in bytes: descriptor -> [HttpStream].
//
// Read and Write do as recv and send would, but never wait past the deadline nor past a stop, and
// Read gives no more than the limit in all. One thread at a time.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>

namespace pdns::metrics {

struct HttpLimits {
  std::chrono::milliseconds time{2000};  // for reading the request; as much again for the answer
  std::size_t request_bytes = 16U << 10;
};

class HttpStream {
 public:
  // Owns `fd`, which does not block; `stop_fd` is readable when all shall end.
  HttpStream(int fd, int stop_fd, HttpLimits limits);
  ~HttpStream();
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  // Bytes read or written; 0 at the peer's end; -1 on a failure, at the deadline, at a stop and
  // beyond the limit.
  ssize_t Read(char* into, std::size_t size);
  ssize_t Write(const char* from, std::size_t size);

  bool AwaitReadable() { return buffered() > 0 || Await(true); }
  bool AwaitWritable() { return Await(false); }

  int fd() const { return fd_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool Await(bool readable) const;
  std::size_t buffered() const { return end_ - begin_; }

  int fd_;
  int stop_fd_;
  HttpLimits limits_;
  Clock::time_point deadline_;
  bool answering_ = false;
  std::size_t received_ = 0;
  std::array<char, 4096> buffer_{};  // httplib reads lines byte by byte
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pdns::metrics
