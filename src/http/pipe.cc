#include "http/pipe.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pdns::http {

bool Pipe::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !full_ || gone(); });
    if (gone()) return false;
    const std::size_t some = std::min(bytes.size(), kBuffer - (buffer_.size() - read_));
    buffer_.append(bytes.substr(0, some));
    bytes.remove_prefix(some);
    full_ = buffer_.size() - read_ == kBuffer;
    const bool wake = std::exchange(reader_waits_, false);
    lock.unlock();
    if (wake) mailbox_->Wake(request_);
  }
  return !gone();
}

void Pipe::Finish() { End(true); }

void Pipe::Cut() { End(false); }

void Pipe::End(bool whole) {
  std::unique_lock lock(mutex_);
  if (std::exchange(ended_, true)) return;
  whole_ = whole;
  const bool wake = std::exchange(reader_waits_, false);
  lock.unlock();
  if (wake) mailbox_->Wake(request_);
}

void Pipe::Attach(std::shared_ptr<Mailbox> mailbox, RequestId request) {
  const std::lock_guard lock(mutex_);
  mailbox_ = std::move(mailbox);
  request_ = request;
}

Pipe::Piece Pipe::Read(char* to, std::size_t most) {
  const std::lock_guard lock(mutex_);
  const std::size_t size = std::min(buffer_.size() - read_, most);
  if (size == 0) {
    if (ended_) return {whole_ ? State::kEnd : State::kCut, 0};
    reader_waits_ = true;
    return {State::kEmpty, 0};
  }
  std::memcpy(to, buffer_.data() + read_, size);
  read_ += size;
  // What was read goes from the front when it is all, or enough to be worth the move.
  if (read_ == buffer_.size() || read_ >= kBuffer / 2) buffer_.erase(0, std::exchange(read_, 0));
  // Not at once: a writer that is woken for every piece would be woken for little.
  if (full_ && buffer_.size() - read_ <= kBuffer / 2) {
    full_ = false;
    changed_.notify_one();
  }
  return {State::kBytes, size};
}

void Pipe::Close() {
  const std::lock_guard lock(mutex_);
  gone_.store(true, std::memory_order_relaxed);
  reader_waits_ = false;
  buffer_ = {};
  read_ = 0;
  changed_.notify_all();
}

}  // namespace pdns::http
