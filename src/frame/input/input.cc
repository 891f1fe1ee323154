#include "frame/input/input.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/bytes.h"

namespace pdns::frame {
namespace {

// Bytes as they lie in a file or come from a descriptor.
class PlainInput final : public Input {
 public:
  PlainInput(int fd, bool owned, bool regular, Waiter& waiter)
      : fd_(fd), owned_(owned), regular_(regular), waiter_(waiter) {}
  ~PlainInput() override {
    if (owned_) close(fd_);
  }

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    if (!peeked_.empty()) {
      const std::size_t n = std::min(into.size(), peeked_.size());
      std::memcpy(into.data(), peeked_.data(), n);
      peeked_.erase(0, n);
      return n;
    }
    return ReadDescriptor(into);
  }

  Result<std::uint64_t> Skip(std::uint64_t n) override {
    struct stat info {};
    if (!regular_ || fstat(fd_, &info) != 0) return Input::Skip(n);
    const off_t here = lseek(fd_, 0, SEEK_CUR);
    if (here < 0) return Input::Skip(n);
    const std::uint64_t held = std::min<std::uint64_t>(n, peeked_.size());
    const std::uint64_t rest =
        info.st_size > here ? static_cast<std::uint64_t>(info.st_size - here) : 0;
    const std::uint64_t jump = std::min(n - held, rest);
    if (lseek(fd_, static_cast<off_t>(jump), SEEK_CUR) < 0) return Status::Errno("seek", errno);
    peeked_.erase(0, held);
    consumed_ += jump;
    return held + jump;
  }

  std::uint64_t consumed() const override { return consumed_; }
  bool reopenable() const override { return owned_ && regular_; }

  // The first bytes, left in place for the next Read.
  Result<std::string> Peek(std::size_t n) {
    while (peeked_.size() < n) {
      std::array<std::uint8_t, 64> some;
      const auto got =
          ReadDescriptor(std::span(some).first(std::min(n - peeked_.size(), some.size())));
      if (!got.ok()) return got.status();
      if (*got == 0) break;
      AppendBytes(peeked_, Bytes(some.data(), *got));
    }
    return peeked_;
  }

 private:
  Result<std::size_t> ReadDescriptor(std::span<std::uint8_t> into) {
    for (bool waits = !regular_;;) {
      if (waits && !waiter_.AwaitReadable(fd_)) return std::size_t{0};
      const ssize_t got = read(fd_, into.data(), into.size());
      if (got >= 0) {
        consumed_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno == EAGAIN) {
        // Said to be readable, and is not: another reader was first, or nobody knows better.
        constexpr int kPause = 10;  // ms
        if (waits) poll(nullptr, 0, kPause);
        waits = true;
      } else if (errno != EINTR) {
        return Status::Errno("read", errno);
      }
    }
  }

  int fd_;
  bool owned_;
  bool regular_;
  Waiter& waiter_;
  std::string peeked_;
  std::uint64_t consumed_ = 0;
};

// Not blocking: a FIFO without a writer must not hold up the stop.
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr const char* kNotRegular = "is no regular file: copy what it gives into one";

// -1 and errno.
int OpenBelow(const std::string& path, const std::string& folder, int flags) {
  if (folder.empty()) return open(path.c_str(), flags);
  const std::size_t below = path.find_first_not_of('/', folder.size());
  if (!path.starts_with(folder) || below == std::string::npos) {
    errno = EINVAL;
    return -1;
  }
  const int root = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  auto fd = static_cast<int>(syscall(SYS_openat2, root, path.c_str() + below, &how, sizeof how));
  // An old kernel, or a filter of system calls that knows an old one: of the last name, at least.
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    fd = openat(root, path.c_str() + below, flags | O_NOFOLLOW);
  const int error = errno;
  close(root);
  errno = error;
  return fd;
}

bool RegularOnly(const OpenRule& rule) { return rule.regular || !rule.folder.empty(); }

}  // namespace

