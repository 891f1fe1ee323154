#include "base/log_limit.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace pdns {

LogLimit::LogLimit(std::string_view what, std::function<Clock::time_point()> now)
    : what_(what.empty() ? std::string() : std::string(what) + ": "),
      now_(std::move(now)),
      refilled_(now_()) {}

void LogLimit::Warning(std::string_view line) { Write(line, &LogWarning); }
void LogLimit::Error(std::string_view line) { Write(line, &LogError); }

std::uint64_t LogLimit::held_back() const {
  const std::lock_guard lock(mutex_);
  return held_back_;
}

// Under the lock up to the end, so that the number stands with the line that it belongs to.
void LogLimit::Write(std::string_view line, void (*log)(std::string_view)) {
  const std::lock_guard lock(mutex_);
  if (!MayGo()) {
    ++held_back_;
    return;
  }
  std::string text = what_;
  text += line.substr(0, kMaxLine);
  if (line.size() > kMaxLine) text += "...";
  if (held_back_ > 0) text += " (" + std::to_string(held_back_) + " more like it were left out)";
  held_back_ = 0;
  log(text);
}

bool LogLimit::MayGo() {
  const auto intervals = (now_() - refilled_) / kInterval;
  if (intervals > 0) {
    refilled_ += intervals * kInterval;
    left_ = static_cast<unsigned>(std::min<decltype(intervals)>(kBurst, left_ + intervals));
  }
  // A full limit gains nothing by waiting longer: the next interval begins with the first line.
  if (left_ == kBurst) refilled_ = now_();
  if (left_ == 0) return false;
  --left_;
  return true;
}

}  // namespace pdns
