// Writes full windows while the collectors go on: Harvest -> [Drainer] -> Sink, in one thread of
// its own.
//
// Each collector fills one harvest while another of its may be on the way to the disk; there are
// two for each and no more, which bounds the memory. Harvests are applied in the order they came.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "aggregate/window.h"
#include "base/status.h"
#include "record/batch.h"

namespace pdns::ingest {

// Where observations end up, given by the tool: ingest knows no store. `progress` may be called
// from any thread, `apply` is called from one.
struct Sink {
  std::function<Result<std::optional<record::Position>>(const record::SourceId&)> progress;
  std::function<Result<record::Applied>(const record::Batch&)> apply;
};

// What one drain takes: tuples, distinct within each window, and the positions up to which they
// cover their sources.
struct Harvest {
  explicit Harvest(std::size_t window_count) : windows(window_count) {}

  std::vector<aggregate::Window> windows;
  std::vector<record::SourcePosition> sources;

  bool empty() const;
  std::size_t memory() const;
  void Clear();
};

class Drainer {
 public:
  // `collectors` will take harvests of `windows` windows each. `on_failure` is called once, from
  // the writing thread, when the sink failed.
  Drainer(Sink sink, std::size_t collectors, std::size_t windows, std::function<void()> on_failure);
  ~Drainer();  // as Finish
  Drainer(const Drainer&) = delete;
  Drainer& operator=(const Drainer&) = delete;

  // An empty harvest to begin with: one for each collector. Waits when those that began earlier
  // have all others on the way to the disk.
  std::unique_ptr<Harvest> First();

  // Is an empty harvest at hand, so that Exchange would not wait?
  bool Ready() const;

  // Hands `full` over and returns an empty one, waiting for it when the disk is behind. After a
  // failure harvests are dropped: what they held was never promised.
  std::unique_ptr<Harvest> Exchange(std::unique_ptr<Harvest> full);

  // Waits until everything handed over is written, and ends the thread. The sink's first error, if
  // any.
  Status Finish();

  // After Finish.
  const record::Applied& applied() const { return applied_; }

 private:
  std::unique_ptr<Harvest> TakeEmpty(std::unique_lock<std::mutex>& lock);
  void Run();
  void Apply(Harvest& harvest);

  Sink sink_;
  std::function<void()> on_failure_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Harvest>> full_;
  std::vector<std::unique_ptr<Harvest>> empty_;
  bool finishing_ = false;
  Status status_;  // written by the thread, read after it ended
  record::Applied applied_;
  std::thread thread_;
};

}  // namespace pdns::ingest
