// Which source is in whose hands in this process: SourceId -> [Claims] -> the position to go on
// from.
//
// Two lanes may meet the same capture under two names (a copy, a compressed twin). The second waits
// until the first has read it and then finds it taken, although nothing may be committed yet:
// positions of this run stand here, older ones in the sink.
//
// A lane that goes on where another left off must not reach the sink first: the position it commits
// would cover what the other still holds in its window. So it waits until that is handed over. No
// two lanes wait for each other, since a lane hands its own window over before it waits.
//
// A source that the live path writes itself, frame by frame, is held as live: whoever meets it as a
// file need not wait, since everything in it is taken already. Any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "base/status.h"
#include "base/stop.h"
#include "ingest/drainer.h"
#include "record/batch.h"

namespace pdns::ingest {

// What Acquire found.
struct Claim {
  bool live = false;                         // held by the live path, and not by the caller
  std::optional<record::Position> position;  // how far it was taken, if ever
};

class Claims {
 public:
  explicit Claims(const Sink& sink) : sink_(sink) {}  // which outlives it
  explicit Claims(const Sink&&) = delete;

  // Waits until nobody else holds `id`, then holds it, unless it is live. On an error it is not
  // held: kIo also where `stop`, if any, ended the wait. `hand_over` is called before a wait, so
  // that nobody waits for this lane.
  Result<Claim> Acquire(const record::SourceId& id, const std::function<void()>& hand_over,
                        const Stop* stop = nullptr);

  // A source that begins with `first_frame` and that nobody has taken any of; held as live until
  // its Release.
  Result<record::SourceId> AcquireLive(const Sha256Digest& first_frame);

  // Lets go; `position` is how far it is taken now, if at all. `window_of`: the lane whose window
  // still holds some of it, if any does.
  void Release(const record::SourceId& id, const std::optional<record::Position>& position,
               const void* window_of = nullptr);

  // To be called by the holder of `id` before it takes frames: waits until no window of another
  // lane than `lane` holds any of it. False: `stop`, if any, ended the wait, and nothing may be
  // taken.
  bool AwaitTurn(const record::SourceId& id, const void* lane,
                 const std::function<void()>& hand_over, const Stop* stop = nullptr);

  // The window of `lane` is on its way to the sink.
  void HandedOver(const void* lane);

 private:
  struct Entry {
    bool held = false;
    bool live = false;
    const void* window_of = nullptr;
    std::optional<record::Position> position;
  };

  Status Look(const record::SourceId& id, Entry& entry) const;

  const Sink& sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<record::SourceId, Entry> entries_;
};

}  // namespace pdns::ingest
