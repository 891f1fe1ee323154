// The decode path by itself, for the programs here that measure it or feed another store with it:
// capture file -> [ReadCapture] -> tuples with their sighting, as pdns-ingest takes them, unfolded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/status.h"
#include "record/observation.h"

namespace pdns::bench {

struct Read {
  std::uint64_t frames = 0;
  std::uint64_t used = 0;
  std::uint64_t stored = 0;  // sightings handed out
};

// `sink` gets each trusted tuple of each message; views are good for the call. kIo, kMalformed: the
// file cannot be read or is no capture; what came before was handed out.
Result<Read> ReadCapture(
    const std::string& path,
    const std::function<void(const record::Tuple&, const record::Sighting&)>& sink);

}  // namespace pdns::bench
