// Where the text goes: lines -> [Output] -> a descriptor.
//
// An interrupt ends a write that waits for a slow reader: what is then left is dropped. One thread
// at a time. SIGPIPE must be ignored.
#pragma once

#include <string>
#include <string_view>

#include "base/stop.h"

namespace pdns::tap {

class Output {
 public:
  // `at_once`: every Write reaches the descriptor before it returns; else in large pieces.
  Output(int fd, bool at_once, const Stop& interrupt)
      : fd_(fd), at_once_(at_once), interrupt_(interrupt) {}

  // False when no more will be taken: see error().
  bool Write(std::string_view text);
  bool Flush();

  // 0; EPIPE when the reader went away; else what the system said.
  int error() const { return error_; }

 private:
  int fd_;
  bool at_once_;
  const Stop& interrupt_;
  std::string held_;
  int error_ = 0;
};

}  // namespace pdns::tap
