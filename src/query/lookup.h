// A question answered: Question, Filter -> [Lookup] -> store::Selection -> hits, streamed from the
// database in the order of the selection.
#pragma once

#include <cstdint>
#include <functional>

#include "ask/question.h"
#include "base/status.h"
#include "query/filter.h"
#include "query/hit.h"
#include "store/database.h"

namespace pdns::query {

// Told now and then how many index entries a lookup has looked at so far, also where none of them
// matches. False ends it.
using store::kKeysPerWatch;
using store::Watch;

struct LookupOutcome {
  std::uint64_t rows = 0;  // handed to the sink
  std::uint64_t keys = 0;  // looked at
  bool stopped = false;    // by the watch: there may be more
  Status status;           // kIo, kCorrupt: rows are what could be read, and not all
};

struct LookupOptions {
  const Filter* filter = nullptr;  // none: all rows
  bool quarantined = false;        // the tuples that are not trusted, instead of those that are
  Watch watch;                     // none: to the end
  std::uint64_t number = 0;        // the question's, for the places of its hits
  const Asked* asked = nullptr;    // for its hits
  const store::Place* after = nullptr;  // only hits behind this place of this question; none: all
};

// `sink` may end the answer by returning false. One thread, the snapshot's.
LookupOutcome Lookup(store::Snapshot& snapshot, const ask::Question& question,
                     const LookupOptions& options, const std::function<bool(const Hit&)>& sink);

// Many questions, one after the other, by one pass over the database. `question_at` is called with
// `options.number` and the numbers that follow, each once, and ends them with a null pointer; its
// question has no `rows` of its own, and is good until the next call. `asked_at` may be called for
// any of them at any time after that, and is good until its next call. Of the options, `asked` and
// `after` do not count here.
using QuestionAt = std::function<const ask::Question*(std::uint64_t number)>;
using AskedAt = std::function<const Asked*(std::uint64_t number)>;
LookupOutcome LookupEach(store::Snapshot& snapshot, const QuestionAt& question_at,
                         const AskedAt& asked_at, const LookupOptions& options,
                         const std::function<bool(const Hit&)>& sink);

// As LookupEach, of questions of any kind, by one pass over all rows of the quarantine, which has
// no index of what is pointed at; `quarantined` does not count either. Hits come in the order of
// the rows, so those of one question lie apart: whoever wants them in the order of the questions
// sorts them by their places. `question_at` is called once for each number, and again where a row
// may answer it. Memory: ask::Wanted's.
LookupOutcome LookupInQuarantine(store::Snapshot& snapshot, const QuestionAt& question_at,
                                 const AskedAt& asked_at, const LookupOptions& options,
                                 const std::function<bool(const Hit&)>& sink);

// The side in whose order the rows of a question come.
store::Side OrderOf(const ask::Question& question, bool quarantined);

}  // namespace pdns::query
