// Tuples with their sightings, folded until the windows are full or old: records -> [Collector] ->
// Drainer.
//
// Knows when to hand over; the drainer knows how. All calls from one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "ingest/drainer.h"
#include "ingest/worker_pool.h"
#include "source/decoder.h"
#include "source/diagnosis.h"
#include "source/kind.h"
#include "source/place.h"

namespace pdns::ingest {

struct CollectorLimits {
  std::size_t window_memory = 32U << 20;  // hand over when the windows hold as much
  std::chrono::nanoseconds flush_interval = std::chrono::seconds(10);  // or when it is as old
  std::size_t workers = 1;  // that decode; more than one have threads of their own
};

class Collector {
 public:
  using Clock = std::chrono::steady_clock;

  Collector(Drainer& drainer, const source::Policy& policy, const CollectorLimits& limits);

  // The records that follow are of this kind; at first they are dnstap. Waits until those of
  // another kind are decoded.
  void UseKind(const source::Kind& kind);

  // `counters` are the source's, and stay where they are until FinishCounting.

  // Decodes one record of a stream that cannot be replayed, and adds what it says.
  void Add(Bytes record, record::Counters& counters);

  // Decodes one record, adds what it says, and moves its source to `place`, which commits with it.
  void Add(Bytes record, record::Counters& counters, const source::Place& place);

  // The same in two steps, for whoever has to know in between whether the record is wanted; not
  // with several workers. What Open returned (null: the record ended there, counted) is good until
  // the next call.
  const source::Opened* Open(Bytes record, record::Counters& counters);
  void AddOpened(const source::Opened* opened, record::Counters& counters,
                 const source::Place* place);

  // For a record that is not to be stored: is it wanted? If not, its outcome is in `counters`.
  // Changes nothing else; not with several workers.
  bool Accepts(Bytes record, record::Counters& counters);

  // Counts a frame that is not to be stored, with its source and with the next batch.
  void CountOnly(const record::Counters& frame, record::Counters& counters);

  // Does the window hold tuples? Not with several workers.
  bool holds_tuples() const { return !buffer_->windows.front().empty(); }

  // Counts the end of a stream at what is no frame; `place`, if any, commits with it.
  void AddBroken(record::Counters& counters, const source::Place* place);

  // After FinishCounting: does the position of the source added last move? Not while all that was
  // taken of it is refused for its time, which a later run with another clock might take; then its
  // frames are not counted with a batch either.
  bool Moves() const;

  // The frames of a source that its position waits in front of: all of them since it moved last,
  // unless one was not refused for its time. None: it has moved, or will, or is not the source
  // added last. To be called behind FinishCounting.
  record::Counters Refused(const record::SourceId& id) const;

  // How far such a source has moved, if it has.
  std::optional<record::Position> MovedTo(const record::SourceId& id) const;

  // Those of Refused are to be taken anew, by a clock that was put right, or were taken by somebody
  // else: no batch counts them.
  void ForgetRefused(const record::SourceId& id);

  // To be called when a source ends, and before its counters are looked at: they then hold all that
  // was taken with them.
  void FinishCounting();

  // What was remarked of the records since the last call: of each source, to be called behind its
  // FinishCounting. The first source::kMostRemarks by their number.
  std::vector<source::Remark> ReleaseRemarks();

  // Hands over a window that is old. Cheap; call it when idle.
  void DrainIfOld();

  // As DrainIfOld, but lets the window grow, up to its memory, while the disk is behind.
  void DrainIfOldAndReady();

  // Hands over whatever there is.
  void Drain();

  // Is there nothing to hand over?
  // With a pool it is the sources that tell: no worker is at work when there are none.
  bool empty() const { return fresh_.frames == 0 && buffer_->empty(); }

  // `call` is called after each hand-over; it must be good as long as this object is used.
  void OnHandOver(std::function<void()> call) { on_hand_over_ = std::move(call); }

  const source::Policy& policy() const { return policy_; }

  // How long until the window is old; the whole interval when it is empty.
  std::chrono::nanoseconds UntilOld() const;

  // Bytes held by the windows that are being filled.
  std::size_t memory() const;

  // The latest time among the frames taken; not with several workers.
  std::chrono::sys_seconds newest() const { return decoder_->newest(); }

  // What the sink made of all that was handed over and is written by now.
  record::Applied applied() const { return drainer_.AppliedOf(*share_); }

 private:
  void AddRecord(Bytes record, record::Counters& counters);
  void AddObservations(std::span<const source::Observation> observations);
  void Begin(record::Counters& counters);
  void CountFresh();
  void MoveSource(const source::Place& place);
  void SetPosition();
  void DrainIfFull();

  Drainer& drainer_;
  source::Policy policy_;
  const source::Kind* kind_;
  std::unique_ptr<source::Decoder> decoder_;  // of kind_
  std::unique_ptr<WorkerPool> pool_;          // with decoders of its own; null: this thread decodes
  CollectorLimits limits_;
  std::shared_ptr<Drainer::Share> share_;
  std::unique_ptr<BatchBuffer> buffer_;
  source::Place place_;  // of the source added last; of the buffer's last, if it has one
  record::Counters
      pending_;         // of its frames that no position covers yet, not in the buffer's counters
  bool moved_ = false;  // a batch has moved it ...
  record::Position moved_to_;              // ... so far
  record::Counters fresh_;                 // of frames in the buffer, not yet in its counters ...
  record::Counters* of_source_ = nullptr;  // ... nor in these
  std::function<void()> on_hand_over_;
  Clock::time_point since_{};  // when the buffer got its first frame
  unsigned records_unlooked_ = 0;
};

}  // namespace pdns::ingest
