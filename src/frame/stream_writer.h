// A Frame Streams file on its way to the disk: whole frames -> [StreamWriter] -> descriptor.
//
// The caller frames into a buffer of its own (AppendFrame; START and STOP by EncodeControl) and
// hands that over as one write, so that nothing is copied twice. What the writer adds is to know,
// after a write that failed halfway, where the last whole frame ends. One thread at a time.
// Format: https://farsightsec.github.io/fstrm/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/status.h"

namespace pdns::frame {

inline constexpr std::size_t kFrameHeader = 4;  // of a data frame: its length, u32 BE

// A data frame to the end of `out`. The payload is not empty (an empty frame opens a control frame)
// and not above kMaxFrameLength, or no reader takes it.
void AppendFrame(std::string& out, Bytes payload);

class StreamWriter {
 public:
  // Takes over `fd`, at whose offset 0 the stream begins.
  explicit StreamWriter(int fd) : fd_(fd) {}
  ~StreamWriter();  // closes it, without STOP or Sync
  StreamWriter(const StreamWriter&) = delete;
  StreamWriter& operator=(const StreamWriter&) = delete;

  // `frames` is whole frames, control frames among them. kIo: some were not written, and the file
  // may end inside one; position() and frames() tell how far it is whole.
  Status Write(Bytes frames);

  // Waits until what was written is on the disk. kIo: it may not be, and asking again does not
  // help. Nothing to do for a descriptor that cannot be synced (a pipe).
  Status Sync();

  // No name leads to the file any more: nobody else will read it.
  bool Removed() const;

  // Cuts the file back to position().
  Status CutBack();

  std::uint64_t position() const { return position_; }  // behind the last whole frame written
  std::uint64_t frames() const { return frames_; }      // data frames written whole

 private:
  void Advance(Bytes written);

  int fd_;
  std::uint64_t position_ = 0;
  std::uint64_t frames_ = 0;
};

}  // namespace pdns::frame
