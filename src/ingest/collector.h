// A lane with its harvest: frames -> [Collector] -> Drainer, when the window is full or old.
//
// One thread. Knows when to hand over; the drainer knows how.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "ingest/counters.h"
#include "ingest/drainer.h"
#include "ingest/lane.h"

namespace pdns::ingest {

struct CollectorLimits {
  std::size_t window_memory = 32U << 20;  // hand over when the window holds as much
  std::chrono::nanoseconds flush_interval = std::chrono::seconds(10);  // or when it is as old
};

class Collector {
 public:
  using Clock = std::chrono::steady_clock;

  Collector(Drainer& drainer, const LanePolicy& policy, const CollectorLimits& limits);

  // Takes one frame of a stream that cannot be replayed.
  void Take(Bytes payload, Counters& counters);

  // Takes one frame and moves its source to `position`, which commits with it.
  void Take(Bytes payload, Counters& counters, const record::SourceId& id,
            const record::Position& position);

  // Hands over a window that is old. Cheap; call it when idle.
  void DrainIfOld();

  // As DrainIfOld, but lets the window grow, up to its memory, while the disk is behind.
  void DrainIfOldAndReady();

  // Hands over whatever there is.
  void Drain();

  // Is there nothing to hand over?
  bool empty() const { return harvest_->empty(); }

  // `call` is called after each hand-over; it must be good as long as this object is used.
  void OnHandOver(std::function<void()> call) { on_hand_over_ = std::move(call); }

  // How long until the window is old; the whole interval when it is empty.
  std::chrono::nanoseconds UntilOld() const;

 private:
  Drainer& drainer_;
  Lane lane_;
  CollectorLimits limits_;
  std::unique_ptr<Harvest> harvest_;
  std::function<void()> on_hand_over_;
  Clock::time_point since_{};  // when the harvest got its first frame
  unsigned frames_unlooked_ = 0;
};

}  // namespace pdns::ingest
