#include "base/bytes.h"

#include <array>

namespace pdns {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(LowerByte(static_cast<std::uint8_t>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::uint64_t Cursor::Varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = U8();
    if (!ok_) return 0;
    const std::uint64_t bits = byte & 0x7f;
    const bool overflows = shift == 63 && bits > 1;
    const bool padded = shift > 0 && byte == 0;
    if (overflows || padded) break;
    value |= bits << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail();
  return 0;
}

void AppendU16(std::string& out, std::uint16_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value & 0xff));
}

void AppendU32(std::string& out, std::uint32_t value) {
  AppendU16(out, static_cast<std::uint16_t>(value >> 16));
  AppendU16(out, static_cast<std::uint16_t>(value));
}

void AppendU64(std::string& out, std::uint64_t value) {
  AppendU32(out, static_cast<std::uint32_t>(value >> 32));
  AppendU32(out, static_cast<std::uint32_t>(value & 0xffffffff));
}

char* WriteVarint(char* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

void AppendVarint(std::string& out, std::uint64_t value) {
  std::array<char, kMaxVarint> bytes;
  out.append(bytes.data(), WriteVarint(bytes.data(), value));
}

void AppendSized(std::string& out, std::string_view text) {
  AppendVarint(out, text.size());
  out.append(text);
}

std::string Printable(std::string_view text) {
  std::string out;
  for (const char& c : text) {
    if (c >= 0x20 && c <= 0x7e) {
      out.push_back(c);
    } else {
      out += "\\x" + ToHex(AsBytes({&c, 1}));
    }
  }
  return out;
}

std::string ToHex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 0xf]);
  }
  return out;
}

std::optional<std::string> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  int high = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) return std::nullopt;
    if (i % 2 == 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<char>(high << 4 | digit));
    }
  }
  return bytes;
}

}  // namespace pdns
