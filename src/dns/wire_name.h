// Names inside a DNS message, compressed as RFC 1035 4.1.4 allows: message, offset -> [ReadName] ->
// name.
//
// Stricter than ldns, which follows pointers forward: a pointer must point before every position
// that the name has reached so far, so a walk always ends; and no name needs more pointers than it
// can have labels, so a message of nothing but pointers costs no more than its length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "record/name.h"

namespace pdns::dns {

struct WireName {
  std::array<std::uint8_t, record::kMaxNameLength> bytes;
  std::size_t size = 0;

  Bytes view() const { return {bytes.data(), size}; }  // uncompressed, lower case
};

// Reads the name at `at` into `name`. Returns the offset behind it in `message`; 0 when there is no
// valid name, and `name` is then unspecified.
std::size_t ReadName(Bytes message, std::size_t at, WireName& name);

}  // namespace pdns::dns
