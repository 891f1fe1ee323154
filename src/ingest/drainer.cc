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
  full_.push_back({std::move(full), share});
  ++handed_;
  changed_.notify_all();
  return WaitForEmpty(*share, lock);
}

std::unique_ptr<BatchBuffer> Drainer::WaitForEmpty(Share& share,
                                                   std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [&share] { return !share.empty.empty(); });
  auto buffer = std::move(share.empty.back());
  share.empty.pop_back();
  return buffer;
}

Status Drainer::Await() {
  std::unique_lock lock(mutex_);
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
    if (full_.empty()) return;
    Handed handed = std::move(full_.front());
    full_.pop_front();
    const bool wanted = status_.ok();
    lock.unlock();
    const auto start = Clock::now();
    const auto applied = wanted ? Apply(*handed.buffer) : record::Applied{};
    const std::chrono::duration<double> took = Clock::now() - start;
    if (!applied.ok()) on_failure_();
    lock.lock();
    if (!wanted || !applied.ok()) CountFailed(*handed.buffer);
    if (wanted) Count(applied, took.count(), *handed.owner);
    lock.unlock();
    handed.buffer->Clear();
    lock.lock();
    ++written_;
    handed.owner->empty.push_back(std::move(handed.buffer));
    changed_.notify_all();
  }
}

Result<record::Applied> Drainer::Apply(BatchBuffer& buffer) const {
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
