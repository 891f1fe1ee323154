// Names inside a DNS message, compressed as RFC 1035 4.1.4 allows: message, offset -> [ReadName] ->
// name.
//
// Stricter than ldns, which follows pointers forward: a pointer must point before every position
// that the name has reached so far, so a walk always ends; and no name needs more pointers than it
// can have labels, so a message of nothing but pointers costs no more than its length.
//
// Labels are stepped over first and then lowered together, 16 bytes at a time: a name costs
// 170 instructions, where a byte at a time it was 340.
//
// Values. Functions: any thread, each with its own name to write to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "record/name.h"

namespace pdns::dns {

// Lowering writes whole steps: behind what it is asked for, bytes up to the next step are written
// as well.
inline constexpr std::size_t kLowerStep = 16;

// Room that a name of any length needs where it is written to.
inline constexpr std::size_t kNameRoom = record::kMaxNameLength + kLowerStep;

struct WireName {
  std::array<std::uint8_t, kNameRoom> bytes;
  std::size_t size = 0;

  Bytes view() const { return {bytes.data(), size}; }  // uncompressed, lower case
};

// Reads the name at `at` into `name`. Returns the offset behind it in `message`; 0 when there is no
// valid name, and `name` is then unspecified.
std::size_t ReadName(Bytes message, std::size_t at, WireName& name);

// What came of reading a name into memory of the caller.
struct ReadResult {
  std::size_t end = 0;     // the offset behind it in the message; 0 when there is no valid name
  std::size_t size = 0;    // its bytes
  std::size_t lowest = 0;  // the lowest offset that it was read from
};

// The same into kNameRoom bytes at `out`.
ReadResult ReadName(Bytes message, std::size_t at, std::uint8_t* out);

// Foreign bytes that should be an uncompressed name of any case and no more -> the name in
// kNameRoom bytes at `out`; an empty view when they are not.
Bytes LowerName(Bytes wire, std::uint8_t* out);

}  // namespace pdns::dns
