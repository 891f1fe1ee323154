// How far the journal of new tuples goes by now: Answerer -> [JournalWatch] -> all streams of new
// rows.
//
// Each of many streams wants to know several times a second whether there is anything new, and
// hardly ever there is. One look, which takes a snapshot and reads a row or two, is good for all of
// them for kGood.
//
// Any thread. While one looks, the others wait for it; a database that cannot be read may take a
// second.
#pragma once

#include <chrono>
#include <mutex>

#include "base/status.h"
#include "serve/common/answerer.h"
#include "store/database.h"

namespace pdns::serve {

class JournalWatch {
 public:
  static constexpr std::chrono::milliseconds kGood{200};

  // The answerer outlives it.
  explicit JournalWatch(Answerer& answerer) : answerer_(answerer) {}

  // At most kGood old. Errors: those of Answerer::NewSnapshot and Snapshot::Journal.
  Result<store::JournalSpan> Span();

 private:
  Answerer& answerer_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point looked_{};
  Result<store::JournalSpan> span_ = Status::NoInput("not looked yet");
};

}  // namespace pdns::serve
