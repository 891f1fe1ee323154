#include "serve/api/journal_watch.h"

namespace pdns::serve {

Result<store::JournalSpan> JournalWatch::Span() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < kGood) return span_;
  const auto snapshot = answerer_.NewSnapshot();
  span_ = snapshot.ok() ? (*snapshot)->Journal() : snapshot.status();
  looked_ = std::chrono::steady_clock::now();
  return span_;
}

}  // namespace pdns::serve
