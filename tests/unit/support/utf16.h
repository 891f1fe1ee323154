// UTF-16 as a file holds it.
#pragma once

#include <string>
#include <string_view>

namespace pdns::testing {

// `big`: the high byte comes first.
inline std::string Utf16(std::u16string_view units, bool big) {
  std::string bytes;
  for (const char16_t unit : units) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xff);
    bytes.append({big ? high : low, big ? low : high});
  }
  return bytes;
}

}  // namespace pdns::testing
