#include "frame/input/unpack_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "frame/input/input.h"

namespace pdns::frame {
namespace {

// Rounded up: what is told to be enough must be.
std::size_t Mebibytes(std::size_t bytes) { return (bytes >> 20) + ((bytes & 0xfffff) != 0); }

}  // namespace

UnpackMemory::UnpackMemory(std::size_t most, std::string way_out)
    : most_(most), way_out_(std::move(way_out)) {}

std::size_t UnpackMemory::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

std::size_t UnpackMemory::peak() const {
  const std::lock_guard lock(mutex_);
  return peak_;
}

std::size_t UnpackMemory::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

// More than there would be if all files but the pipes had come to their end.
bool UnpackMemory::Never(const UnpackShare& share, std::size_t bytes) const {
  const std::size_t own = share.pipe_ ? share.drawn_ : 0;
  return bytes > most_ - (of_pipes_ - own);
}

void UnpackMemory::Hold(UnpackShare& share, std::size_t bytes) {
  share.drawn_ += bytes;
  held_ += bytes;
  if (share.pipe_) of_pipes_ += bytes;
  peak_ = std::max(peak_, held_);
}

UnpackShare::UnpackShare(UnpackMemory& memory, Waiter* waiter) : memory_(memory), waiter_(waiter) {}

UnpackShare::~UnpackShare() {
  {
    const std::lock_guard lock(memory_.mutex_);
    memory_.held_ -= drawn_;
    if (pipe_) memory_.of_pipes_ -= drawn_;
  }
  memory_.changed_.notify_all();
}

Result<bool> UnpackShare::Reserve(std::size_t least, std::size_t wish) {
  std::size_t bytes = memory_.most_;
  {
    const std::lock_guard lock(memory_.mutex_);
    bytes -= memory_.of_pipes_;
  }
  bytes = std::max(least, std::min(wish, bytes));
  const Drawn drawn = Draw(bytes);
  if (drawn == Drawn::kGranted) return true;
  if (drawn == Drawn::kStopped) return false;
  return Refusal("the file", bytes, drawn == Drawn::kNever);
}

Result<bool> UnpackShare::Grow(std::string_view format, std::size_t by) {
  missed_ = 0;
  // Sizes are foreign: a sum that wraps is more than there ever is.
  const std::size_t needed = used_ + by < used_ ? static_cast<std::size_t>(-1) : used_ + by;
  const Drawn drawn = needed <= drawn_ ? Drawn::kGranted : Draw(needed);
  if (drawn == Drawn::kStopped) return false;
  if (drawn == Drawn::kGranted) {
    used_ = needed;
    return true;
  }
  if (drawn == Drawn::kHeldByOthers && !pipe_) missed_ = needed;
  return Refusal(format, needed, drawn == Drawn::kNever);
}

// So that `bytes` are drawn in all.
UnpackShare::Drawn UnpackShare::Draw(std::size_t bytes) {
  std::unique_lock lock(memory_.mutex_);
  if (memory_.Never(*this, bytes)) return Drawn::kNever;
  const std::size_t more = bytes - drawn_;
  // Whoever holds some goes before those who wait, since they wait for him.
  const bool first = drawn_ > 0 || memory_.waiting_.empty();
  if (first && memory_.Fits(more)) {
    memory_.Hold(*this, more);
    return Drawn::kGranted;
  }
  if (drawn_ > 0 || waiter_ == nullptr) return Drawn::kHeldByOthers;
  return Await(lock, more);
}

UnpackShare::Drawn UnpackShare::Await(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  constexpr std::chrono::milliseconds kLook(100);  // at the stop
  const auto place = memory_.waiting_.insert(memory_.waiting_.end(), this);
  const auto over = [&] {
    return memory_.Never(*this, bytes) || (memory_.waiting_.front() == this && memory_.Fits(bytes));
  };
  bool stopped = false;
  while (!stopped && !over()) {
    lock.unlock();
    stopped = !waiter_->AwaitMemory();
    lock.lock();
    if (!stopped) memory_.changed_.wait_for(lock, kLook, over);
  }
  const bool never = memory_.Never(*this, bytes);
  if (!stopped && !never) memory_.Hold(*this, bytes);
  memory_.waiting_.erase(place);
  lock.unlock();
  memory_.changed_.notify_all();  // the next may be at the front now
  if (stopped) return Drawn::kStopped;
  return never ? Drawn::kNever : Drawn::kGranted;
}

Status UnpackShare::Refusal(std::string_view format, std::size_t bytes, bool never) const {
  std::size_t pipes = 0;
  {
    const std::lock_guard lock(memory_.mutex_);
    pipes = memory_.of_pipes_ - (pipe_ ? drawn_ : 0);
  }
  std::string sentence =
      fmt::format("{}: it takes {} MiB to unpack, and files may have {} together", format,
                  Mebibytes(bytes), memory_.most_ >> 20);
  if (!never) {
    sentence += ", of which others hold too much for now; a later run may take it";
  } else {
    if (pipes > 0) sentence += fmt::format(", of which pipes hold {}", Mebibytes(pipes));
    sentence += "; " + memory_.way_out_;
  }
  return Status::Io(std::move(sentence));
}

}  // namespace pdns::frame
