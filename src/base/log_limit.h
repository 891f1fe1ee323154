// Warnings about foreign doings, so few that they cannot fill a disk: line -> [LogLimit] -> log.h.
//
// The first ten lines go out, then one every ten seconds; ten may go out at once again when as much
// time was quiet. A line that goes out after others were held back tells how many. Long lines are
// cut. For what a peer or a file can cause at will; what the operator must see goes to log.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace pdns {

// Any thread may call; each object has its own limit, so one stands for a kind of trouble, not for
// a peer.
class LogLimit {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr unsigned kBurst = 10;
  static constexpr Clock::duration kInterval = std::chrono::seconds(10);
  static constexpr std::size_t kMaxLine = 1000;  // bytes of a line that are kept

  // `what` stands before each line: "what: line"; empty: nothing does. `now` is the clock.
  explicit LogLimit(std::string_view what, std::function<Clock::time_point()> now = &Clock::now);

  void Warning(std::string_view line);
  void Error(std::string_view line);

  // Lines held back since the last one that went out.
  std::uint64_t held_back() const;

 private:
  void Write(std::string_view line, void (*log)(std::string_view));
  bool MayGo();

  const std::string what_;
  const std::function<Clock::time_point()> now_;
  mutable std::mutex mutex_;
  unsigned left_ = kBurst;      // lines that may go out at once
  Clock::time_point refilled_;  // up to when left_ was reckoned
  std::uint64_t held_back_ = 0;
};

}  // namespace pdns
