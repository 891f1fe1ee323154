// A capture that is read while it is written, and those that come after it under its name:
// path -> [FollowedSource] -> collector, and what becomes of each.
//
// Such a capture is a source as any other (file_source.h): read by somebody else while it is
// silent, it is counted once. The states of the reading are those of file_reading.h; while nothing
// comes, in kWait, no claim is held, and somebody else may read the file, say a nightly run over
// its folder.
#pragma once

#include <functional>
#include <string>

#include "base/stop.h"
#include "ingest/claims.h"
#include "ingest/collector.h"
#include "ingest/file_reading.h"
#include "source/report.h"

namespace pdns::ingest {

// One thread, that of the collector.
class FollowedSource {
 public:
  // One for each collector. `storing` outlives it, as all else does; null: the database always
  // takes batches. While it takes none, Follow waits.
  FollowedSource(Collector& collector, Claims& claims, const Stop& stop, source::Progress& progress,
                 const Storing* storing = nullptr);

  // Reads the capture at `path` and those that come after it under that name (rotation, truncation,
  // a file not there yet), until the stop; each goes on where an earlier run left it. `tell` is
  // called from this thread: with `ended` when a file has had its time, could not be read or the
  // stop came; without, its state then being of no meaning, when all that is there for now was
  // read. What cannot be opened is told once and tried again. The window is handed over by age;
  // what is left in it at the end is the caller's to drain.
  using Tell = std::function<void(const source::Report&, bool ended)>;
  void Follow(const std::string& path, const Tell& tell);

 private:
  void ReadOne(const std::string& path, const Tell& tell);
  ReadState Open(const std::string& path);

  const Stop& stop_;
  DrainingWaiter waiter_;
  FileReading reading_;  // last: its reader uses the waiter
};

}  // namespace pdns::ingest
