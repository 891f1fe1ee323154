#include "store_clickhouse/write/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace pdns::store_clickhouse {
namespace {

constexpr mode_t kMode = 0640;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Status WriteFile(const std::string& path, const Pieces& pieces) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (file.get() < 0) return Status::DiskErrno(path, errno);
  Status written = pieces([&](std::string_view piece) {
    return WriteAll(file.get(), piece) ? Status() : Status::DiskErrno(path, errno);
  });
  if (written.ok() && fsync(file.get()) != 0) return Status::DiskErrno(path, errno);
  return written;
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  return WriteFile(path, [bytes](const PieceSink& sink) { return sink(bytes); });
}

Result<FileReader> FileReader::Open(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) return Status::DiskErrno(path, errno);
  return FileReader(path, file.Release());
}

FileReader::~FileReader() {
  if (fd_ >= 0) close(fd_);
}

Result<std::size_t> FileReader::Read(char* into, std::size_t size) {
  while (true) {
    const ssize_t count = read(fd_, into, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return Status::DiskErrno(path_, errno);
  }
}

Status RenameFile(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return {};
  return Status::DiskErrno(to, errno);
}

Status RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return Status::DiskErrno(path, errno);
}

Status SyncDirectory(const std::string& path) {
  const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) return Status::DiskErrno(path, errno);
  return {};
}

Result<std::optional<std::string>> ReadFile(const std::string& path, std::size_t most) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return Status::DiskErrno(path, errno);
  }
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return Status::DiskErrno(path, errno);
  if (!S_ISREG(info.st_mode) || static_cast<std::uint64_t>(info.st_size) > most)
    return Status::Corrupt(path + ": it is no file of the outbox");
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count = read(file.get(), bytes.data() + at, bytes.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Status::DiskErrno(path, errno);
    if (count == 0) break;
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  return std::optional<std::string>(std::move(bytes));
}

Result<DirectoryLock> DirectoryLock::Acquire(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  if (file.get() < 0) return Status::DiskErrno(path, errno);
  // Of the process, as fcntl's, it tells who has it; not of an open descriptor, so that it is taken
  // once a process: `flock` sees to that.
  struct flock of_process {};
  of_process.l_type = F_WRLCK;
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0 || fcntl(file.get(), F_SETLK, &of_process) != 0) {
    const bool asked = fcntl(file.get(), F_GETLK, &of_process) == 0;
    const bool known = asked && of_process.l_type != F_UNLCK && of_process.l_pid > 0;
    const std::string who =
        known ? "process " + std::to_string(of_process.l_pid) : std::string("another process");
    return Status::Busy(std::filesystem::path(path).parent_path().string() + ": " + who +
                        " uses this outbox");
  }
  return DirectoryLock(file.Release());
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace pdns::store_clickhouse
