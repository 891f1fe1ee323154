#include "tools/ingest/writer_turns.h"

namespace pdns::tools {

WriterTurns::Turn::Turn(WriterTurns& turns, Who who) : turns_(turns) {
  std::unique_lock lock(turns_.mutex_);
  const bool batch = who == Who::kBatch;
  if (batch) ++turns_.batches_;
  turns_.changed_.wait(lock, [&] { return !turns_.taken_ && (batch || turns_.batches_ == 0); });
  if (batch) --turns_.batches_;
  turns_.taken_ = true;
}

WriterTurns::Turn::~Turn() {
  {
    const std::lock_guard lock(turns_.mutex_);
    turns_.taken_ = false;
  }
  turns_.changed_.notify_all();
}

bool WriterTurns::batch_waits() const {
  const std::lock_guard lock(mutex_);
  return batches_ > 0;
}

}  // namespace pdns::tools
