// Several threads for one source: records -> [WorkerPool] -> the windows of a buffer, one a
// worker.
//
// The reading thread opens each record and hands it to the worker of its question, so that an
// answer and its repeats meet in one window and no worker needs a lock. Opened records travel in
// blocks, copied once; order does not matter to what is stored. Up to the window a file takes two
// thirds of the time with two workers, for a twentieth more CPU.
//
// All calls from one thread. Memory: a few blocks of half a MiB a worker.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "aggregate/window.h"
#include "base/bytes.h"
#include "source/decoder.h"
#include "source/diagnosis.h"
#include "source/kind.h"

namespace pdns::ingest {

class WorkerPool {
 public:
  // `sensors` outlives the pool; only the reading thread asks it.
  WorkerPool(const source::Kind& kind, const source::Policy& policy, record::SensorTable& sensors,
             std::size_t workers);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // From now on the workers fill these, one each; they must be idle.
  void Use(std::vector<aggregate::Window>& windows);

  // Counts the record in `counters` if opening ends it, else hands it on.
  void Add(Bytes record, record::Counters& counters);

  // Waits until everything added is in the windows.
  void Await();

  // Adds what the workers counted since the last time; they must be idle.
  void AddCounters(record::Counters& counters);

  // The remarks of all workers since the last time, in no order; they must be idle.
  std::vector<source::Remark> ReleaseRemarks();

  // Bytes held by the windows, as of the blocks that are done.
  std::size_t memory() const;

 private:
  class Worker;

  std::unique_ptr<source::Decoder> front_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace pdns::ingest
