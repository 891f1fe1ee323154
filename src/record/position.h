// Which capture it is, and how far it was taken: frames -> [Position] -> a row of the ledger.
//
// A capture is known by its frames, not by its name. The first one's SHA-256 names it; beyond that
// a chain runs over all frames taken, each hashed with what came before as its seed, and marks keep
// the chain's value at up to kMarks places, evenly spread. So a capture that begins alike and then
// differs is told from this one: exactly, if it is as long or longer; if it ends before, up to the
// last mark that it reaches, at most a thirty-second of the frames taken before its end.
//
// The chain is XXH3 (base/hash.h): chance makes no two alike, somebody who writes whole captures
// for that purpose could. It costs 30 ns a frame. Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/hash.h"

namespace pdns::record {

// A source's name: the SHA-256 of its first data frame, so that a renamed, moved, copied or later
// compressed file is the same source; and which of the sources with that first frame it is (0 but
// for captures that begin alike and then differ).
struct SourceId {
  Sha256Digest first_frame{};
  std::uint32_t variant = 0;

  // Of a database whose rows were merged or copied: its identity stands in place of a digest, its
  // rows are the frames, and `broken` says that rows of it are missing here.
  static constexpr std::uint32_t kDatabase = UINT32_MAX;
  bool IsDatabase() const { return variant == kDatabase; }

  friend bool operator==(const SourceId&, const SourceId&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  friend auto operator<=>(const SourceId&, const SourceId&) = default;
};

// How far a source was taken.
struct Position {
  static constexpr std::size_t kMarks = 32;

  std::uint64_t frames = 0;       // data frames, from the start of the source
  std::uint64_t bytes = 0;        // offset behind the last of them in the uncompressed stream
  std::uint32_t last_length = 0;  // that frame's payload, in bytes ...
  Sha256Digest last_frame{};      // ... and its SHA-256
  bool broken = false;      // what follows was found to be no frame, and counted as malformed.frame
  std::uint64_t chain = 0;  // over all of them
  std::array<std::uint64_t, kMarks> marks{};  // the chain after each Stride(frames), while it lasts

  friend bool operator==(const Position&, const Position&) = default;
};

// Frames from one mark to the next: the smallest power of two by which there are kMarks at most.
std::uint64_t Stride(std::uint64_t frames);

// One frame further: frames, chain and marks.
void Advance(Position& position, Bytes frame);

// May `seen`, an earlier place of some capture, lie on the way to `taken`? False: at this place the
// captures differ. Only marks can tell, and the place taken itself.
bool OnTheWay(const Position& seen, const Position& taken);

struct SourcePosition {
  SourceId id;
  Position position;
};

}  // namespace pdns::record
