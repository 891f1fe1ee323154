#include "ingest/drainer.h"

#include <algorithm>

namespace pdns::ingest {

bool Harvest::empty() const {
  return sources.empty() && std::all_of(windows.begin(), windows.end(),
                                        [](const auto& window) { return window.empty(); });
}

std::size_t Harvest::memory() const {
  std::size_t sum = 0;
  for (const auto& window : windows) sum += window.memory();
  return sum;
}

void Harvest::Clear() {
  for (auto& window : windows) window.Clear();
  sources.clear();
}

Drainer::Drainer(Sink sink, std::size_t collectors, std::size_t windows,
                 std::function<void()> on_failure)
    : sink_(std::move(sink)), on_failure_(std::move(on_failure)) {
  for (std::size_t i = 0; i < 2 * collectors; ++i)
    empty_.push_back(std::make_unique<Harvest>(windows));
  thread_ = std::thread([this] { Run(); });
}

Drainer::~Drainer() { static_cast<void>(Finish()); }

std::unique_ptr<Harvest> Drainer::First() {
  std::unique_lock lock(mutex_);
  return TakeEmpty(lock);
}

bool Drainer::Ready() const {
  const std::lock_guard lock(mutex_);
  return !empty_.empty();
}

std::unique_ptr<Harvest> Drainer::Exchange(std::unique_ptr<Harvest> full) {
  std::unique_lock lock(mutex_);
  full_.push_back(std::move(full));
  changed_.notify_all();
  return TakeEmpty(lock);
}

std::unique_ptr<Harvest> Drainer::TakeEmpty(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return !empty_.empty(); });
  auto harvest = std::move(empty_.back());
  empty_.pop_back();
  return harvest;
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

void Drainer::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return finishing_ || !full_.empty(); });
    if (full_.empty()) return;
    auto harvest = std::move(full_.front());
    full_.pop_front();
    lock.unlock();
    if (status_.ok()) Apply(*harvest);
    harvest->Clear();
    lock.lock();
    empty_.push_back(std::move(harvest));
    changed_.notify_all();
  }
}

void Drainer::Apply(Harvest& harvest) {
  std::vector<const record::Entry*> trusted;
  std::vector<const record::Entry*> quarantined;
  for (aggregate::Window& window : harvest.windows) {
    window.ListTrusted(trusted);
    window.ListQuarantined(quarantined);
  }
  const auto applied = sink_.apply({harvest.sources, trusted, quarantined});
  if (applied.ok()) {
    applied_.tuples_new += applied->tuples_new;
    applied_.tuples_updated += applied->tuples_updated;
  } else {
    status_ = applied.status();
    on_failure_();
  }
}

}  // namespace pdns::ingest
