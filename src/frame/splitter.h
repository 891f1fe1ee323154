// Cuts a Frame Streams byte stream into its pieces: bytes -> [Splitter] -> data and control
// payloads.
//
// libfstrm's own reader cannot resume a read that was cut off, which a socket with many peers
// needs, and costs two reads a frame; this one is pushed bytes as they come and is used for files
// as well. It knows lengths only; control payloads are libfstrm's (control.h). The fuzz target
// `frame` holds it to fstrm_reader. Format: https://farsightsec.github.io/fstrm/ (length u32 BE,
// payload; length 0 opens a control frame: length u32 BE, payload).
//
// One thread at a time. Memory: one buffer, of kMaxFrameLength and a header at most, and no more
// than eight times what was read at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace pdns::frame {

// A longer frame means that the stream cannot be trusted any more. dnstap frames end near 66 KiB.
inline constexpr std::size_t kMaxFrameLength = 1U << 20;
inline constexpr std::size_t kMaxControlLength = 512;  // FSTRM_CONTROL_FRAME_LENGTH_MAX

enum class Piece : std::uint8_t {
  kNeedMore,  // no whole piece is here: fill Room() and ask again
  kData,
  kControl,
  kBroken,  // a length beyond the limits; every later call says the same
};

class Splitter {
 public:
  // `read_size`: how much the buffer grows to when reads keep filling it.
  explicit Splitter(std::size_t read_size) : read_size_(read_size) {}

  // Where the next bytes of the stream go; never empty. Ends the life of payload().
  std::span<std::uint8_t> Room();
  void Filled(std::size_t n) {
    end_ += n;
    full_ = end_ == buffer_.size();
  }

  Piece Next();

  // Payload of the last piece, good until Room() is called.
  Bytes payload() const { return payload_; }

  // Offset in the stream behind the last piece.
  std::uint64_t position() const { return position_; }

  // Bytes held of a piece that is not whole yet.
  std::size_t held() const { return end_ - begin_; }
  Bytes rest() const { return Bytes(buffer_).subspan(begin_, held()); }

  // What the buffer takes; grows with what came, never with what a length announces.
  std::size_t memory() const { return buffer_.capacity(); }

  // Gives back what is not held; the buffer grows again with the next reads. Ends the life of
  // payload().
  void Trim();

  // Moves position() forward by `n`, over bytes not looked at: drops what is held of them and
  // returns how many the caller must skip in the stream.
  std::uint64_t Jump(std::uint64_t n);

 private:
  std::size_t read_size_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;   // first byte not yet cut
  std::size_t end_ = 0;     // behind the last byte filled
  bool full_ = true;        // the last bytes left no room
  std::size_t wanted_ = 0;  // size of the piece at begin_, header included, when known
  std::uint64_t position_ = 0;
  Bytes payload_;
  bool broken_ = false;
};

}  // namespace pdns::frame
