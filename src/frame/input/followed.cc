#include "frame/input/followed.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "frame/input/notices.h"

namespace pdns::frame {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLook(1000);      // for what inotify does not see
constexpr milliseconds kLookAgain(100);  // while the end is near
constexpr milliseconds kReplacedGrace(500);
constexpr milliseconds kDeletedGrace(2000);
constexpr std::size_t kHead = 1024;

constexpr std::uint32_t kFolderEvents = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t kFileEvents = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

class FollowedInput final : public Input {
 public:
  FollowedInput(int fd, std::string path, Waiter& waiter, std::unique_ptr<Notices> notices,
                AtEnd at_end)
      : fd_(fd),
        path_(std::move(path)),
        waiter_(waiter),
        notices_(std::move(notices)),
        at_end_(at_end) {
    // Before the first look, so that nothing goes unseen. The file that is open, not the path: it
    // may be another one by now.
    notices_->Watch("/proc/self/fd/" + std::to_string(fd_), kFileEvents);
    notices_->Watch(FolderOf(path_), kFolderEvents);
  }
  ~FollowedInput() override { close(fd_); }
  FollowedInput(const FollowedInput&) = delete;
  FollowedInput& operator=(const FollowedInput&) = delete;

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    while (!ended_) {
      const ssize_t got = read(fd_, into.data(), into.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Status::Errno("read", errno);
      ended_ = !SameHead();
      if (ended_) break;
      if (got > 0) {
        const auto n = static_cast<std::size_t>(got);
        // From what was read, not from the file again: it may be another by now.
        if (consumed_ == head_.size()) {
          AppendBytes(head_, into.first(std::min(n, kHead - head_.size())));
        }
        Advance(n);
        return n;
      }
      ended_ = HasEnded();
      if (ended_) break;
      if (at_end_ == AtEnd::kReturn) return Status::Busy("no more for now");
      static_cast<void>(Await());
    }
    return std::size_t{0};
  }

  bool Await() override {
    notices_->Tick(quiet_since_.has_value() ? kLookAgain : kLook);
    ended_ = !waiter_.AwaitReadable(notices_->fd());
    if (!ended_) notices_->Read();
    return !ended_;
  }

  Result<std::uint64_t> Skip(std::uint64_t n) override {
    struct stat info {};
    std::uint64_t jump = 0;
    if (!ended_ && fstat(fd_, &info) == 0) {
      const auto size = static_cast<std::uint64_t>(info.st_size);
      jump = std::min(n, size - std::min(size, consumed_));
      if (lseek(fd_, static_cast<off_t>(jump), SEEK_CUR) < 0) return Status::Errno("seek", errno);
      Advance(jump);
    }
    const auto rest = Input::Skip(n - jump);
    if (!rest.ok()) return rest.status();
    return jump + *rest;
  }

  std::uint64_t consumed() const override { return consumed_; }
  bool reopenable() const override { return true; }

 private:
  void Advance(std::uint64_t n) {
    consumed_ += n;
    quiet_since_.reset();
    const std::size_t known = std::min<std::uint64_t>(consumed_, kHead);
    if (head_.size() < known) head_ = ReadHead(known);
  }

  std::string ReadHead(std::size_t size) const {
    std::string head(size, '\0');
    const ssize_t got = pread(fd_, head.data(), size, 0);
    head.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return head;
  }

  // Does the file begin as it did?
  bool SameHead() const { return ReadHead(head_.size()) == head_; }

  // Asked where no more bytes are.
  bool HasEnded() {
    struct stat here {};
    struct stat there {};
    if (fstat(fd_, &here) != 0) return true;
    if (static_cast<std::uint64_t>(here.st_size) < consumed_) return true;
    const bool absent = stat(path_.c_str(), &there) != 0;
    const bool replaced = !absent && (there.st_ino != here.st_ino || there.st_dev != here.st_dev);
    const bool deleted = absent && here.st_nlink == 0;
    if (!replaced && !deleted) {
      quiet_since_.reset();
      return false;
    }
    const auto now = Clock::now();
    if (!quiet_since_.has_value()) quiet_since_ = now;
    return now - *quiet_since_ >= (replaced ? kReplacedGrace : kDeletedGrace);
  }

  int fd_;
  std::string path_;
  Waiter& waiter_;
  std::unique_ptr<Notices> notices_;
  AtEnd at_end_;
  std::uint64_t consumed_ = 0;
  std::string head_;
  std::optional<Clock::time_point> quiet_since_;  // the file has had its time, and nothing came
  bool ended_ = false;                            // it has had its time, or a stop came
};

}  // namespace

Result<std::unique_ptr<Input>> OpenFollowed(const std::string& path, Waiter& waiter, AtEnd at_end) {
  const int fd = OpenRegular(path, {});
  if (fd < 0 && errno != EMEDIUMTYPE) return Status::Errno("cannot be opened", errno);
  struct stat info {};
  const bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  auto notices = Notices::Open();
  if (regular && notices.ok()) {
    return std::unique_ptr<Input>(new FollowedInput(fd, path, waiter, std::move(*notices), at_end));
  }
  close(fd);
  return regular ? notices.status() : Status::Io("cannot be followed: it is no regular file");
}

Result<bool> AwaitFile(const std::string& path, Waiter& waiter) {
  auto notices = Notices::Open();
  if (!notices.ok()) return notices.status();
  (*notices)->Tick(kLook);
  while (true) {
    // Each time: the folder may have come, or have been replaced.
    (*notices)->Watch(FolderOf(path), kFolderEvents);
    struct stat info {};
    if (stat(path.c_str(), &info) == 0) return true;
    if (!waiter.AwaitReadable((*notices)->fd())) return false;
    (*notices)->Read();
  }
}

}  // namespace pdns::frame
