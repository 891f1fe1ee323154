// Several lanes for one source: frames -> [WorkerPool] -> the windows of a harvest, one a lane.
//
// The reading thread decodes the dnstap frame and hands the DNS message to the lane of its
// question, so that an answer and its repeats meet in one window and no lane needs a lock. Messages
// travel in blocks, copied once; order does not matter to what is stored. Up to the window a file
// takes two thirds of the time with two lanes, for a twentieth more CPU.
//
// All calls from one thread. Memory: a few blocks of half a MiB a lane.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "aggregate/window.h"
#include "base/bytes.h"
#include "source/diagnosis.h"
#include "source/lane.h"

namespace pdns::ingest {

class WorkerPool {
 public:
  // `sensors` outlives the pool; only the reading thread asks it.
  WorkerPool(const source::Policy& policy, record::SensorTable& sensors, std::size_t lanes);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // From now on the lanes fill these, one each; they must be idle.
  void Use(std::vector<aggregate::Window>& windows);

  // Counts the frame in `counters` if it ends with its dnstap part, else hands it on.
  void Take(Bytes payload, record::Counters& counters);

  // Waits until everything taken is in the windows.
  void Await();

  // Adds what the lanes counted since the last time; they must be idle.
  void AddCounters(record::Counters& counters);

  // Bytes held by the windows, as of the blocks that are done.
  std::size_t memory() const;

 private:
  class Worker;

  source::Lane front_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace pdns::ingest
