// One capture, taken exactly once: path -> [FileSource] -> collector, and what became of it.
//
// The source is known by content: by the hash of its first data frame, and by the hash of the last
// frame taken, at its place. So a capture that was taken is not taken again under another name or
// compression, and one that has grown goes on where it was left.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "frame/input.h"
#include "frame/reader.h"
#include "ingest/claims.h"
#include "ingest/collector.h"
#include "ingest/counters.h"

namespace pdns::ingest {

enum class SourceState : std::uint8_t {
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
std::string_view NameOf(SourceState state);

struct SourceReport {
  std::string name;  // as given, or as found in a directory
  std::string id;    // hex of its first frame's hash; empty when it has no frame
  SourceState state = SourceState::kUnreadable;
  std::string reason;  // for a person; may be empty
  Counters counters;   // of this run
};

// Shared by the lanes, read by whoever shows it.
struct Progress {
  std::atomic<std::uint64_t> bytes_total{0};  // of all regular files of the run, on disk
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> frames{0};
};

class FileSource : public frame::Waiter {
 public:
  // One for each collector.
  FileSource(Collector& collector, Claims& claims, const Stop& stop, Progress& progress);

  // Takes the capture at `path`, "-" being standard input. Never fails as a whole: the report says
  // it. `listed`: nobody named it, it stood in a directory; compressed or removed since, it is
  // taken under its new name or has vanished.
  SourceReport Take(const std::string& path, bool listed = false);

  // While a pipe is silent, what it gave before must not grow older than allowed.
  bool AwaitReadable(int fd) override;

 private:
  enum class Match : std::uint8_t { kNew, kHere, kShorter, kOther, kFailed };

  bool OpenAtFirstFrame();
  bool FindPlace();
  Match Compare(const std::optional<record::Position>& taken);
  void TakeFrames();
  void Conclude();
  void Fail(SourceState state, std::string reason);
  void ShowProgress(std::uint64_t frames);  // taken of this source by now

  Collector& collector_;
  Claims& claims_;
  const Stop& stop_;
  Progress& progress_;

  std::string path_;
  bool listed_ = false;
  SourceReport report_;
  std::unique_ptr<frame::Reader> reader_;
  std::optional<Bytes> frame_;  // read, not yet taken
  record::SourceId id_;
  record::Position position_;
  std::uint64_t frames_before_ = 0;  // taken by earlier runs
  std::uint64_t shown_bytes_ = 0;
  std::uint64_t shown_frames_ = 0;
};

}  // namespace pdns::ingest
