// Bytes that were written, damaged in every simple way.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace pdns::testing {

// Calls `reencode(bytes)` for `written` itself, for every truncation of it and for every value of
// every byte. It decodes the bytes and encodes the result again, or gives nothing where they are
// refused: a decoder may refuse damage or take it for something else that was written, and nothing
// third. Each call has a heap block of its own, so that a sanitizer sees a read behind it. Returns
// how many damaged forms were taken for something else.
template <class Reencode>
std::size_t ExpectRefusedOrWritten(const std::string& written, const Reencode& reencode) {
  const auto look = [&reencode](std::string_view bytes) {
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    const std::optional<std::string> again = reencode(Bytes(exact));
    if (again.has_value()) {
      EXPECT_EQ(ToHex(AsBytes(*again)), ToHex(exact));
    }
    return again.has_value();
  };
  EXPECT_TRUE(look(written)) << "refused: " << ToHex(AsBytes(written));
  std::size_t taken = 0;
  for (std::size_t size = 0; size < written.size(); ++size)
    taken += look(std::string_view(written).substr(0, size)) ? 1 : 0;
  std::string bytes = written;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      if (value == static_cast<std::uint8_t>(written[at])) continue;
      bytes[at] = static_cast<char>(value);
      taken += look(bytes) ? 1 : 0;
      if (::testing::Test::HasFailure()) return taken;
    }
    bytes[at] = written[at];
  }
  return taken;
}

}  // namespace pdns::testing
