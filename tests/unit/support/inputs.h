// Inputs that stand in for files and pipes. Header of the room frame; link pdns_frame.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "frame/input/input.h"

namespace pdns::testing {

// Never ends a wait by itself: for regular files, where it must not be asked at all.
class NoWaiter : public frame::Waiter {
 public:
  bool AwaitReadable(int /*fd*/) override {
    ++asked;
    return false;
  }

  int asked = 0;
};

// Bytes in memory, given out at most `step` at a time; after them the end, or `failure`.
class MemoryInput : public frame::Input {
 public:
  explicit MemoryInput(std::string bytes,
                       std::size_t step = std::numeric_limits<std::size_t>::max(),
                       Status failure = {})
      : bytes_(std::move(bytes)), step_(step), failure_(std::move(failure)) {}

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    const std::size_t n = std::min({into.size(), step_, bytes_.size() - at_});
    if (n == 0 && !failure_.ok()) return failure_;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }

  std::uint64_t consumed() const override { return at_; }
  bool reopenable() const override { return false; }

 private:
  std::string bytes_;
  std::size_t step_;
  Status failure_;
  std::size_t at_ = 0;
};

}  // namespace pdns::testing
