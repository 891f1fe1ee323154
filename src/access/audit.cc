#include "access/audit.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace pdns::access {
namespace {

constexpr mode_t kMode = 0640;  // who asked what is nobody else's business
constexpr const char* kNew = ".new";

// As a URL writes it: such a byte means the same there as its %NN.
struct Graphic {
  std::string text;
  bool cut = false;
};

Graphic GraphicOf(std::string_view foreign, std::size_t longest) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  Graphic graphic;
  for (const char c : foreign) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool plain = byte > 0x20 && byte < 0x7f;
    graphic.cut = graphic.text.size() + (plain ? 1 : 3) > longest;
    if (graphic.cut) break;
    if (plain) {
      graphic.text += c;
    } else {
      graphic.text += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return graphic;
}

std::string TimeText(std::chrono::system_clock::time_point time) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::floor<milliseconds>(time).time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(whole.count()), (since - whole).count());
}

bool IsSame(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// A FIFO must not make it wait, and a terminal not become its own.
constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

Result<net::Descriptor> OpenLocked(const std::string& path, int flags) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
    return Status::Usage(path + ": is no regular file");
  net::Descriptor file(open(path.c_str(), flags, kMode));
  if (!file.valid()) return Status::DiskErrno(path, errno);
  if (fstat(file.get(), &info) != 0) return Status::DiskErrno(path, errno);
  if (!S_ISREG(info.st_mode)) return Status::Usage(path + ": is no regular file");
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Status::Busy(path + ": another process writes it");
    return Status::DiskErrno(path, errno);
  }
  return file;
}

bool EndsWithinLine(int file) {
  struct stat info {};
  char last = '\n';
  return fstat(file, &info) == 0 && info.st_size > 0 &&
         pread(file, &last, 1, info.st_size - 1) == 1 && last != '\n';
}

}  // namespace

Audit::Audit(Settings settings) : settings_(std::move(settings)) {}

Result<std::unique_ptr<Audit>> Audit::Open(Settings settings) {
  if (settings.max_bytes < kLeastBytes)
    return Status::Usage(fmt::format("audit log: a file of less than {} KiB", kLeastBytes >> 10));
  if (settings.kept > kMostKept)
    return Status::Usage(fmt::format("audit log: more than {} files kept", kMostKept));
  std::unique_ptr<Audit> audit(new Audit(std::move(settings)));
  if (Status opened = audit->OpenFile(); !opened.ok())
    return Status(opened.code(), "audit log " + opened.message());
  return audit;
}

void Audit::Write(const Entry& entry) {
  const std::lock_guard lock(mutex_);
  Format(entry);
  const Status appended = Append(writer_.text());
  Tell(appended);
  if (appended.ok()) {
    ++figures_.written;
    lost_here_ = 0;
  } else {
    ++figures_.lost;
    ++lost_here_;
  }
}

Status Audit::Reopen() {
  const std::lock_guard lock(mutex_);
  return OpenFile();
}

Audit::Figures Audit::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

// If its name still is that of the open file, that one stays: it could not be locked twice.
Status Audit::OpenFile() {
  struct stat named {};
  struct stat opened {};
  if (file_.valid() && stat(settings_.path.c_str(), &named) == 0 &&
      fstat(file_.get(), &opened) == 0 && IsSame(named, opened)) {
    return {};
  }
  auto file = OpenLocked(settings_.path, kFlags);
  if (!file.ok()) return file.status();
  file_ = std::move(*file);
  torn_ = EndsWithinLine(file_.get());
  return {};
}

void Audit::Format(const Entry& entry) {
  const Graphic peer = GraphicOf(entry.peer, kLongestPeer);
  const Graphic method = GraphicOf(entry.method, kLongestMethod);
  const Graphic question = GraphicOf(entry.question, kLongestQuestion);
  writer_.Clear();
  writer_.BeginObject();
  if (lost_here_ > 0) writer_.Number("lost", lost_here_);
  writer_.Text("time", TimeText(entry.time));
  if (!entry.key.empty()) writer_.Text("key", entry.key);
  writer_.Text("peer", peer.text);
  writer_.Text("method", method.text);
  writer_.Text("question", question.text);
  if (peer.cut || method.cut || question.cut) writer_.Bool("cut", true);
  writer_.Number("status", static_cast<std::uint64_t>(entry.status));
  writer_.Number("rows", entry.rows);
  writer_.Number("ms", static_cast<std::uint64_t>(entry.took.count()));
  writer_.EndObject();
  writer_.EndLine();
}

