// One run of files at a time, in the order of asking: runs -> [JobQueue] -> turns.
//
// Each run may use all the memory that files may have, so the next one waits. A file can keep its
// reader for ever, though: on a network file system whose server is gone, or behind a regular file
// that is none (FUSE, /proc). So a run that neither reads a byte nor takes a frame for kPatience,
// while another waits, has stalled, and the next one begins beside it, with a quarter of the
// memory. At most kMostStalled are passed so; then those that can be told are told, and the others
// wait. The bounds of memory: 1 + kMostStalled / 4 of what files may have.
//
// Any thread. Whoever waits looks ten times a second at what those before it have done.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/stop.h"
#include "source/report.h"

namespace pdns::ingest {

class JobQueue {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds kPatience{30'000};
  static constexpr std::size_t kMostStalled = 2;

  // What is to be run. `name` is for people; `progress` outlives the turn.
  struct Job {
    std::string name;
    const source::Progress& progress;
    const Stop& stop;
    bool waits = true;  // however long; else it is told when there are too many that have stalled
  };

 private:
  struct Running {
    std::string name;
    const source::Progress* progress;
    std::uint64_t bytes = 0;  // as they were last seen
    std::uint64_t frames = 0;
    Clock::time_point moved_at;
    bool told = false;  // that it has stalled
  };

 public:
  // While it lives, its run may go on. Movable; one thread at a time.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) = delete;
    Turn(const Turn&) = delete;
    ~Turn();

    bool beside() const { return beside_; }  // one that has stalled

   private:
    friend class JobQueue;
    Turn(JobQueue& queue, std::list<Running>::iterator place, bool beside)
        : queue_(&queue), place_(place), beside_(beside) {}

    JobQueue* queue_ = nullptr;
    std::list<Running>::iterator place_;
    bool beside_ = false;
  };

  explicit JobQueue(std::chrono::milliseconds patience = kPatience,
                    std::function<Clock::time_point()> now = &Clock::now)
      : patience_(patience), now_(std::move(now)) {}
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  // Waits for its turn, or for its stop: what is stopped has nothing to wait for. kBusy: too many
  // have stalled.
  Result<Turn> Await(const Job& job);

 private:
  enum class Ahead : std::uint8_t { kNobody, kStalled, kTooManyStalled, kAtWork };

  Ahead Look(Clock::time_point now);
  std::string Names() const;
  void Leave(std::list<Running>::iterator place);

  const std::chrono::milliseconds patience_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Running> running_;     // guarded by mutex_, as all below
  std::list<const Job*> waiting_;  // in the order of asking
};

}  // namespace pdns::ingest
