// pdns-bench-send: pushes the frames of a Frame Streams file into a Unix socket as fast as the
// reader takes them, as a resolver's dnstap writer would, and says how many it sent.
//
// The file is mapped and frames go 128 to a system call, so that the sender costs little beside the
// reader that is measured. Handshake and framing are libfstrm's. The stream is closed properly
// (STOP, then FINISH is awaited), so all frames sent have been read when this exits 0.
//
// Prints one JSON object: frames, bytes, seconds (wall, from connect to FINISH).
#include <arpa/inet.h>
#include <fcntl.h>
#include <fstrm.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kContentType = "protobuf:dnstap.Dnstap";
constexpr int kUsage = 64;
constexpr int kNoInput = 66;
constexpr int kIo = 74;

struct Sent {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

std::span<const std::uint8_t> Map(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || fstat(fd, &status) != 0 || status.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  close(fd);
  if (data == MAP_FAILED) return {};
  return {static_cast<const std::uint8_t*>(data), size};
}

std::uint32_t Big32(std::span<const std::uint8_t> file, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, file.data() + at, sizeof value);
  return ntohl(value);
}

// The next data frame at or after `at`, which is moved behind it; empty at the end or at a cut
// tail.
std::span<const std::uint8_t> NextFrame(std::span<const std::uint8_t> file, std::size_t& at) {
  while (file.size() - at >= 8) {
    const std::uint32_t size = Big32(file, at);
    at += 4;
    if (size != 0) {
      if (size > file.size() - at) return {};
      at += size;
      return file.subspan(at - size, size);
    }
    const std::uint32_t control = Big32(file, at);
    if (control > file.size() - at - 4) return {};
    at += 4 + control;
  }
  return {};
}

fstrm_writer* Connect(const char* socket) {
  fstrm_unix_writer_options* unix_options = fstrm_unix_writer_options_init();
  fstrm_unix_writer_options_set_socket_path(unix_options, socket);
  fstrm_writer_options* options = fstrm_writer_options_init();
  fstrm_writer_options_add_content_type(options, kContentType.data(), kContentType.size());
  fstrm_writer* writer = fstrm_unix_writer_init(unix_options, options);
  fstrm_writer_options_destroy(&options);
  fstrm_unix_writer_options_destroy(&unix_options);
  if (writer != nullptr && fstrm_writer_open(writer) != fstrm_res_success) {
    fstrm_writer_destroy(&writer);
  }
  return writer;
}

bool Send(fstrm_writer* writer, std::span<const std::uint8_t> file, Sent& sent) {
  constexpr std::size_t kBatch = 128;
  std::array<iovec, kBatch> batch{};
  std::size_t at = 0;
  for (bool more = true; more;) {
    std::size_t count = 0;
    for (; count < kBatch; ++count) {
      const auto frame = NextFrame(file, at);
      more = !frame.empty();
      if (!more) break;
      batch[count] = {const_cast<std::uint8_t*>(frame.data()), frame.size()};
      sent.bytes += frame.size();
    }
    if (count == 0) break;
    const auto result = fstrm_writer_writev(writer, batch.data(), static_cast<int>(count));
    if (result != fstrm_res_success) return false;
    sent.frames += count;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: pdns-bench-send FILE SOCKET\n");
    return kUsage;
  }
  const auto file = Map(argv[1]);
  if (file.empty()) {
    std::fprintf(stderr, "pdns-bench-send: cannot read %s\n", argv[1]);
    return kNoInput;
  }
  const auto start = std::chrono::steady_clock::now();
  fstrm_writer* writer = Connect(argv[2]);
  if (writer == nullptr) {
    std::fprintf(stderr, "pdns-bench-send: no reader on %s\n", argv[2]);
    return kIo;
  }
  Sent sent;
  bool good = Send(writer, file, sent);
  good = fstrm_writer_close(writer) == fstrm_res_success && good;
  fstrm_writer_destroy(&writer);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("{\"frames\":%llu,\"bytes\":%llu,\"seconds\":%.3f}\n",
              static_cast<unsigned long long>(sent.frames),
              static_cast<unsigned long long>(sent.bytes), seconds.count());
  if (!good) std::fprintf(stderr, "pdns-bench-send: the reader went away\n");
  return good ? 0 : kIo;
}
