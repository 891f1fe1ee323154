#include "ingest/claims.h"

#include <chrono>

namespace pdns::ingest {
namespace {

// Waits for `condition`, the lane's own window handed over before. False: the stop came first.
template <class Condition>
bool Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
          const std::function<void()>& hand_over, const Stop* stop, Condition condition) {
  if (condition()) return true;
  lock.unlock();
  hand_over();
  lock.lock();
  constexpr std::chrono::milliseconds kLook(100);  // at the stop
  while (!changed.wait_for(lock, kLook, condition)) {
    if (stop != nullptr && stop->requested()) return false;
  }
  return true;
}

}  // namespace

Result<Claim> Claims::Acquire(const record::SourceId& id, const std::function<void()>& hand_over,
                              const Stop* stop) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[id];
  const auto free = [&entry] { return !entry.held || entry.live; };
  if (!Wait(lock, changed_, hand_over, stop, free)) return Status::Io("another lane has it");
  if (entry.live) return Claim{true, entry.position};
  if (Status looked = Look(id, entry); !looked.ok()) return looked;
  entry.held = true;
  return Claim{false, entry.position};
}

Result<record::SourceId> Claims::AcquireLive(const Sha256Digest& first_frame) {
  const std::lock_guard lock(mutex_);
  for (record::SourceId id{first_frame, 0};; ++id.variant) {
    Entry& entry = entries_[id];
    if (Status looked = Look(id, entry); !looked.ok()) return looked;
    if (entry.held || entry.position.has_value()) continue;
    entry.held = entry.live = true;
    return id;
  }
}

// What an earlier process took of it stands in the sink.
Status Claims::Look(const record::SourceId& id, Entry& entry) const {
  if (entry.held || entry.position.has_value()) return {};
  auto stored = sink_.progress(id);
  if (!stored.ok()) return stored.status();
  entry.position = *stored;
  return {};
}

void Claims::Release(const record::SourceId& id, const std::optional<record::Position>& position,
                     const void* window_of) {
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[id];
    entry.held = entry.live = false;
    entry.position = position;
    if (window_of != nullptr) entry.window_of = window_of;
  }
  changed_.notify_all();
}

bool Claims::AwaitTurn(const record::SourceId& id, const void* lane,
                       const std::function<void()>& hand_over, const Stop* stop) {
  std::unique_lock lock(mutex_);
  const Entry& entry = entries_[id];
  return Wait(lock, changed_, hand_over, stop,
              [&entry, lane] { return entry.window_of == nullptr || entry.window_of == lane; });
}

void Claims::HandedOver(const void* lane) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_) {
      if (entry.window_of == lane) entry.window_of = nullptr;
    }
  }
  changed_.notify_all();
}

}  // namespace pdns::ingest
