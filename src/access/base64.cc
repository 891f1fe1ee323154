#include "access/base64.h"

#include <cstdint>

namespace pdns::access {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kDigitsOfGroup = 4;  // for three bytes
constexpr unsigned kBitsOfDigit = 6;
constexpr unsigned kBitsOfByte = 8;

}  // namespace

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % kDigitsOfGroup != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t value = 0;  // the last `bits` bits are no byte yet
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << kBitsOfDigit | static_cast<std::uint32_t>(digit);
    bits += kBitsOfDigit;
    if (bits < kBitsOfByte) continue;
    bits -= kBitsOfByte;
    bytes += static_cast<char>(value >> bits & 0xff);
    value &= (1U << bits) - 1;
  }
  if (value != 0) return std::nullopt;
  return bytes;
}

}  // namespace pdns::access