// The size of the open file; opens it anew if it was deleted: nobody would see what is written
// there.
Result<std::uint64_t> Audit::Size() {
  struct stat info {};
  if (fstat(file_.get(), &info) == 0 && info.st_nlink == 0) {
    if (Status opened = OpenFile(); !opened.ok()) return opened;
  }
  if (fstat(file_.get(), &info) != 0) return Status::DiskErrno(settings_.path, errno);
  return static_cast<std::uint64_t>(info.st_size);
}

Status Audit::Append(std::string_view line) {
  auto size = Size();
  // Twice if another program has renamed the file, and the one that it put there is full as well.
  // Not "<=": a torn line before this one takes a newline more.
  for (int tries = 0; tries < 2; ++tries) {
    if (!size.ok()) return size.status();
    if (*size == 0 || *size + line.size() < settings_.max_bytes) break;
    if (Status rotated = Rotate(); !rotated.ok()) return rotated;
    size = Size();
  }
  return size.ok() ? AppendTo(line, *size) : size.status();
}

Status Audit::AppendTo(std::string_view line, std::uint64_t size) {
  std::string mended;
  if (torn_) mended.append(1, '\n').append(line);
  const std::string_view whole = torn_ ? mended : line;
  ssize_t put = -1;
  do {
    put = write(file_.get(), whole.data(), whole.size());
  } while (put < 0 && errno == EINTR);
  if (put < 0) return Status::DiskErrno(settings_.path, errno);
  if (static_cast<std::size_t>(put) == whole.size()) {
    torn_ = false;
    return {};
  }
  if (ftruncate(file_.get(), static_cast<off_t>(size)) != 0) torn_ = true;
  return Status::DiskErrno(settings_.path, ENOSPC);
}

std::string Audit::Kept(unsigned number) const {
  return settings_.path + "." + std::to_string(number);
}

// The new file is there before any is renamed: if it cannot be made, all stays as it is. Whatever
// fails half-way, the next try finds a number that is free and moves only those before it, so that
// tries that fail one after the other lose no file.
Status Audit::Rotate() {
  struct stat named {};
  struct stat opened {};
  if (stat(settings_.path.c_str(), &named) != 0 || fstat(file_.get(), &opened) != 0 ||
      !IsSame(named, opened)) {
    return OpenFile();  // somebody has renamed it
  }
  const std::string fresh = settings_.path + kNew;
  unlink(fresh.c_str());  // of a run that ended in the midst of this
  auto file = OpenLocked(fresh, kFlags | O_EXCL);
  if (!file.ok()) return file.status();
  unsigned free = 1;
  while (free < settings_.kept && ::access(Kept(free).c_str(), F_OK) == 0) ++free;
  bool moved = true;
  for (unsigned to = free; moved && to > 1; --to)
    moved = rename(Kept(to - 1).c_str(), Kept(to).c_str()) == 0;
  if (moved && settings_.kept > 0) moved = rename(settings_.path.c_str(), Kept(1).c_str()) == 0;
  if (moved) moved = rename(fresh.c_str(), settings_.path.c_str()) == 0;
  if (!moved) {
    const int error = errno;
    unlink(fresh.c_str());
    return Status::DiskErrno(settings_.path + ": cannot be renamed", error);
  }
  file_ = std::move(*file);
  torn_ = false;
  return {};
}

// Once when it begins, once when it ends.
void Audit::Tell(const Status& appended) {
  if (!appended.ok() && lost_here_ == 0) {
    log_.Error(appended.message() + ": requests are answered, and not written down");
  } else if (appended.ok() && lost_here_ > 0) {
    log_.Warning(
        fmt::format("{}: is written again; {} requests are missing", settings_.path, lost_here_));
  }
}

}  // namespace pdns::access
