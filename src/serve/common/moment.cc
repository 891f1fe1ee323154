#include "serve/common/moment.h"

#include <utility>

#include "base/log.h"

namespace pdns::serve {

Moment::Moment(Open open) : open_(std::move(open)), thread_([this] { Run(); }) {}

Moment::~Moment() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_for_.notify_all();
  thread_.join();
}

Result<std::unique_ptr<store::Snapshot>> Moment::NewSnapshot() {
  std::unique_lock lock(mutex_);
  const auto now = Clock::now();
  asked_ = now;
  // Before the first look there is nothing to say.
  const bool old = looks_ == 0 || now - looked_ >= (database_ == nullptr ? kRetry : 2 * kFresh);
  if (old) {
    wanted_ = true;
    asked_for_.notify_all();
    const std::uint64_t before = looks_;
    const auto looked = [this, before] { return looks_ != before; };
    if (before == 0) {
      looked_at_.wait(lock, looked);
    } else {
      looked_at_.wait_for(lock, kPatience, looked);
    }
  }
  if (database_ == nullptr) return why_;
  const std::shared_ptr<store::Database> database = database_;
  lock.unlock();
  return database->NewSnapshot();
}

void Moment::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool old = database_ != nullptr && Clock::now() - looked_ >= kFresh;
    const bool rests = Clock::now() - asked_ >= kRest;
    if (wanted_ || (old && !rests)) {
      Look(lock);
    } else if (database_ == nullptr || rests) {
      asked_for_.wait(lock, [this] { return wanted_ || stopping_; });
    } else {
      asked_for_.wait_for(lock, kFresh, [this] { return wanted_ || stopping_; });
    }
  }
}

void Moment::Look(std::unique_lock<std::mutex>& lock) {
  wanted_ = false;
  const auto began = Clock::now();  // what is committed from now on may be missed
  std::shared_ptr<store::Database> database = database_;
  lock.unlock();
  Status status;
  if (database != nullptr) {
    status = database->Refresh();
  } else if (auto opened = open_(); opened.ok()) {
    database = std::move(*opened);
  } else {
    status = opened.status();
  }
  // Of one that cannot be read as it is now, no older moment is served as if it were.
  if (!status.ok()) database = nullptr;
  if (!status.ok() && status.message() != why_.message())
    LogWarning(status.message() + ": requests are refused until it can be read");
  if (status.ok() && !why_.ok()) LogInfo("the database can be read again");
  lock.lock();
  database_ = std::move(database);
  why_ = std::move(status);
  looked_ = began;
  ++looks_;
  looked_at_.notify_all();
}

}  // namespace pdns::serve
