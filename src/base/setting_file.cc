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

Result<std::string> ReadAll(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return Unread(errno);
  if (Status kind = CheckKind(info); !kind.ok()) return kind;
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

}  // namespace

Result<std::string> ReadSettingFile(const std::string& path) {
  // The writer of a FIFO that was opened and closed is killed by SIGPIPE, so the name is looked at
  // first. If it is swapped for a FIFO after that, the open does not wait for a writer either.
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Unread(errno);
  if (Status kind = CheckKind(info); !kind.ok()) return kind;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return Unread(errno);
  auto text = ReadAll(fd);
  close(fd);
  return text;
}

}  // namespace pdns
