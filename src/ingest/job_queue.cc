#include "ingest/job_queue.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace pdns::ingest {

JobQueue::Turn::Turn(Turn&& other) noexcept
    : queue_(std::exchange(other.queue_, nullptr)), place_(other.place_), beside_(other.beside_) {}

JobQueue::Turn::~Turn() {
  if (queue_ != nullptr) queue_->Leave(place_);
}

Result<JobQueue::Turn> JobQueue::Await(const Job& job) {
  constexpr std::chrono::milliseconds kLook(100);
  std::unique_lock lock(mutex_);
  // A place in the list of those who wait keeps the order of asking, whoever is woken first.
  const auto ticket = waiting_.insert(waiting_.end(), &job);
  while (!job.stop.requested()) {
    const Ahead ahead = Look(now_());
    const bool first = ticket == waiting_.begin();
    const bool may_begin = ahead == Ahead::kNobody || ahead == Ahead::kStalled;
    if (first && may_begin) {
      waiting_.erase(ticket);
      const auto place =
          running_.insert(running_.end(), {job.name, &job.progress, 0, 0, now_(), false});
      return Turn(*this, place, ahead == Ahead::kStalled);
    }
    if (ahead == Ahead::kTooManyStalled && !job.waits) {
      waiting_.erase(ticket);
      changed_.notify_all();
      return Status::Busy("runs of files before this one have stalled: " + Names() +
                          ": try again when these files can be read");
    }
    // By time as well: progress and stops wake nobody.
    changed_.wait_for(lock, kLook);
  }
  waiting_.erase(ticket);
  changed_.notify_all();
  // Stopped: the caller finds its stop requested, and reads nothing.
  return Turn();
}

// What keeps the next one.
JobQueue::Ahead JobQueue::Look(Clock::time_point now) {
  if (running_.empty()) return Ahead::kNobody;
  bool at_work = false;
  for (Running& one : running_) {
    const std::uint64_t bytes = one.progress->bytes_done;
    const std::uint64_t frames = one.progress->frames;
    if (bytes != one.bytes || frames != one.frames) {
      one.bytes = bytes;
      one.frames = frames;
      one.moved_at = now;
      one.told = false;
    }
    if (now - one.moved_at < patience_) {
      at_work = true;
    } else if (!std::exchange(one.told, true)) {
      LogWarning(one.name + ": no progress for " + std::to_string(patience_.count() / 1000) +
                 " s: the next run of files does not wait for it");
    }
  }
  if (at_work) return Ahead::kAtWork;
  return running_.size() > kMostStalled ? Ahead::kTooManyStalled : Ahead::kStalled;
}

std::string JobQueue::Names() const {
  std::string names;
  for (const Running& one : running_) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

void JobQueue::Leave(std::list<Running>::iterator place) {
  {
    const std::lock_guard lock(mutex_);
    // A run that had stalled may come back after others have passed it; it leaves by its own place.
    running_.erase(place);
  }
  changed_.notify_all();
}

}  // namespace pdns::ingest
