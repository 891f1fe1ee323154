// How far long work is, on one line of stderr: "checking fwd: 12.3 of 40.0 M (31 %); Ctrl-C ends
// it". Nothing where that is no terminal, or while it is quick. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace pdns::tools {

class StepLine {
 public:
  StepLine();
  ~StepLine() { Wipe(); }
  StepLine(const StepLine&) = delete;
  StepLine& operator=(const StepLine&) = delete;

  // At most some times a second. `total` may be an estimate; 0: not known.
  void Show(std::string_view what, std::uint64_t done, std::uint64_t total);

  void Wipe();

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool shown_ = false;
  Clock::time_point next_;
};

}  // namespace pdns::tools
