// bzip2: raw input -> [Bzip2Input] -> unpacked bytes, stream after stream.
//
// libbz2 compares the checksums of blocks and streams, and takes at most 3.6 MiB. Guest: libbz2. A
// foreign door; it has the other compressions' fuzz target. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "frame/input/input.h"

namespace pdns::frame {

// Magic, size of the blocks, and the magic of the first block.
inline constexpr std::size_t kBzip2Head = 10;

// Does a file that begins so hold bzip2? `head`: kBzip2Head bytes, or all that there are.
bool IsBzip2(Bytes head);

// `share` outlives it. Read is kIo, with the words for it, when the memory cannot be had.
std::unique_ptr<Input> MakeBzip2Input(std::unique_ptr<Input> raw, UnpackShare& share);

}  // namespace pdns::frame
