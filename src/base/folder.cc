#include "base/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace pdns {
namespace {

// Whether the path still names what was opened: who held the lock before may have put another
// folder in its place.
bool IsStill(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

Result<FolderLock> FolderLock::Lock(const std::string& path, Kind kind) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return Status::NoInput(path + ": no such folder");
  if (fd < 0) return Status::DiskErrno(path, errno);
  FolderLock lock(fd);
  const int how = kind == Kind::kAlone ? LOCK_EX : LOCK_SH;
  const bool busy = flock(fd, how | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (busy || !IsStill(fd, path)) return Status::Busy(path + ": another process is at work there");
  return lock;
}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

bool IsWithin(const std::string& inner, const std::string& outer) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto whole = [&error](const std::string& path) {
    const fs::path found = fs::weakly_canonical(fs::absolute(path, error), error);
    return found.has_filename() ? found : found.parent_path();  // "x/" means x
  };
  const fs::path top = whole(outer);
  for (fs::path at = whole(inner); !error; at = at.parent_path()) {
    if (at == top) return true;
    if (at == at.parent_path()) return false;
  }
  return false;
}

std::uint64_t FreeBytes(const std::string& path) {
  struct statvfs disk {};
  if (statvfs(path.c_str(), &disk) != 0) return kUnknownBytes;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Status::DiskErrno(path, errno);
  const bool synced = fsync(fd) == 0 || errno == EINVAL;
  const int error = errno;
  close(fd);
  return synced ? Status() : Status::DiskErrno(path + ": cannot be synced", error);
}

}  // namespace pdns
