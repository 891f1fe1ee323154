// xz with a bound: raw input -> [XzInput] -> unpacked bytes.
//
// The format lets a file demand up to 4 GiB for its dictionary, and libarchive grants 1 GiB. Guest:
// liblzma. A foreign door; it has the other compressions' fuzz target.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "frame/input.h"

namespace pdns::frame {

// Of a decoder: enough for `xz -9`, which takes 65 MiB.
inline constexpr std::size_t kMostXzMemory = 96U << 20;

// Does a file that begins so hold xz?
bool IsXz(Bytes head);
inline constexpr std::size_t kXzMagic = 6;

// kIo from Read, with the words for it: the file demands more memory than that.
std::unique_ptr<Input> MakeXzInput(std::unique_ptr<Input> raw);

}  // namespace pdns::frame
