// Random names, also of those that are longest once they are escaped.
#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "record/name.h"

namespace pdns::testing {

// Any number of labels of any length, of bytes that need an escape more often than not.
inline record::Name RandomName(std::mt19937& random) {
  const std::string alphabet("\0\1\0\1\2.az\xff", 9);
  const std::size_t wanted = 1 + random() % record::kMaxNameLength;
  const std::size_t longest = 1 + random() % record::kMaxLabelLength;
  const bool escapes_only = random() % 3 == 0;
  std::string wire;
  while (wire.size() + 2 < wanted) {
    const std::size_t size = std::min(1 + random() % longest, wanted - wire.size() - 2);
    wire.push_back(static_cast<char>(size));
    for (std::size_t i = 0; i < size; ++i)
      wire.push_back(alphabet[random() % (escapes_only ? 4 : alphabet.size())]);
  }
  return record::Name::FromWire(AsBytes(wire + '\0')).value_or(record::Name());
}

}  // namespace pdns::testing
