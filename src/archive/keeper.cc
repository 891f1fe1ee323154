#include "archive/keeper.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/log.h"
#include "frame/compress.h"

namespace pdns::archive {
namespace {

constexpr auto kRhythm = std::chrono::minutes(1);
// So much counts as passed since the last look at most: a process that was stopped for hours must
// not remove hours of files in one pass.
constexpr auto kLongestPassed = std::chrono::minutes(5);

// Linux keeps both values for each thread, though POSIX speaks of processes (setpriority(2),
// ioprio_set(2)): whatever else runs goes first. glibc has no wrapper of ioprio_set. Best effort:
// nothing depends on it but the speed of others.
void StepBack() {
  constexpr int kLowestNice = 19;
  constexpr int kWhoProcess = 1;            // IOPRIO_WHO_PROCESS
  constexpr int kLowestIo = (2 << 13) | 7;  // best effort, last of its levels
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  (void)setpriority(PRIO_PROCESS, thread, kLowestNice);
  (void)syscall(SYS_ioprio_set, kWhoProcess, thread, kLowestIo);
}

}  // namespace

Keeper::Keeper(Settings settings, const System& system)
    : settings_(std::move(settings)), system_(system), thread_([this] { Run(); }) {}

Keeper::~Keeper() { Stop(); }

void Keeper::Writing(std::string file) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = std::move(file);
    woken_ = true;
  }
  changed_.notify_all();
}

void Keeper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Keeper::Figures Keeper::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

bool Keeper::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Keeper::Run() {
  StepBack();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    // Before the pass: a file that ends in the midst of it leads to another pass.
    woken_ = false;
    lock.unlock();
    // Without the lock: to compress a file takes long, and Writing() is called by the thread that
    // writes frames.
    Pass();
    lock.lock();
    changed_.wait_for(lock, kRhythm, [this] { return woken_ || stopping_; });
  }
}

void Keeper::Pass() {
  // Listed first: a file in the list that is not the one written now is finished.
  auto files = ListFiles(settings_.directory, settings_.name);
  if (!files.ok()) return Complain(files.status().message());
  std::string writing;
  {
    const std::lock_guard lock(mutex_);
    writing = writing_;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(system_.now());
  const auto expired = Expired(*files, writing, settings_.keep, now, MayAge());
  for (const File& file : expired) Remove(file);
  if (!settings_.compress) return;
  for (const File& file : *files) {
    const bool gone = std::any_of(expired.begin(), expired.end(),
                                  [&](const File& other) { return other.file == file.file; });
    if (stopping()) return;
    if (!gone && !file.compressed && file.file != writing) Compress(file);
  }
}

// How much may go for its age. A clock that jumps ahead makes everything old; so it is a file a
// minute, or twice the time that passed, which is more than comes. Then there is time to see it.
std::chrono::nanoseconds Keeper::MayAge() {
  const auto steady = system_.steady();
  const std::chrono::nanoseconds passed = aged_.has_value() ? steady - *aged_ : kRhythm;
  if (passed < kRhythm) return {};
  // By the steady clock, which nobody sets; `now` decides only what is old.
  aged_ = steady;
  return 2 * std::min<std::chrono::nanoseconds>(passed, kLongestPassed);
}

void Keeper::Remove(const File& file) {
  const std::string path = settings_.directory + "/" + file.file;
  if (unlink(path.c_str()) != 0) {
    return Complain(Status::Errno("archive " + path + ": cannot be removed", errno).message());
  }
  LogDetail("archive " + path + ": removed");
  const std::lock_guard lock(mutex_);
  ++figures_.removed;
}

void Keeper::Compress(const File& file) {
  const std::string path = settings_.directory + "/" + file.file;
  const std::string compressed = path + ".zst";
  // Whole, since only a whole one gets this name: a crash stood between it and the removal of the
  // original. It is never made again: what now has the original's name may be the empty file of a
  // writer that is about to see that the name is taken.
  if (access(compressed.c_str(), F_OK) == 0) return RemoveOriginal(path);
  const std::string part = settings_.directory + "/" + PartName(file.file);
  // The part is synced when this returns: a rename that reaches the disk before the bytes would
  // leave a file that looks whole and is not. Given up or failed, the part is gone already.
  const auto made = frame::CompressFile(path, part, [this] { return !stopping(); });
  if (!made.ok()) return Complain("archive " + made.status().message());
  if (!*made) return;
  if (rename(part.c_str(), compressed.c_str()) != 0) {
    Complain(Status::Errno("archive " + path + ": cannot be compressed", errno).message());
    unlink(part.c_str());
    return;
  }
  // The new name must be on the disk before the old one goes: the two changes may reach it in
  // either order, and a crash between them would leave neither.
  SyncDirectory(settings_.directory);
  RemoveOriginal(path);
  const std::lock_guard lock(mutex_);
  ++figures_.compressed;
}

void Keeper::RemoveOriginal(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT)
    Complain(Status::Errno("archive " + path + ": cannot be removed", errno).message());
}

void Keeper::Complain(const std::string& line) {
  constexpr std::size_t kRemembered = 1000;
  // Lines name files, so there is no end of them: after so many each may be said once more.
  if (complaints_.size() >= kRemembered) complaints_.clear();
  if (complaints_.insert(line).second) LogWarning(line);
}

}  // namespace pdns::archive
