// What came into the database for the first time: journal -> [ScanNewRows] -> hits, in the order in
// which they were committed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "query/lookup.h"

namespace pdns::query {

// Where an answer of new rows was cut: behind the hit of this row for this question.
struct NewPlace {
  std::uint64_t sequence = 0;
  std::uint64_t question = 0;
};

struct NewRowsOptions {
  std::optional<std::chrono::sys_seconds> since;  // committed then or later; none: from the start
  std::optional<NewPlace> after;                  // only hits behind it; none: all
  const Filter* filter = nullptr;                 // none: all rows
  // A row is a hit for each question that it answers, in the order of their numbers, from 0 on
  // until a null pointer; each is called for again where a row may answer it. None: every row is a
  // hit.
  QuestionAt question_at{};
  AskedAt asked_at{};  // none: hits have none
  Watch watch;         // none: to the end
};

// One pass over that part of the journal, whatever is asked; a row is held against those questions
// that its names and addresses may answer (ask::Wanted).
// Hits have `new_mark`, and in `place` the number of the question (0 where none is given). `sink`
// may end it by returning false. One thread, the snapshot's.
LookupOutcome ScanNewRows(store::Snapshot& snapshot, const NewRowsOptions& options,
                          const std::function<bool(const Hit&)>& sink);

}  // namespace pdns::query
