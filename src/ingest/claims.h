// Which source is in whose hands during one run: SourceId -> [Claims] -> the position to go on
// from.
//
// Two lanes may meet the same capture under two names (a copy, a compressed twin). The second waits
// until the first has read it and then finds it taken, although nothing may be committed yet:
// positions of this run stand here, older ones in the sink. Any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "base/status.h"
#include "ingest/drainer.h"
#include "record/batch.h"

namespace pdns::ingest {

class Claims {
 public:
  explicit Claims(const Sink& sink) : sink_(sink) {}

  // Waits until nobody else holds `id`, then holds it. How far it was taken, if ever. On an error
  // it is not held.
  Result<std::optional<record::Position>> Acquire(const record::SourceId& id);

  // Lets go; `position` is how far it is taken now, if at all.
  void Release(const record::SourceId& id, const std::optional<record::Position>& position);

 private:
  struct Entry {
    bool held = false;
    std::optional<record::Position> position;
  };

  const Sink& sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<record::SourceId, Entry> entries_;
};

}  // namespace pdns::ingest
