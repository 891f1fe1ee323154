// What one drain hands to the store, whole or not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/hash.h"
#include "record/counters.h"
#include "record/entry.h"

namespace pdns::record {

// A source's name: the SHA-256 of its first data frame, so that a renamed, moved, copied or later
// compressed file is the same source; and which of the sources with that first frame it is (0 but
// for captures that begin alike and then differ).
struct SourceId {
  Sha256Digest first_frame{};
  std::uint32_t variant = 0;

  friend bool operator==(const SourceId&, const SourceId&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  friend auto operator<=>(const SourceId&, const SourceId&) = default;
};

// How far a source was taken.
struct Position {
  std::uint64_t frames = 0;       // data frames, from the start of the source
  std::uint64_t bytes = 0;        // offset behind the last of them in the uncompressed stream
  std::uint32_t last_length = 0;  // that frame's payload, in bytes ...
  Sha256Digest last_frame{};      // ... and its SHA-256, which tells this source from another
  bool broken = false;  // what follows was found to be no frame, and counted as malformed.frame

  friend bool operator==(const Position&, const Position&) = default;
};

struct SourcePosition {
  SourceId id;
  Position position;
};

// Entries in any order; a tuple that comes up several times in a list is the merge of them.
// `sensors` names the numbers that the sightings carry, a number without a name is one of the
// others (record/sensors.h); empty: there is one sensor, without a name. Borrowed for the call.
struct Batch {
  std::span<const SourcePosition> sources;  // empty for what cannot be replayed (a socket)
  std::span<const std::string> sensors;     // names of the numbers that the sightings carry
  std::span<const Entry* const> trusted;
  std::span<const Entry* const> quarantined;
  Counters counters{};  // of the frames that it covers, those included that left nothing else
};

// What a batch changed among the trusted tuples.
struct Applied {
  std::uint64_t tuples_new = 0;
  std::uint64_t tuples_updated = 0;
};

}  // namespace pdns::record
