#include "frame/splitter.h"

#include <algorithm>
#include <cstring>

namespace pdns::frame {
namespace {
constexpr std::size_t kFirstSize = 4096;  // enough for a handshake: idle peers stay cheap
}

std::span<std::uint8_t> Splitter::Room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (full_) {
    const std::size_t grown = std::min(std::max(kFirstSize, buffer_.size() * 8), read_size_);
    const std::size_t for_piece = std::min(wanted_, buffer_.size() * 2);
    buffer_.resize(std::max({grown, for_piece, end_ + kFirstSize}));
    full_ = false;
  }
  return std::span(buffer_).subspan(end_);
}

void Splitter::Trim() {
  buffer_ = std::vector<std::uint8_t>(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                      buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
  begin_ = 0;
  end_ = buffer_.size();
  full_ = true;
  payload_ = {};
}

Piece Splitter::Next() {
  if (broken_) return Piece::kBroken;
  Cursor cursor(Bytes(buffer_.data() + begin_, end_ - begin_));
  const std::uint32_t data_length = cursor.U32();
  const bool control = cursor.ok() && data_length == 0;
  const std::uint32_t length = control ? cursor.U32() : data_length;
  if (!cursor.ok()) return Piece::kNeedMore;
  if (length > (control ? kMaxControlLength : kMaxFrameLength)) {
    broken_ = true;
    return Piece::kBroken;
  }
  wanted_ = cursor.position() + length;
  const Bytes payload = cursor.Read(length);
  if (!cursor.ok()) return Piece::kNeedMore;
  payload_ = payload;
  begin_ += wanted_;
  position_ += wanted_;
  wanted_ = 0;
  return control ? Piece::kControl : Piece::kData;
}

std::uint64_t Splitter::Jump(std::uint64_t n) {
  const std::uint64_t dropped = std::min<std::uint64_t>(n, held());
  begin_ += dropped;
  position_ += n;
  wanted_ = 0;
  return n - dropped;
}

}  // namespace pdns::frame
