#include "serve/common/places.h"

namespace pdns::serve {

bool Places::HasRoomInLine(const Want& want) const {
  const auto asker = askers_.find(want.who);
  return line_.size() < kWaiting && bytes_waiting_ + want.bytes <= kBytesWaiting &&
         (asker == askers_.end() || asker->second.waiting < kWaitingOfOne);
}

const Places::Want* Places::Next() const {
  const Want* next = nullptr;
  std::size_t least = kOfOne;
  for (const Want* one : line_) {
    const std::size_t held = askers_.at(one->who).held;
    if (held + one->places > kOfOne || (next != nullptr && held >= least)) continue;
    next = one;
    least = held;
  }
  return next;
}

bool Places::MayEnter(const Want& want) const {
  return Next() == &want && held_ + want.places <= kAll;
}

void Places::Forget(const std::string& who) {
  const auto asker = askers_.find(who);
  if (asker->second.held == 0 && asker->second.waiting == 0) askers_.erase(asker);
}

bool Places::Claim(const Want& want, const std::function<bool()>& unwanted) {
  // Nobody wakes a thread whose peer has left.
  constexpr std::chrono::milliseconds kLook(50);
  std::unique_lock lock(mutex_);
  if (!HasRoomInLine(want)) return false;
  const auto late = std::chrono::steady_clock::now() + patience_;
  const auto here = line_.insert(line_.end(), &want);
  ++askers_[want.who].waiting;
  bytes_waiting_ += want.bytes;
  bool may = MayEnter(want);
  while (!may && std::chrono::steady_clock::now() < late && !unwanted()) {
    changed_.wait_for(lock, kLook);
    may = MayEnter(want);
  }
  line_.erase(here);
  bytes_waiting_ -= want.bytes;
  --askers_.at(want.who).waiting;
  if (may) {
    held_ += want.places;
    askers_.at(want.who).held += want.places;
  } else {
    Forget(want.who);
  }
  changed_.notify_all();  // the next one may be another now
  return may;
}

void Places::Free(const Want& want) {
  const std::lock_guard lock(mutex_);
  held_ -= want.places;
  askers_.at(want.who).held -= want.places;
  Forget(want.who);
  changed_.notify_all();
}

std::size_t Places::waiting() const {
  const std::lock_guard lock(mutex_);
  return line_.size();
}

}  // namespace pdns::serve
