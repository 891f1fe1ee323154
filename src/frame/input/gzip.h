// gzip: raw input -> [GzipInput] -> unpacked bytes, member after member.
//
// zlib compares the CRC-32 and the length that each member ends with, so a flipped bit does not go
// unseen. Source: RFC 1952. Guest: zlib. A foreign door; it has the other compressions' fuzz
// target. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "frame/input/input.h"

namespace pdns::frame {

// The fixed part of a member's header. Source: RFC 1952, 2.3.1.
inline constexpr std::size_t kGzipHeader = 10;

// Does a file that begins so hold gzip? `head`: kGzipHeader bytes, or all that there are.
bool IsGzip(Bytes head);

// `share` outlives it. Read is kIo, with the words for it, when the memory cannot be had.
std::unique_ptr<Input> MakeGzipInput(std::unique_ptr<Input> raw, UnpackShare& share);

}  // namespace pdns::frame
