#include "base/setting_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace pdns {
namespace {

Status Unread(int error) { return Status::NoInput(std::generic_category().message(error)); }

Status CheckKind(const struct stat& info) {
  if (S_ISDIR(info.st_mode)) return Unread(EISDIR);
  return S_ISREG(info.st_mode) ? Status() : Status::NoInput("is no regular file");
}

// Of the opened file, which cannot be swapped any more.
Status CheckOpened(int fd, bool secret) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return Unread(errno);
  if (secret && (info.st_mode & (S_IROTH | S_IWOTH)) != 0)
    return Status::NoInput("everybody on this machine may read or write it: chmod o-rw");
  return CheckKind(info);
}

Result<std::string> ReadAll(int fd) {
  std::string text;
  std::array<char, 16U << 10> block{};
  for (;;) {
    const ssize_t got = read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unread(errno);
    if (got == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
    // A file of /proc says that it is empty, so what it gives is counted.
    if (text.size() > kMostSettingBytes)
      return Status::NoInput(fmt::format("is longer than {} MiB", kMostSettingBytes >> 20));
  }
}

Result<std::string> ReadFile(const std::string& path, bool secret) {
  // The writer of a FIFO that was opened and closed is killed by SIGPIPE, so the name is looked at
  // first. If it is swapped for a FIFO after that, the open does not wait for a writer either.
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Unread(errno);
  if (Status kind = CheckKind(info); !kind.ok()) return kind;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return Unread(errno);
  const Status fit = CheckOpened(fd, secret);
  Result<std::string> text = fit.ok() ? ReadAll(fd) : fit;
  close(fd);
  return text;
}

}  // namespace

Result<std::string> ReadSettingFile(const std::string& path) { return ReadFile(path, false); }
Result<std::string> ReadSecretFile(const std::string& path) { return ReadFile(path, true); }

}  // namespace pdns
