#include "ask/utf8_text.h"

#include <algorithm>
#include <cstdint>

namespace pdns::ask {
namespace {

constexpr char32_t kUnknown = 0xfffd;

void AppendUtf8(std::string& out, char32_t point) {
  const auto byte = [&out](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3f));
  } else {
    byte(0xf0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3f));
    byte(0x80 | (point >> 6 & 0x3f));
  }
  byte(0x80 | (point & 0x3f));
}

}  // namespace

std::string_view Utf8Text::Peek() {
  if (rest_.empty()) Read();
  return rest_;
}

bool Utf8Text::NextLine(std::string& line) {
  line.clear();
  bool any = false;
  for (std::string_view piece = Peek(); !piece.empty(); piece = Peek()) {
    any = true;
    if (line_end_ == '\0') {
      const bool of_cr =
          piece.find('\n') == std::string_view::npos && piece.find('\r') != std::string_view::npos;
      line_end_ = of_cr ? '\r' : '\n';
    }
    const std::size_t end = piece.find(line_end_);
    const bool whole = end != std::string_view::npos;
    line += piece.substr(0, std::min(end, kMaxLine - line.size()));
    Pass(whole ? end + 1 : piece.size());
    if (whole) break;
  }
  return any;
}

void Utf8Text::Read() {
  // A piece of UTF-16 may be no text yet: the first half of a pair.
  while (rest_.empty()) {
    piece_.resize(kPiece);  // an even number of bytes: no piece of UTF-16 ends inside a unit
    in_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    std::string_view bytes(piece_.data(), static_cast<std::size_t>(in_.gcount()));
    if (coding_ == Coding::kUnknown) {
      coding_ = Coding::kUtf8;
      if (bytes.starts_with("\xff\xfe")) coding_ = Coding::kUtf16Little;
      if (bytes.starts_with("\xfe\xff")) coding_ = Coding::kUtf16Big;
      const bool marked = bytes.starts_with("\xef\xbb\xbf");
      if (coding_ != Coding::kUtf8 || marked) bytes.remove_prefix(marked ? 3 : 2);
    }
    if (coding_ == Coding::kUtf8) {
      rest_ = bytes;
    } else {
      Decode(bytes);
      rest_ = decoded_;
    }
    if (in_.gcount() == 0) return;
  }
}

// Nothing left: the end.
void Utf8Text::Decode(std::string_view bytes) {
  decoded_.clear();
  const auto unit_at = [&](std::size_t at) {
    const auto first = static_cast<std::uint8_t>(bytes[at]);
    const auto second = static_cast<std::uint8_t>(bytes[at + 1]);
    return static_cast<char32_t>(coding_ == Coding::kUtf16Big ? first << 8 | second
                                                              : second << 8 | first);
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    const char32_t unit = unit_at(at);
    const bool low = unit >= 0xdc00 && unit < 0xe000;
    const bool paired = high_ != 0 && low;
    if (paired) AppendUtf8(decoded_, 0x10000 + ((high_ & 0x3ff) << 10) + (unit & 0x3ff));
    if (high_ != 0 && !paired) AppendUtf8(decoded_, kUnknown);
    high_ = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (!paired && high_ == 0) AppendUtf8(decoded_, low ? kUnknown : unit);
  }
  if (bytes.empty() && high_ != 0) {
    AppendUtf8(decoded_, kUnknown);
    high_ = 0;
  }
}

}  // namespace pdns::ask
