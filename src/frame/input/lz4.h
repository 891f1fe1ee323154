// lz4: raw input -> [Lz4Input] -> unpacked bytes, frame after frame, skippable ones passed over.
//
// Each frame names the size of its blocks in its header, 64 KiB to 4 MiB, and the legacy form has
// blocks of 8 MiB; the share is asked before buffers of that size are allocated. The checksums of
// header, blocks and content are compared where a frame has them. The legacy form has none, and no
// end: cut between two blocks it looks whole. Source: LZ4 Frame Format 1.6.2. Guest: liblz4. A
// foreign door; it has the other compressions' fuzz target. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "frame/input/input.h"

namespace pdns::frame {

// Magic, flags and the size of the blocks.
inline constexpr std::size_t kLz4Head = 6;

// Does a file that begins so hold lz4, in a frame or in legacy form? `head`: kLz4Head bytes, or all
// that there are.
bool IsLz4(Bytes head);

// `share` outlives it. Read is kIo, with the words for it, when the memory cannot be had.
std::unique_ptr<Input> MakeLz4Input(std::unique_ptr<Input> raw, UnpackShare& share);

}  // namespace pdns::frame
