#include "archive/writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "frame/control.h"

namespace pdns::archive {
namespace {

using std::chrono::seconds;

constexpr std::size_t kChunk = 256U << 10;   // of one write
constexpr auto kRhythm = seconds(1);         // what is queued is written at least this often
constexpr auto kLookPause = seconds(1);      // between two questions for free space
constexpr auto kPause = seconds(5);          // a full disk is seldom empty sooner
constexpr auto kWarningPause = seconds(60);  // a disk at its limit pauses again and again

}  // namespace

Writer::Writer(Settings settings, const System& system, Keeper& keeper)
    : settings_(std::move(settings)), system_(system), keeper_(keeper) {
  LookAtDisk();
  thread_ = std::thread([this] { Run(); });
}

Writer::~Writer() { Finish(); }

bool Writer::HasRoom(std::size_t size) const {
  // Relaxed is enough: only the caller's thread adds. What it misses is what the writing thread has
  // freed since, so it refuses too early and never too late.
  return held_.load(std::memory_order_relaxed) + size <= settings_.buffer;
}

void Writer::Begin(std::chrono::sys_seconds arrival) {
  ++begun_;
  const std::lock_guard lock(mutex_);
  Chunk chunk;
  chunk.file = begun_;
  chunk.begins = arrival;
  // A chunk of its own, since a chunk belongs to one file. The path is made by the writing thread,
  // so that a slow folder holds up no socket.
  chunk.bytes.reserve(kChunk);
  chunk.bytes += frame::EncodeControl(frame::ControlType::kStart);
  held_ += chunk.bytes.size();
  queue_.push_back(std::move(chunk));
}

void Writer::Add(Bytes payload) {
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    Chunk& chunk = Tail();
    frame::AppendFrame(chunk.bytes, payload);
    ++chunk.frames;
    ++added_;
    held_ += frame::kFrameHeader + payload.size();
    full = chunk.bytes.size() >= kChunk;
  }
  // Only a full chunk wakes the writer, not each frame: a wake is a system call. What is less than
  // a chunk is written within kRhythm.
  if (full) work_.notify_one();
}

void Writer::End() {
  {
    const std::lock_guard lock(mutex_);
    Chunk& chunk = Tail();
    const std::string stop = frame::EncodeControl(frame::ControlType::kStop);
    chunk.bytes += stop;
    // Tail() begins a new chunk if the last one is full, and that one may hold nothing but STOP.
    chunk.ends = true;
    held_ += stop.size();
  }
  work_.notify_one();
}

// The chunk that takes the next bytes of the file begun last.
Writer::Chunk& Writer::Tail() {
  if (queue_.empty() || queue_.back().bytes.size() >= kChunk) {
    queue_.emplace_back().file = begun_;
    // All at once: frames are added under the lock, where nothing may be copied.
    queue_.back().bytes.reserve(kChunk);
  }
  return queue_.back();
}

void Writer::Pause(const std::string& reason) {
  bool warn = false;
  {
    const std::lock_guard lock(mutex_);
    const auto now = system_.steady();
    resume_at_ = now + kPause;
    // resume_at_ moves at each failure, the count and the warning belong to the first of a pause.
    if (paused_.exchange(true)) return;
    ++figures_.pauses;
    warned_ = warn = figures_.pauses == 1 || now >= next_warning_;
    if (warn) next_warning_ = now + kWarningPause;
  }
  if (warn)
    LogWarning("archive " + settings_.directory + ": paused, frames are left out: " + reason);
}

bool Writer::Flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = added_;
  const std::uint64_t told = told_;  // frames of the Flush before; what is lost behind it is news
  // Under the lock in which the writer looks at it: no notice is lost. `ended_` ends the wait where
  // no writer is left to sync.
  wanted_ = std::max(wanted_, target);
  work_.notify_one();
  synced_.wait(lock, [&] { return synced_to_ >= target || ended_; });
  told_ = std::max(told_, target);
  return lost_at_ <= told;
}

Writer::Figures Writer::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures = figures_;
  figures.paused = paused();
  return figures;
}

void Writer::Finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Writer::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait_for(lock, kRhythm, [this] {
      // More than one chunk means that the first is complete, whatever it holds.
      const bool full = !queue_.empty() && (queue_.size() > 1 || queue_.front().ends ||
                                            queue_.front().bytes.size() >= kChunk);
      return full || wanted_ > synced_to_ || finishing_;
    });
    // Asked after each round: frames that were queued before the end are written first.
    if (finishing_ && queue_.empty()) break;
    const bool sync = wanted_ > synced_to_ || finishing_;
    auto chunks = std::exchange(queue_, {});
    // The disk is waited for without the lock, so that frames can be queued meanwhile.
    lock.unlock();
    LookAtDisk();
    for (const Chunk& chunk : chunks) {
      Write(chunk);
      held_ -= chunk.bytes.size();  // only now: what is on its way counts as the queue does
    }
    if (sync) SyncFile();
    lock.lock();
    if (sync) {
      // Of this round and those before: frames that were added meanwhile have higher numbers, and a
      // Flush for them is seen in the next round.
      synced_to_ = done_;
      synced_.notify_all();
    }
  }
  ended_ = true;
  synced_.notify_all();
  lock.unlock();
  Close();
}

