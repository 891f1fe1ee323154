// Text as other programs write it: bytes of a stream -> [Utf8Text] -> UTF-8, a piece at a time.
//
// A mark at the beginning tells how the rest is written: UTF-16, as Windows writes it, in either
// order of bytes, or UTF-8, as is all text without a mark. The mark itself is no text.
// Halves of UTF-16 pairs that stand alone become U+FFFD; an odd byte at the end is dropped.
//
// Memory: kPiece bytes, three times as many of UTF-16. One thread at a time; the stream outlives
// it, and the stream's bad() says whether reading failed.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

namespace pdns::ask {

class Utf8Text {
 public:
  static constexpr std::size_t kPiece = std::size_t{64} << 10;
  // Bytes that NextLine keeps of one line.
  static constexpr std::size_t kMaxLine = std::size_t{1} << 20;

  explicit Utf8Text(std::istream& in) : in_(in) {}

  // What is read and not yet passed, from the first byte on. Empty at the end only. Good until the
  // next call.
  std::string_view Peek();
  // The first `size` bytes of what Peek returned.
  void Pass(std::size_t size) { rest_.remove_prefix(size); }

  // The next line without its end, cut at kMaxLine bytes. False: there is none. Lines end with LF;
  // with CR alone where the first piece has some and no LF.
  bool NextLine(std::string& line);

 private:
  enum class Coding : unsigned char { kUnknown, kUtf8, kUtf16Little, kUtf16Big };

  void Read();
  void Decode(std::string_view bytes);

  std::istream& in_;
  Coding coding_ = Coding::kUnknown;
  std::string piece_;      // as it was read
  std::string decoded_;    // of UTF-16
  std::string_view rest_;  // of either
  char line_end_ = '\0';   // not known yet
  char32_t high_ = 0;      // the first half of a pair whose second half is not read yet
};

}  // namespace pdns::ask
