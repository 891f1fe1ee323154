// How far captures were taken: files, the ledger -> [LookUpCaptures] -> for each file whole, in
// part or not at all.
//
// A file is known by its frames (record/position.h): so a file that was renamed or compressed since
// is found, and one that begins like another and then differs is told from it. Each file whose
// first frame the ledger knows is read to its end, every other one to its first frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "record/position.h"
#include "source/listing.h"
#include "source/report.h"
#include "store/database.h"

namespace pdns::admin {

// A value.
struct CaptureState {
  enum class State : std::uint8_t {
    kWhole,       // all its frames were taken
    kPart,        // the first `taken` of `frames`
    kNone,        // none of them
    kEmpty,       // it has no frame: nothing to take
    kUnreadable,  // `reason`
    kUnknown,     // the stop came before
  };
  std::string path;
  State state = State::kUnknown;
  std::optional<record::SourceId> id;  // of a file with frames; its variant only if some are taken
  std::uint64_t taken = 0;             // frames
  std::uint64_t frames = 0;            // that could be read; 0 where the ledger has not its first
  std::string reason;                  // why it, or the rest of it, cannot be read; for a person
};

// In the order of `files`. Reads the ledger once; memory: some 400 bytes a file and for each row of
// the ledger that begins like one of them. kIo, kCorrupt: the ledger cannot be read. `progress`:
// bytes on disk. One thread, the snapshot's.
Result<std::vector<CaptureState>> LookUpCaptures(store::Snapshot& snapshot,
                                                 const std::vector<source::Path>& files,
                                                 const Stop& stop, source::Progress& progress);

}  // namespace pdns::admin
