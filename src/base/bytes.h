// Views of foreign and own bytes, and the one bounds check that foreign bytes pass.
//
// Every decoder reads through a Cursor: it never moves past its end, and once a read has failed it
// stays failed, so a decoder may read a whole structure and look at ok() once.
//
// A Cursor: one thread at a time. Functions: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pdns {

using Bytes = std::span<const std::uint8_t>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Equal content. Views of the same bytes, as names of one message often are, need no look at them.
inline bool Same(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.data() == b.data() || AsText(a) == AsText(b));
}

// Reads from the front of borrowed bytes; valid as long as those are.
class Cursor {
 public:
  explicit Cursor(Bytes bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {
    if (at > bytes.size()) Fail();
  }

  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  bool AtEnd() const { return ok_ && left() == 0; }

  // The next `n` bytes; empty and failed when fewer are left.
  Bytes Read(std::size_t n) {
    if (!ok_ || n > left()) {
      Fail();
      return {};
    }
    const Bytes taken = bytes_.subspan(at_, n);
    at_ += n;
    return taken;
  }

  std::uint8_t U8() { return static_cast<std::uint8_t>(Big(1)); }
  std::uint16_t U16() { return static_cast<std::uint16_t>(Big(2)); }  // network order
  std::uint32_t U32() { return static_cast<std::uint32_t>(Big(4)); }  // network order
  std::uint64_t U64() { return Big(8); }                              // network order

  // LEB128, at most ten bytes and 64 bits; an encoding longer than needed fails, so that a value
  // has one form only.
  std::uint64_t Varint();

  void Fail() {
    ok_ = false;
    at_ = bytes_.size();
  }

 private:
  std::uint64_t Big(std::size_t n) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : Read(n)) value = value << 8 | byte;
    return value;
  }

  Bytes bytes_;
  std::size_t at_;
  bool ok_ = true;
};

void AppendU16(std::string& out, std::uint16_t value);  // network order
void AppendU32(std::string& out, std::uint32_t value);  // network order
void AppendU64(std::string& out, std::uint64_t value);  // network order
void AppendVarint(std::string& out, std::uint64_t value);
void AppendSized(std::string& out, std::string_view text);  // its size as a varint, then the text

// The same into memory that has room for kMaxVarint; returns the end.
inline constexpr std::size_t kMaxVarint = 10;
char* WriteVarint(char* out, std::uint64_t value);

inline void AppendBytes(std::string& out, Bytes bytes) { out.append(AsText(bytes)); }

// Lower-case hex, two digits a byte.
std::string ToHex(Bytes bytes);

// Either case, nothing between the digits; nothing for any other text.
std::optional<std::string> FromHex(std::string_view text);

// Text of foreign origin (a file's name, a library's words) for a terminal: every byte outside
// 0x20..0x7e as \xNN.
std::string Printable(std::string_view text);

// ASCII only: DNS knows no other case.
inline std::uint8_t LowerByte(std::uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte + ('a' - 'A')) : byte;
}

}  // namespace pdns
