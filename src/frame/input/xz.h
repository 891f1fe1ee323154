// xz with a bound: raw input -> [XzInput] -> unpacked bytes.
//
// The format lets a file demand up to 4 GiB for its dictionary, and libarchive grants 1 GiB. Here
// the share is asked before the dictionary is allocated, block by block: liblzma stops at a limit,
// says what it needs, and goes on when that was granted. Guest: liblzma. A foreign door; it has the
// other compressions' fuzz target. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "frame/input/input.h"

namespace pdns::frame {

// Does a file that begins so hold xz?
bool IsXz(Bytes head);
inline constexpr std::size_t kXzMagic = 6;

// `share` outlives it. Read is kIo, with the words for it, when the memory cannot be had.
std::unique_ptr<Input> MakeXzInput(std::unique_ptr<Input> raw, UnpackShare& share);

}  // namespace pdns::frame
