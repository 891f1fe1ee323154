// What became of one source: a capture or a socket -> [Report], and how far a run has come.
//
// Report is a value: one thread at a time. Progress: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/counters.h"
#include "source/decoder.h"

namespace pdns::source {

enum class State : std::uint8_t {
  kComplete,      // taken whole
  kContinued,     // what had come since the last time was taken
  kAlreadyTaken,  // nothing in it was new
  kCutTail,       // ended without STOP or inside a frame; all whole frames are taken
  kCorrupt,       // from some place on it cannot be trusted; what stood before is taken
  kUnreadable,    // no capture, or the system failed to read it; what was read before is taken
  kInterrupted,   // a stop was asked for; the next run goes on
  kVanished,      // was listed, then removed before it was read; no error
};

// "complete", "continued", ... as in the report.
std::string_view NameOf(State state);

struct Report {
  std::string name;  // as given, or as found in a directory
  std::string id;    // hex: how its first frame's SHA-256 begins; empty when it has no frame
  State state = State::kUnreadable;
  std::string reason;           // for a person; may be empty
  record::Counters counters;    // of this run
  std::vector<Remark> remarks;  // in the order of the records; kMostRemarks at most
  bool stores = true;  // false: interrupted since the database took no batches; a later run goes on
};

// Shared by the readers of a run, read by whoever shows it.
struct Progress {
  std::atomic<std::uint64_t> bytes_total{0};  // of all regular files of the run, on disk
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> frames{0};
};

}  // namespace pdns::source
