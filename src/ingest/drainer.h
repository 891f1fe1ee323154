// Writes full windows while the collectors go on: BatchBuffer -> [Drainer] -> Sink, in one thread
// of its own.
//
// A collector joins with a share of its own: it fills one buffer while the other of its share may
// be on the way to the disk. There are two for each and no more, which bounds the memory, and no
// collector can take those of another. Buffers are applied in the order they came. Any thread may
// call.
//
// One for each process: the numbers of its sensors are those of the batches.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "aggregate/window.h"
#include "base/status.h"
#include "ingest/storing.h"
#include "record/batch.h"
#include "record/sensors.h"

namespace pdns::ingest {

// Where observations end up, given by the tool: ingest knows no store. `progress` may be called
// from any thread, `apply` is called from one.
struct Sink {
  std::function<Result<std::optional<record::Position>>(const record::SourceId&)> progress;
  std::function<Result<record::Applied>(const record::Batch&)> apply;
  const Storing* storing =
      nullptr;  // outlives all who have the sink; null: it always takes batches

  bool on() const { return storing == nullptr || storing->on(); }
  bool Await(const Stop& stop) const { return storing == nullptr || storing->Await(stop); }
};

// What becomes one batch: tuples, folded within each window, the positions up to which they cover
// their sources, and what became of the frames they are from.
struct BatchBuffer {
  explicit BatchBuffer(std::size_t window_count) : windows(window_count) {}

  std::vector<aggregate::Window> windows;
  std::vector<record::SourcePosition> sources;
  record::Counters counters;
  std::uint64_t unplaced = 0;  // frames that moved no source: nothing has them but this

  bool empty() const;
  std::size_t memory() const;
  void Clear();
};

struct DrainFigures {
  std::uint64_t drains = 0;
  double seconds = 0;       // spent in them
  std::size_t waiting = 0;  // buffers handed over and not yet written
  record::Applied applied;
  NotStored::Frames failed;  // of batches that the sink refused, and of those that came behind them
};

class Drainer {
 public:
  // The two buffers of one collector.
  class Share;

  // `on_failure` is called once, from the writing thread, when the sink failed.
  Drainer(Sink sink, std::function<void()> on_failure);
  ~Drainer();  // as Finish
  Drainer(const Drainer&) = delete;
  Drainer& operator=(const Drainer&) = delete;

  // A new share, of buffers with `windows` windows each.
  static std::shared_ptr<Share> Join(std::size_t windows);

  // An empty buffer of the share to begin with.
  std::unique_ptr<BatchBuffer> First(Share& share);

  // Is an empty buffer at hand, so that Exchange would not wait?
  bool Ready(const Share& share) const;

  // Hands `full` over and returns the other one of the share, waiting for it when the disk is
  // behind. After a failure buffers are dropped: what they held was never promised.
  std::unique_ptr<BatchBuffer> Exchange(const std::shared_ptr<Share>& share,
                                        std::unique_ptr<BatchBuffer> full);

  // Waits until everything handed over before the call is written. The sink's first error, if any.
  Status Await();

  // Is nothing on the way to the sink?
  bool Idle() const;

  // As Await, and ends the thread.
  Status Finish();

  // For those who fill buffers: a batch names the numbers that this table gave out.
  record::SensorTable& sensors() { return sensors_; }

  DrainFigures figures() const;
  record::Applied AppliedOf(const Share& share) const;

 private:
  struct Handed {
    std::unique_ptr<BatchBuffer> buffer;
    std::shared_ptr<Share> owner;
  };

  std::unique_ptr<BatchBuffer> WaitForEmpty(Share& share, std::unique_lock<std::mutex>& lock);
  void Run();
  Result<record::Applied> Apply(BatchBuffer& buffer) const;
  void CountFailed(const BatchBuffer& buffer);
  void Count(const Result<record::Applied>& applied, double seconds, Share& owner);

  Sink sink_;
  std::function<void()> on_failure_;
  record::SensorTable sensors_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Handed> full_;
  std::uint64_t handed_ = 0;   // buffers ever handed over
  std::uint64_t written_ = 0;  // of them
  bool finishing_ = false;
  Status status_;
  DrainFigures figures_;
  std::thread thread_;
};

}  // namespace pdns::ingest