// What else a name may stand for is not opened, not even for a moment: the writer of a FIFO that
// was opened and closed is killed by SIGPIPE, and a device may do as it likes. So the name is held
// without being opened, looked at, and opened through what is held.
int OpenRegular(const std::string& path, const OpenRule& rule) {
  const int held = OpenBelow(path, rule.folder, O_PATH | O_CLOEXEC);
  if (held < 0) return -1;
  struct stat info {};
  int fd = -1;
  int error = fstat(held, &info) != 0 ? errno : 0;
  if (error == 0 && S_ISDIR(info.st_mode)) error = EISDIR;
  if (error == 0 && S_ISLNK(info.st_mode)) error = ELOOP;  // O_PATH holds a link itself
  if (error == 0 && !S_ISREG(info.st_mode)) error = EMEDIUMTYPE;
  if (error == 0) {
    fd = open(("/proc/self/fd/" + std::to_string(held)).c_str(), kOpenFlags);
    // Where /proc is not mounted. What the name stands for by now is looked at once more.
    if (fd < 0 && errno == ENOENT) fd = OpenBelow(path, rule.folder, kOpenFlags);
    error = errno;
  }
  close(held);
  errno = error;
  return fd;
}

Result<std::uint64_t> Input::Skip(std::uint64_t n) {
  std::vector<std::uint8_t> scrap(std::min<std::uint64_t>(n, 64U << 10));
  std::uint64_t skipped = 0;
  while (skipped < n) {
    const auto got =
        Read(std::span(scrap).first(std::min<std::uint64_t>(scrap.size(), n - skipped)));
    if (got.status().code() == Code::kBusy) {
      static_cast<void>(Await());
      continue;
    }
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    skipped += *got;
  }
  return skipped;
}

std::unique_ptr<Input> MakePlainInput(int fd, bool regular, Waiter& waiter) {
  return std::make_unique<PlainInput>(fd, true, regular, waiter);
}

bool BeginsFrameStreams(std::string_view head) {
  constexpr std::string_view kEscape("\0\0\0\0", 4);
  const std::size_t size = std::min(head.size(), kEscape.size());
  return head.substr(0, size) == kEscape.substr(0, size);
}

Result<std::unique_ptr<Input>> OpenInput(const std::string& path, Waiter& waiter,
                                         const OpenRule& rule, UnpackShare* share) {
  const bool standard_input = path == "-";
  const int fd = standard_input ? STDIN_FILENO
                                : (RegularOnly(rule) ? OpenRegular(path, rule)
                                                     : open(path.c_str(), kOpenFlags));
  if (fd < 0 && errno == ELOOP && !rule.folder.empty())
    return Status::Io("is or lies behind a link, which is not followed in a folder");
  if (fd < 0 && errno == EMEDIUMTYPE) return Status::Io(kNotRegular);
  if (fd < 0 && errno == EISDIR) return Status::Errno("cannot be read", EISDIR);
  if (fd < 0) return Status::Errno("cannot be opened", errno);
  struct stat info {};
  if (fstat(fd, &info) != 0) info.st_mode = 0;
  auto plain = std::make_unique<PlainInput>(fd, !standard_input, S_ISREG(info.st_mode), waiter);
  if (S_ISDIR(info.st_mode)) return Status::Errno("cannot be read", EISDIR);
  if (RegularOnly(rule) && !S_ISREG(info.st_mode)) return Status::Io(kNotRegular);

  const auto head = plain->Peek(kHeadSize);
  if (!head.ok()) return head.status();
  const auto is_plain = rule.is_plain != nullptr ? rule.is_plain : BeginsFrameStreams;
  if (is_plain(*head)) return std::unique_ptr<Input>(std::move(plain));
  if (share != nullptr && !plain->reopenable()) share->SetPipe();
  return Unpack(std::move(plain), share);
}

}  // namespace pdns::frame
