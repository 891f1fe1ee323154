// zstd with a bound: raw input -> [ZstdInput] -> unpacked bytes, frame after frame.
//
// Each frame names its window in its header, up to 3.75 TiB; the share is asked before the window
// is allocated, and libzstd is held to what was granted. Guest: libzstd. A foreign door; it has the
// other compressions' fuzz target. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "frame/input/input.h"
#include "frame/input/unpack_memory.h"

namespace pdns::frame {

inline constexpr std::size_t kZstdMagic = 4;

// Does a file that begins so hold a zstd frame?
bool IsZstd(Bytes head);

// The longest header, magic included. Source: RFC 8878, 3.1.1.1.
inline constexpr std::size_t kMostZstdHeader = 18;

// Bytes of window that the frame takes that begins so; 0 for a skippable frame. Nothing when it is
// cut off, or is no frame.
std::optional<std::uint64_t> ZstdWindow(Bytes head);

// `share` outlives it. Read is kIo, with the words for it, when the memory cannot be had.
std::unique_ptr<Input> MakeZstdInput(std::unique_ptr<Input> raw, UnpackShare& share);

}  // namespace pdns::frame
