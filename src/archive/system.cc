#include "archive/system.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

namespace pdns::archive {

Result<std::uint64_t> DiskFree(const std::string& directory) {
  struct statvfs info {};
  if (statvfs(directory.c_str(), &info) != 0) return Status::Errno("archive " + directory, errno);
  // f_bavail, not f_bfree: that counts the blocks which only root may take (statvfs(3)).
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

int CreateFile(const std::string& path) {
  constexpr mode_t kMode = 0640;  // who asked what is nobody else's business
  // O_EXCL: an archived file is never truncated or written into, whoever made one of that name.
  return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
}

void SyncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace pdns::archive
