// Domain names in wire form, uncompressed and lower case: the only form that travels between rooms.
//
// A name is 1..255 bytes: labels of 1..63 bytes, each after its length byte, ended by a zero byte
// (RFC 1035 3.1). Functions take views and assume a complete, valid name unless they say otherwise;
// only Name::FromWire takes foreign bytes.
//
// A Name is a value. Functions: any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace pdns::record {

inline constexpr std::size_t kMaxNameLength = 255;
inline constexpr std::size_t kMaxLabelLength = 63;

// A name that owns its bytes, without allocation.
class Name {
 public:
  Name() { bytes_[0] = 0; }  // the root

  // Foreign bytes: an uncompressed name that fills `wire` exactly, else nothing. Lower-cases.
  static std::optional<Name> FromWire(Bytes wire);

  Bytes wire() const { return {bytes_.data(), size_}; }

  friend bool operator==(const Name& a, const Name& b) {
    return AsText(a.wire()) == AsText(b.wire());
  }

 private:
  std::array<std::uint8_t, kMaxNameLength> bytes_;
  std::uint8_t size_ = 1;
};

// The length of the valid uncompressed name at the front of foreign `wire`; 0 when there is none.
std::size_t NameLength(Bytes wire);

// Labels without the root: 3 for www.example.com.
unsigned CountLabels(Bytes name);

// Is `name` equal to `zone` or below it? Every name is at or under the root.
bool IsAtOrUnder(Bytes name, Bytes zone);

// The last `labels` labels of `name`: Suffix(www.example.com., 2) is example.com.; all of it when
// it has no more labels than that.
Bytes Suffix(Bytes name, unsigned labels);

}  // namespace pdns::record
