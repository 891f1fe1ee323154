#include "frame/stream_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pdns::frame {

void AppendFrame(std::string& out, Bytes payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  const std::array<char, kFrameHeader> header{
      static_cast<char>(length >> 24), static_cast<char>(length >> 16 & 0xff),
      static_cast<char>(length >> 8 & 0xff), static_cast<char>(length & 0xff)};
  out.append(header.data(), header.size());
  AppendBytes(out, payload);
}

StreamWriter::~StreamWriter() { close(fd_); }

Status StreamWriter::Write(Bytes frames) {
  std::size_t done = 0;
  while (done < frames.size()) {
    const ssize_t put = write(fd_, frames.data() + done, frames.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      const int error = put < 0 ? errno : EIO;
      Advance(frames.first(done));
      return Status::Errno("write", error);
    }
    done += static_cast<std::size_t>(put);
  }
  Advance(frames);
  return {};
}

Status StreamWriter::Sync() {
  if (fdatasync(fd_) == 0 || errno == EINVAL) return {};
  return Status::Errno("sync", errno);
}

bool StreamWriter::Removed() const {
  struct stat info {};
  return fstat(fd_, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 0;
}

Status StreamWriter::CutBack() {
  if (ftruncate(fd_, static_cast<off_t>(position_)) == 0) return {};
  return Status::Errno("truncate", errno);
}

// Steps over the whole frames that `written` begins with.
void StreamWriter::Advance(Bytes written) {
  Cursor cursor(written);
  std::size_t whole = 0;
  std::uint64_t data_frames = 0;
  while (cursor.left() > 0) {
    std::uint32_t length = cursor.U32();
    const bool control = length == 0;
    if (control) length = cursor.U32();
    cursor.Read(length);
    if (!cursor.ok()) break;
    whole = cursor.position();
    data_frames += control ? 0 : 1;
  }
  position_ += whole;
  frames_ += data_frames;
}

}  // namespace pdns::frame
