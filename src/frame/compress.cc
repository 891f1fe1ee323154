#include "frame/compress.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "net/descriptor.h"

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 256U << 10;

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

Status Failure(archive* writer) {
  const char* text = archive_error_string(writer);
  return Status::Io(std::string("cannot be compressed: ") + (text != nullptr ? text : "no reason"));
}

// The bytes of `from` through `writer`, which has its header.
Result<bool> Copy(int from, archive* writer, const std::function<bool()>& go_on) {
  std::vector<char> block(kBlock);
  while (true) {
    if (!go_on()) return false;
    const ssize_t got = read(from, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status::Errno("read", errno);
    if (got == 0) return true;
    if (archive_write_data(writer, block.data(), static_cast<std::size_t>(got)) != got) {
      return Failure(writer);
    }
  }
}

Result<bool> Compress(int from, int to, const std::function<bool()>& go_on) {
  const std::unique_ptr<archive, Free> writer(archive_write_new());
  const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), "data");
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  constexpr int kUnpadded = 1;
  if (archive_write_set_format_raw(writer.get()) != ARCHIVE_OK ||
      archive_write_add_filter_zstd(writer.get()) != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(writer.get(), kUnpadded) != ARCHIVE_OK ||
      archive_write_open_fd(writer.get(), to) != ARCHIVE_OK ||
      archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK) {
    return Failure(writer.get());
  }
  auto copied = Copy(from, writer.get(), go_on);
  // Given up, the rest goes into a file that is to be removed: libarchive frees what it holds only
  // in a close, which archive_write_fail() would spare it.
  if (!copied.ok() || !*copied) return copied;
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return Failure(writer.get());
  return true;
}

Status Complete(int to, const struct stat& info) {
  const std::array<timespec, 2> times{info.st_atim, info.st_mtim};
  // Best effort: a file system may know neither.
  (void)fchmod(to, info.st_mode & 07777);
  (void)futimens(to, times.data());
  if (fsync(to) != 0) return Status::Errno("sync", errno);
  return {};
}

}  // namespace

Result<bool> CompressFile(const std::string& from, const std::string& to,
                          const std::function<bool()>& go_on) {
  const net::Descriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (in.get() < 0 || fstat(in.get(), &info) != 0) return Status::Errno(from, errno);
  const net::Descriptor out(open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (out.get() < 0) return Status::Errno(to, errno);
  auto made = Compress(in.get(), out.get(), go_on);
  if (made.ok() && *made) {
    if (Status complete = Complete(out.get(), info); !complete.ok()) made = complete;
  }
  if (!made.ok() || !*made) unlink(to.c_str());
  if (!made.ok()) return Status(made.status().code(), from + ": " + made.status().message());
  return made;
}

}  // namespace pdns::frame
