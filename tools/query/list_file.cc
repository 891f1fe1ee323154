#include "tools/query/list_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <istream>
#include <streambuf>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/wait.h"
#include "net/descriptor.h"
#include "render/text.h"
#include "tools/common/phrase.h"

namespace pdns::tools {
namespace {

// What std::filebuf reads, until the stop; std::filebuf itself would go on reading after a signal.
class StoppableBuffer : public std::streambuf {
 public:
  StoppableBuffer(int fd, const Stop& stop) : fd_(fd), stop_(stop) {}

  bool stopped() const { return stopped_; }
  int error() const { return error_; }

 protected:
  int_type underflow() override {
    while (!stopped_) {
      stopped_ = WaitFor(fd_, POLLIN, stop_) == Woken::kStopped;
      if (stopped_) break;
      const ssize_t got = read(fd_, block_.data(), block_.size());
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) error_ = errno;
      if (got <= 0) break;
      setg(block_.data(), block_.data(), block_.data() + got);
      return traits_type::to_int_type(block_.front());
    }
    return traits_type::eof();
  }

 private:
  int fd_;
  const Stop& stop_;
  bool stopped_ = false;
  int error_ = 0;
  std::array<char, 64U << 10> block_{};
};

Status Unread(const std::string& path, int error) {
  return Status::NoInput(fmt::format("list {}: cannot be read: {}", Printable(path),
                                     std::generic_category().message(error)));
}

Result<net::Descriptor> Open(const std::string& path) {
  // Not blocking: a FIFO without a writer must not hold up the stop.
  net::Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return Unread(path, errno);
  if (S_ISDIR(info.st_mode)) return Unread(path, EISDIR);
  return fd;
}

Result<std::optional<ListFile>> ReadFrom(int fd, const std::string& path, const Stop& stop) {
  StoppableBuffer buffer(fd, stop);
  std::istream text(&buffer);
  ListFile read;
  const auto bad = [&read](const std::string& place, std::string_view /*text*/, const Status& why) {
    if (++read.bad <= kMostBadTold) LogWarning(fmt::format("{}: {}", place, Phrased(why)));
  };
  auto list = ask::ReadList(text, bad);
  if (buffer.stopped()) return std::optional<ListFile>();
  const std::string name = path == "-" ? "-: standard input" : Printable(path) + ":";
  if (buffer.error() != 0) {
    return Status::Io(fmt::format("list {} cannot be read to its end: {}", name,
                                  std::generic_category().message(buffer.error())));
  }
  if (!list.ok()) {
    return Status(list.status().code(), "list " + Printable(path) + ": " + list.status().message());
  }
  read.list = std::make_shared<const ask::List>(std::move(*list));
  return std::optional(std::move(read));
}

}  // namespace

Result<std::optional<ListFile>> ReadListFile(const std::string& path, const Stop& stop) {
  if (path == "-") return ReadFrom(STDIN_FILENO, path, stop);
  const auto opened = Open(path);
  if (!opened.ok()) return opened.status();
  return ReadFrom(opened->get(), path, stop);
}

}  // namespace pdns::tools
