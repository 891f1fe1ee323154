#include "ingest/drainer.h"

#include <algorithm>
#include <chrono>

namespace pdns::ingest {

// Guarded by the drainer's mutex.
class Drainer::Share {
 public:
  explicit Share(std::size_t windows) {
    for (int i = 0; i < 2; ++i) empty.push_back(std::make_unique<BatchBuffer>(windows));
  }

  std::vector<std::unique_ptr<BatchBuffer>> empty;
  record::Applied applied;
};

bool BatchBuffer::empty() const {
  return sources.empty() && counters.frames == 0 &&
         std::all_of(windows.begin(), windows.end(),
                     [](const auto& window) { return window.empty(); });
}

std::size_t BatchBuffer::memory() const {
  std::size_t sum = 0;
  for (const auto& window : windows) sum += window.memory();
  return sum;
}

void BatchBuffer::Clear() {
  for (auto& window : windows) window.Clear();
  sources.clear();
  counters = {};
  unplaced = 0;
}

Drainer::Drainer(Sink sink, std::function<void()> on_failure)
    : sink_(std::move(sink)), on_failure_(std::move(on_failure)) {
  thread_ = std::thread([this] { Run(); });
}

Drainer::~Drainer() { static_cast<void>(Finish()); }

std::shared_ptr<Drainer::Share> Drainer::Join(std::size_t windows) {
  return std::make_shared<Share>(windows);
}

std::unique_ptr<BatchBuffer> Drainer::First(Share& share) {
  std::unique_lock lock(mutex_);
  return WaitForEmpty(share, lock);
}

bool Drainer::Ready(const Share& share) const {
  const std::lock_guard lock(mutex_);
  return !share.empty.empty();
}

std::unique_ptr<BatchBuffer> Drainer::Exchange(const std::shared_ptr<Share>& share,
                                               std::unique_ptr<BatchBuffer> full) {
  std::unique_lock lock(mutex_);
  // The full one is queued before the wait for an empty one: with both buffers of a share on the
  // way, the writing thread gives one back.
  full_.push_back({std::move(full), share});
  ++handed_;
  changed_.notify_all();
  return WaitForEmpty(*share, lock);
}

std::unique_ptr<BatchBuffer> Drainer::WaitForEmpty(Share& share,
                                                   std::unique_lock<std::mutex>& lock) {
  // One always comes: the writing thread gives every buffer back, after a failure as well.
  changed_.wait(lock, [&share] { return !share.empty.empty(); });
  auto buffer = std::move(share.empty.back());
  share.empty.pop_back();
  return buffer;
}

Status Drainer::Await() {
  std::unique_lock lock(mutex_);
  // Buffers are written in the order they came, so a count tells: what others hand over meanwhile
  // has higher numbers, and is not waited for.
  changed_.wait(lock, [this, ticket = handed_] { return written_ >= ticket; });
  return status_;
}

bool Drainer::Idle() const {
  const std::lock_guard lock(mutex_);
  return written_ == handed_;
}

Status Drainer::Finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  // The status is read without the lock: the only thread that writes it has ended.
  if (thread_.joinable()) thread_.join();
  return status_;
}

DrainFigures Drainer::figures() const {
  const std::lock_guard lock(mutex_);
  DrainFigures figures = figures_;
  figures.waiting = handed_ - written_;
  return figures;
}

record::Applied Drainer::AppliedOf(const Share& share) const {
  const std::lock_guard lock(mutex_);
  return share.applied;
}

void Drainer::Run() {
  using Clock = std::chrono::steady_clock;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return finishing_ || !full_.empty(); });
    // Asked last: what was handed over before the end is written first.
    if (full_.empty()) return;
    Handed handed = std::move(full_.front());
    full_.pop_front();
    // After a failure nothing more is applied. A later batch of the same source would commit a
    // position that covers the frames of the one that failed, and no run would take those again.
    const bool wanted = status_.ok();
    lock.unlock();
    const auto start = Clock::now();
    const auto applied = wanted ? Apply(*handed.buffer) : record::Applied{};
    const std::chrono::duration<double> took = Clock::now() - start;
    // Without the lock: it may ask for figures. Once, since nothing is applied afterwards.
    if (!applied.ok()) on_failure_();
    lock.lock();
    // Before written_ grows: who waited in Await finds the figures complete.
    if (!wanted || !applied.ok()) CountFailed(*handed.buffer);
    if (wanted) Count(applied, took.count(), *handed.owner);
    lock.unlock();
    // Without the lock: to free a window may take long, and collectors ask for their other buffer.
    handed.buffer->Clear();
    lock.lock();
    ++written_;
    handed.owner->empty.push_back(std::move(handed.buffer));
    changed_.notify_all();
  }
}

Result<record::Applied> Drainer::Apply(BatchBuffer& buffer) const {
  // Pointers into the windows, no copies: nobody else has the buffer while it is here. A tuple may
  // stand in several windows; the store merges those (sorted_rows.h).
  std::vector<const record::Entry*> trusted;
  std::vector<const record::Entry*> quarantined;
  for (aggregate::Window& window : buffer.windows) {
    window.ListTrusted(trusted);
    window.ListQuarantined(quarantined);
  }
  // Asked for now, it names every number of the buffer, and perhaps some more.
  const std::vector<std::string> sensors = sensors_.names();
  return sink_.apply({buffer.sources, sensors, trusted, quarantined, buffer.counters});
}

// What moves a source can be taken from it again.
void Drainer::CountFailed(const BatchBuffer& buffer) {
  const std::uint64_t frames = buffer.counters.frames;
  const std::uint64_t lost = buffer.sources.empty() ? frames : std::min(frames, buffer.unplaced);
  figures_.failed.lost += lost;
  figures_.failed.kept += frames - lost;
}

void Drainer::Count(const Result<record::Applied>& applied, double seconds, Share& owner) {
  if (!applied.ok()) {
    status_ = applied.status();
    return;
  }
  ++figures_.drains;
  figures_.seconds += seconds;
  for (record::Applied* into : {&figures_.applied, &owner.applied}) {
    into->tuples_new += applied->tuples_new;
    into->tuples_updated += applied->tuples_updated;
  }
}

}  // namespace pdns::ingest
