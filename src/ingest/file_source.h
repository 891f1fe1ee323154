// One capture that stands still, read once: path -> [FileSource] -> collector, and what became of
// it.
//
// The source is known by content (record/position.h). So a capture that was taken is not taken
// again under another name or compression, and one that has grown goes on where it was left. The
// states of the reading are those of file_reading.h, but kWait and kReclaim: nothing is awaited
// there but what blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "frame/input/input.h"
#include "ingest/claims.h"
#include "ingest/collector.h"
#include "ingest/file_reading.h"
#include "source/report.h"

namespace pdns::ingest {

// One thread, that of the collector.
class FileSource {
 public:
  // One for each collector. `storing` outlives it, as all else does; null: the database always
  // takes batches. While it takes none, Read `waits`, or ends the source as interrupted. `memory`
  // is what compressed files share; null: each has frame::kUnpackAlone.
  FileSource(Collector& collector, Claims& claims, const Stop& stop, source::Progress& progress,
             const Storing* storing = nullptr, bool waits = false,
             frame::UnpackMemory* memory = nullptr);

  // Reads the capture at `path`, "-" being standard input. Never fails as a whole: the report says
  // it. `rule` names a folder: nobody named it, it stood there; compressed or removed since, it is
  // read under its new name or has vanished.
  source::Report Read(const std::string& path, const frame::OpenRule& rule = {});

  std::uint64_t opens() const { return reading_.opens(); }  // of captures, each time anew

 private:
  ReadState Open();
  Result<std::unique_ptr<frame::Input>> OpenInput();
  bool MissedMemory();
  void Close();

  const Stop& stop_;
  frame::UnpackMemory* memory_;
  DrainingWaiter waiter_;
  std::string path_;
  frame::OpenRule rule_;
  std::optional<frame::UnpackShare> share_;  // of the file that is open; set where memory_ is
  std::size_t missed_ = 0;   // what it takes, when it has to be opened anew for it ...
  std::size_t reserve_ = 0;  // ... and what is better drawn, so that it is not opened a third time
  FileReading reading_;      // last: its reader uses the share and the waiter
};

}  // namespace pdns::ingest
