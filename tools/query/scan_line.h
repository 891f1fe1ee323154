// How far a long scan is, on one line of stderr; nothing when that is no terminal, or while it is
// quick. Not for several threads.
#pragma once

#include <chrono>
#include <cstdint>

namespace pdns::tools {

class ScanLine {
 public:
  ScanLine();
  ~ScanLine() { Wipe(); }
  ScanLine(const ScanLine&) = delete;
  ScanLine& operator=(const ScanLine&) = delete;

  // At most some times a second.
  void Show(std::uint64_t keys, std::uint64_t rows);

  void Wipe();

  // Has it gone on long enough for a person to wonder?
  bool slow() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool shown_ = false;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point next_;
};

}  // namespace pdns::tools
