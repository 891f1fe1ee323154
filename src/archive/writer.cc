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
  return held_.load(std::memory_order_relaxed) + size <= settings_.buffer;
}

void Writer::Begin(std::chrono::sys_seconds arrival) {
  ++begun_;
  const std::lock_guard lock(mutex_);
  Chunk chunk;
  chunk.file = begun_;
  chunk.begins = arrival;
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
  if (full) work_.notify_one();
}

void Writer::End() {
  {
    const std::lock_guard lock(mutex_);
    Chunk& chunk = Tail();
    const std::string stop = frame::EncodeControl(frame::ControlType::kStop);
    chunk.bytes += stop;
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
      const bool full = !queue_.empty() && (queue_.size() > 1 || queue_.front().ends ||
                                            queue_.front().bytes.size() >= kChunk);
      return full || wanted_ > synced_to_ || finishing_;
    });
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
  if (stream_ == nullptr) return Lose(chunk.frames);
  const std::uint64_t frames = stream_->frames();
  const std::uint64_t position = stream_->position();
  const Status written = stream_->Write(AsBytes(chunk.bytes));
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
  if (const Status synced = stream_->Sync(); !synced.ok()) {
    // Which writes since the last sync are on the disk, nobody can say, and the system tells an
    // error but once: all of them may be lost.
    Fail(synced);
    const std::lock_guard lock(mutex_);
    lost_at_ = done_;
  } else if (!std::exchange(name_synced_, true)) {
    // The bytes first, then the name: after a crash no name stands there without them.
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
  failed_ = file_;
  Pause(path_ + ": " + status.message());
  if (stream_ == nullptr) return keeper_.Writing({});
  // Where it cannot be cut it ends inside a frame, which every reader forgives.
  (void)stream_->CutBack().ok();
  (void)stream_->Sync().ok();
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
  const auto free = system_.disk_free(settings_.directory);
  const bool low = free.ok() && *free < settings_.min_free;
  if (low) Pause(fmt::format("{} MiB of the disk are free", *free >> 20));
  const std::lock_guard lock(mutex_);
  if (free.ok()) figures_.disk_free = *free;
  if (low || !paused() || now < resume_at_) return;
  paused_ = false;
  if (std::exchange(warned_, false)) LogInfo("archive " + settings_.directory + ": goes on");
}

}  // namespace pdns::archive
