// The whole engine: Request, a moment of the database -> [Run] -> rows to an AnswerSink, and an
// Outcome. A command line and a server differ in what they make of these, and in nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "query/hit.h"
#include "query/hit_sorter.h"
#include "query/pivot.h"
#include "query/request.h"
#include "query/summary.h"
#include "store/database.h"

namespace pdns::query {

// Gets an answer as it is found. Called from the thread of Run.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;

  // A row of the answer, borrowed for the call: in its order, within offset and limit; of names and
  // values the first row of each. Of Show::kRows, kNames and kValues. False: nobody reads on.
  virtual bool Add(const Hit& hit) = 0;

  // Now and then, also where nothing is found: so many index entries were looked at, so many rows
  // are in the answer so far.
  virtual void Progress(std::uint64_t keys, std::uint64_t rows) = 0;

  // Asked at every row and now and then: true ends the answer as interrupted.
  virtual bool interrupted() const = 0;
};

// A question that a part of the database does not answer: all of it was looked at.
struct FullScan {
  std::string_view what;   // "rows", "rows of text"
  std::uint64_t keys = 0;  // looked at
  std::uint64_t rows = 0;  // found
  bool whole = false;      // to the end
};

// The journal does not go back to where the answer begins.
struct JournalGap {
  std::optional<std::chrono::sys_seconds> oldest;  // none: it is empty
};

struct Outcome {
  enum class End : std::uint8_t {
    kWhole,
    kLimit,        // there is more
    kInterrupted,  // by the sink; of an order that lacks rows, wherever it is cut
    kUnread,       // the sink takes no more
  };

  End end = End::kWhole;
  Status status;  // kIo, kDisk, kCorrupt: the rows are true, but others are missing. kUsage:
                  // a pivot of more than max_size
  std::uint64_t rows = 0;  // in the answer
  std::uint64_t keys = 0;  // index entries looked at
  std::string cursor;      // where the next part goes on; empty after the last, and where none may
  std::vector<FullScan> scans;
  std::optional<JournalGap> gap;
  Summary summary;               // Show::kSummary
  KnownList hits;                // Show::kHits
  std::vector<PivotNode> nodes;  // of a pivot
  std::vector<PivotEdge> edges;
};

// One thread, the snapshot's. The request outlives the outcome. Memory does not depend on the size
// of the answer, but for orders (`sort_memory` bytes and half as much again, then the disk: see
// query/hit_sorter.h), Distinct and kHits.
// Errors instead of an outcome: kUsage: CheckRequest's, or naming the sensor or the cursor that
// goes with no such request or database; kIo, kDisk, kCorrupt before a row was found, so that
// "nothing found" would not be true.
Result<Outcome> Run(store::Snapshot& snapshot, const Request& request, AnswerSink& sink,
                    std::size_t sort_memory = kSortMemory);

}  // namespace pdns::query