void Writer::Write(const Chunk& chunk) {
  if (chunk.begins.has_value()) Open(chunk.file, *chunk.begins);
  // The file failed in an earlier chunk, or could not be made.
  if (stream_ == nullptr) return Lose(chunk.frames);
  const std::uint64_t frames = stream_->frames();
  const std::uint64_t position = stream_->position();
  const Status written = stream_->Write(AsBytes(chunk.bytes));
  // A write may end anywhere (write(2)): only whole frames count as written.
  const std::uint64_t kept = stream_->frames() - frames;
  done_ += kept;
  unsynced_ = true;
  {
    const std::lock_guard lock(mutex_);
    figures_.frames += kept;
    figures_.bytes += stream_->position() - position;
  }
  if (!written.ok()) {
    Fail(written);
    return Lose(chunk.frames - kept);
  }
  // The order of the end: synced, closed, and only then told to the keeper (Close), which must
  // compress nothing that may still grow or is not on the disk.
  if (!chunk.ends) return;
  SyncFile();
  Close();
}

void Writer::Open(std::uint64_t file, std::chrono::sys_seconds begun) {
  Close();
  file_ = file;
  name_synced_ = false;
  if (NewFile(begun)) {
    const std::lock_guard lock(mutex_);
    ++figures_.files;
    figures_.file = path_;
  } else {
    Fail(Status::Errno("cannot be made", errno));
  }
}

// On false errno tells why.
bool Writer::NewFile(std::chrono::sys_seconds begun) {
  // A rotation by size may end several files in a second, and a clock that is put back gives names
  // again that are taken. More than so many means that something else is wrong.
  constexpr unsigned kMostInOneSecond = 10'000;
  for (unsigned ordinal = 1; ordinal <= kMostInOneSecond; ++ordinal) {
    const std::string name = FileName(settings_.name, begun, ordinal);
    path_ = settings_.directory + "/" + name;
    const auto compressed = [this] { return access((path_ + ".zst").c_str(), F_OK) == 0; };
    if (compressed()) continue;
    // Told before the file is there, so that the keeper neither compresses nor removes it.
    keeper_.Writing(name);
    const int fd = system_.create(path_);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) return false;
    stream_ = std::make_unique<frame::StreamWriter>(fd);
    // Asked again, since it may have been on its way.
    if (!compressed()) return true;
    stream_.reset();
    unlink(path_.c_str());
  }
  errno = EEXIST;
  return false;
}

void Writer::SyncFile() {
  if (stream_ == nullptr || !unsynced_) return;
  unsynced_ = false;
  Status synced = stream_->Sync();
  // By somebody else, alone or with its folder: a file without a name would take frames until it is
  // rotated, for nobody.
  if (synced.ok() && stream_->Removed()) synced = Status::Io("was removed");
  if (!synced.ok()) {
    // Which writes since the last sync are on the disk, nobody can say, and the system tells an
    // error but once: all of them may be lost.
    Fail(synced);
    const std::lock_guard lock(mutex_);
    lost_at_ = done_;
  } else if (!std::exchange(name_synced_, true)) {
    // The name once for each file, behind the first bytes that are synced: fdatasync(2) of a file
    // does not cover its entry in the folder (fsync(2)).
    SyncDirectory(settings_.directory);
  }
}

void Writer::Close() {
  if (stream_ == nullptr) return;
  stream_.reset();
  {
    const std::lock_guard lock(mutex_);
    figures_.file.clear();
  }
  keeper_.Writing({});
}

// The file written now takes nothing more; what is whole in it stays.
void Writer::Fail(const Status& status) {
  // Before the pause: when that is over, Archive must see that this file cannot go on and begin
  // another.
  failed_ = file_;
  Pause(path_ + ": " + status.message());
  if (stream_ == nullptr) return keeper_.Writing({});
  // Where it cannot be cut it ends inside a frame, which every reader forgives. What a sync that
  // fails may lose needs no word here: every caller notes a loss behind all that was written.
  (void)stream_->CutBack().ok();
  (void)stream_->Sync().ok();
  // A file without frames names no source.
  if (stream_->frames() == 0) unlink(path_.c_str());
  Close();
}

void Writer::Lose(std::uint64_t frames) {
  if (frames == 0) return;
  done_ += frames;
  const std::lock_guard lock(mutex_);
  figures_.lost += frames;
  lost_at_ = done_;
}

void Writer::LookAtDisk() {
  const auto now = system_.steady();
  {
    const std::lock_guard lock(mutex_);
    if (now < next_look_ || (paused() && now < resume_at_)) return;
  }
  next_look_ = now + kLookPause;
  // Without the lock: statvfs(3) may wait for a network file system, and frames must be queued
  // meanwhile.
  const auto free = system_.disk_free(settings_.directory);
  const bool low = free.ok() && *free < settings_.min_free;
  if (low) Pause(fmt::format("{} MiB of the disk are free", *free >> 20));
  const std::lock_guard lock(mutex_);
  if (free.ok()) figures_.disk_free = *free;
  // If the free space cannot be asked, the pause ends by time, and the next write tells.
  if (low || !paused() || now < resume_at_) return;
  paused_ = false;
  if (std::exchange(warned_, false)) LogInfo("archive " + settings_.directory + ": goes on");
}

}  // namespace pdns::archive
