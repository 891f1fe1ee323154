// Does the database take batches now? Whoever owns the database says so; readers ask before each
// frame.
//
// A frame that comes while it does not is archived if there is an archive, and counted as not
// stored. Its archive file moves no source, so that a later run over the archive takes it.
//
// Any thread may call.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/stop.h"

namespace pdns::ingest {

class Storing {
 public:
  enum class State : std::uint8_t {
    kOn,
    kUnavailable,  // the database could not be opened yet: its ledger cannot be asked, either
    kFull,         // it has the size that it may have: what is in windows is still stored
  };

  State state() const { return state_.load(std::memory_order_acquire); }
  bool on() const { return state() == State::kOn; }
  void Set(State state) { state_.store(state, std::memory_order_release); }

  // Waits until the database takes batches. False: the stop came before.
  bool Await(const Stop& stop) const;

 private:
  std::atomic<State> state_{State::kOn};
};

// Frames that no batch holds, by why. A value.
struct NotStored {
  struct Frames {
    std::uint64_t kept =
        0;  // in the archive, or in the file they came from: another run takes them
    std::uint64_t lost = 0;
  };
  Frames unavailable;  // Storing::State::kUnavailable when they came
  Frames full;         // kFull
  Frames failed;       // they were in windows whose batch the sink refused

  void Add(const NotStored& other);
  Frames Sum() const;
};

}  // namespace pdns::ingest
