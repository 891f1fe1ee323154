// Lanes with their harvest: frames -> [Collector] -> Drainer, when the windows are full or old.
//
// Knows when to hand over; the drainer knows how. All calls from one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "ingest/drainer.h"
#include "ingest/worker_pool.h"
#include "source/diagnosis.h"
#include "source/lane.h"
#include "source/place.h"

namespace pdns::ingest {

struct CollectorLimits {
  std::size_t window_memory = 32U << 20;  // hand over when the windows hold as much
  std::chrono::nanoseconds flush_interval = std::chrono::seconds(10);  // or when it is as old
  std::size_t lanes = 1;  // that share the work; more than one have threads of their own
};

class Collector {
 public:
  using Clock = std::chrono::steady_clock;

  Collector(Drainer& drainer, const source::Policy& policy, const CollectorLimits& limits);

  // `counters` are the source's, and stay where they are until Settle.

  // Takes one frame of a stream that cannot be replayed.
  void Take(Bytes payload, record::Counters& counters);

  // Takes one frame and moves its source to `place`, which commits with it.
  void Take(Bytes payload, record::Counters& counters, const source::Place& place);

  // The same in two steps, for whoever has to know in between whether the frame is of an accepted
  // type; not with several lanes. What Open returned (null: the frame ended there, counted) is good
  // until the next call.
  const source::Opened* Open(Bytes payload, record::Counters& counters);
  void TakeOpened(const source::Opened* frame, record::Counters& counters,
                  const source::Place* place);

  // For a frame that is not to be stored: is it of an accepted type? If not, its outcome is in
  // `counters`. Changes nothing else; not with several lanes.
  bool Accepts(Bytes payload, record::Counters& counters);

  // Counts a frame that is not to be stored, with its source and with the next batch.
  void CountOnly(const record::Counters& frame, record::Counters& counters);

  // Does the window hold tuples? Not with several lanes.
  bool holds_tuples() const { return !harvest_->windows.front().empty(); }

  // Counts the end of a stream at what is no frame; `place`, if any, commits with it.
  void TakeBroken(record::Counters& counters, const source::Place* place);

  // After Settle: does the position of the source taken last move? Not while all that was taken of
  // it is refused for its time, which a later run with another clock might take; then its frames
  // are not counted with a batch either.
  bool Moves() const;

  // To be called when a source ends, and before its counters are looked at: they then hold all that
  // was taken with them.
  void Settle();

  // Hands over a window that is old. Cheap; call it when idle.
  void DrainIfOld();

  // As DrainIfOld, but lets the window grow, up to its memory, while the disk is behind.
  void DrainIfOldAndReady();

  // Hands over whatever there is.
  void Drain();

  // Is there nothing to hand over?
  // With a pool it is the sources that tell: no lane is at work when there are none.
  bool empty() const { return fresh_.frames == 0 && harvest_->empty(); }

  // `call` is called after each hand-over; it must be good as long as this object is used.
  void OnHandOver(std::function<void()> call) { on_hand_over_ = std::move(call); }

  // How long until the window is old; the whole interval when it is empty.
  std::chrono::nanoseconds UntilOld() const;

  // Bytes held by the windows that are being filled.
  std::size_t memory() const;

  // The latest time among the frames taken; not with several lanes.
  std::chrono::sys_seconds newest() const { return lane_.newest(); }

  // What the sink made of all that was handed over and is written by now.
  record::Applied applied() const { return drainer_.AppliedOf(*share_); }

 private:
  void TakeFrame(Bytes payload, record::Counters& counters);
  void Begin(record::Counters& counters);
  void Book();
  void MoveSource(const source::Place& place);
  void SetPosition();
  void DrainIfFull();

  Drainer& drainer_;
  source::Lane lane_;
  std::unique_ptr<WorkerPool> pool_;  // in place of the one lane
  CollectorLimits limits_;
  std::shared_ptr<Drainer::Share> share_;
  std::unique_ptr<Harvest> harvest_;
  source::Place place_;  // of the source taken last; of the harvest's last, if it has one
  record::Counters
      pending_;         // of its frames that no position covers yet, not in the harvest's counters
  bool moved_ = false;  // a batch has moved it
  record::Counters fresh_;                 // of frames in the harvest, not yet in its counters ...
  record::Counters* of_source_ = nullptr;  // ... nor in these
  std::function<void()> on_hand_over_;
  Clock::time_point since_{};  // when the harvest got its first frame
  unsigned frames_unlooked_ = 0;
};

}  // namespace pdns::ingest
