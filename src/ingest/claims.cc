#include "ingest/claims.h"

namespace pdns::ingest {

Result<std::optional<record::Position>> Claims::Acquire(const record::SourceId& id) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[id];
  changed_.wait(lock, [&entry] { return !entry.held; });
  if (!entry.position.has_value()) {
    auto stored = sink_.progress(id);
    if (!stored.ok()) return stored.status();
    entry.position = *stored;
  }
  entry.held = true;
  return entry.position;
}

void Claims::Release(const record::SourceId& id, const std::optional<record::Position>& position) {
  {
    const std::lock_guard lock(mutex_);
    entries_[id] = {false, position};
  }
  changed_.notify_all();
}

}  // namespace pdns::ingest
