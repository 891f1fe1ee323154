// How often a peer may do what costs more than it looks: so many times at once, then once in a
// while. A value; one thread at a time.
#pragma once

#include <chrono>

namespace pdns {

class Allowance {
 public:
  using Clock = std::chrono::steady_clock;

  // `most` at once; each `each` forgives one.
  Allowance(int most, std::chrono::milliseconds each) : most_(most), each_(each) {}

  // False: `times` more are too many; they count all the same.
  bool Spend(int times, Clock::time_point now) {
    const auto forgiven = (now - since_) / each_;
    since_ = forgiven >= used_ ? now : since_ + forgiven * each_;
    used_ = forgiven >= used_ ? 0 : used_ - static_cast<int>(forgiven);
    used_ += times;
    return used_ <= most_;
  }

 private:
  int most_;
  std::chrono::milliseconds each_;
  int used_ = 0;               // less those forgiven ...
  Clock::time_point since_{};  // ... up to this
};

}  // namespace pdns
