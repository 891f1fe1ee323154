// Live frames for whoever looks on: frames of the live source -> [Taps] -> Frame Streams bytes, one
// stream a tap.
//
// Nothing is taken from the ingester: a tap who is too slow loses frames, and its stream says
// how many, by a control frame of the private type kLeftOut whose body is a count, u64 BE.
// Offer is for one thread, the rest for any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace pdns::control {

class Taps {
 public:
  static constexpr std::uint32_t kLeftOut = 0x64726f70;
  static constexpr std::size_t kBuffer = 4U << 20;  // bytes waiting for one tap

  // One tap's frames that wait to be sent.
  class Tap {
   public:
    // Whole frames, each with its header, and how many were left out behind them; waits for some up
    // to `longest`, and may return none.
    std::string Read(std::chrono::milliseconds longest);

   private:
    friend class Taps;
    bool Put(Bytes payload);  // false: no room
    void TellLeftOut();

    std::mutex mutex_;
    std::condition_variable filled_;
    std::string bytes_;
    std::uint64_t left_out_ = 0;  // since the stream last said so
  };

  // From now on frames come, as long as somebody holds what is returned.
  std::shared_ptr<Tap> Join();

  // Cheap as long as nobody looks on.
  void Offer(Bytes payload) {
    if (any_.load(std::memory_order_relaxed)) OfferToAll(payload);
  }

  std::uint64_t left_out() const { return left_out_; }
  std::size_t taps() const;

 private:
  void OfferToAll(Bytes payload);

  std::atomic<bool> any_{false};
  std::atomic<std::uint64_t> left_out_{0};
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<Tap>> taps_;
};

}  // namespace pdns::control
