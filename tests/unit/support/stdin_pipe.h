// A pipe in place of standard input, for as long as the object lives.
#pragma once

#include <unistd.h>

#include <stdexcept>
#include <string_view>

namespace pdns::testing {

class StdinPipe {
 public:
  StdinPipe() {
    int ends[2];
    saved_ = dup(STDIN_FILENO);
    if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0) throw std::runtime_error("no pipe");
    close(ends[0]);
    writer_ = ends[1];
  }
  ~StdinPipe() {
    CloseWriter();
    if (saved_ >= 0) {
      dup2(saved_, STDIN_FILENO);
      close(saved_);
    }
  }
  StdinPipe(const StdinPipe&) = delete;
  StdinPipe& operator=(const StdinPipe&) = delete;

  void Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = write(writer_, bytes.data(), bytes.size());
      if (n <= 0) throw std::runtime_error("the pipe takes no more");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void CloseWriter() {
    if (writer_ >= 0) close(writer_);
    writer_ = -1;
  }

 private:
  int saved_;
  int writer_ = -1;
};

}  // namespace pdns::testing
