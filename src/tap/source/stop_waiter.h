// Reads that may block end with the session.
//
// Any thread, as a Stop.
#pragma once

#include "base/stop.h"
#include "frame/input/input.h"

namespace pdns::tap {

class StopWaiter final : public frame::Waiter {
 public:
  explicit StopWaiter(const Stop& stop) : stop_(stop) {}

  bool AwaitReadable(int fd) override;

 private:
  const Stop& stop_;
};

}  // namespace pdns::tap
