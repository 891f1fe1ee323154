#include "control/taps.h"

#include <algorithm>
#include <utility>

namespace pdns::control {

// The whole buffer is handed out at once, so that the lock is not held while a slow client is
// written to.
std::string Taps::Tap::Read(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, longest, [this] { return !bytes_.empty(); });
  TellLeftOut();
  return std::exchange(bytes_, {});
}

// What was left out since stands behind all that bytes_ holds.
void Taps::Tap::TellLeftOut() {
  constexpr std::uint32_t kControlBody = 12;  // type, count
  if (left_out_ == 0) return;
  AppendU32(bytes_, 0);
  AppendU32(bytes_, kControlBody);
  AppendU32(bytes_, kLeftOut);
  AppendU32(bytes_, static_cast<std::uint32_t>(left_out_ >> 32));
  AppendU32(bytes_, static_cast<std::uint32_t>(left_out_));
  left_out_ = 0;
}

bool Taps::Tap::Put(Bytes payload) {
  const std::lock_guard lock(mutex_);
  // Left out, never waited for: the thread that offers is the one that reads the sockets.
  if (bytes_.size() + payload.size() > kBuffer) {
    ++left_out_;
    return false;
  }
  TellLeftOut();
  AppendU32(bytes_, static_cast<std::uint32_t>(payload.size()));
  AppendBytes(bytes_, payload);
  filled_.notify_all();
  return true;
}

std::shared_ptr<Taps::Tap> Taps::Join() {
  auto tap = std::make_shared<Tap>();
  const std::lock_guard lock(mutex_);
  taps_.push_back(tap);
  // Under the lock, as in OfferToAll: there it must not become false for one who has just come.
  any_ = true;
  return tap;
}

void Taps::OfferToAll(Bytes payload) {
  const std::lock_guard lock(mutex_);
  for (auto it = taps_.begin(); it != taps_.end();) {
    // Who looked on and went is found here, by the next frame: Join and the end of a tap need no
    // word to each other.
    const auto tap = it->lock();
    if (tap != nullptr && !tap->Put(payload)) ++left_out_;
    it = tap == nullptr ? taps_.erase(it) : std::next(it);
  }
  any_ = !taps_.empty();
}

std::size_t Taps::taps() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(taps_.begin(), taps_.end(), [](const auto& tap) { return !tap.expired(); }));
}

}  // namespace pdns::control
