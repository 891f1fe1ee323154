// The seam between pdns and a storage engine: two byte-ordered indexes whose values merge, a
// quarantine, and a ledger of sources. Everything DNS-shaped stays in the key codec and above; an
// engine (store/rocks.h) moves bytes.
//
//   ingest -> Writer::Apply(Batch) -> disk -> Reader::Scan(Range, sink) -> query
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/status.h"
#include "record/batch.h"
#include "record/statistics.h"
#include "store/key.h"

namespace pdns::store {

// The one process that writes. One thread at a time, but for Progress, which any thread may call.
class Writer {
 public:
  virtual ~Writer() = default;

  // How far a source was taken; nothing for one never seen. kIo, kCorrupt.
  virtual Result<std::optional<record::Position>> Progress(const record::SourceId& id) = 0;

  // Stores the batch, rows, positions and counters, whole and durably, or not at all. kIo: nothing
  // was stored and no more can be (a full disk); kCorrupt: the database cannot be trusted.
  virtual Result<record::Applied> Apply(const record::Batch& batch) = 0;

  // Asked now and then during long work: true makes it end early. Nothing is lost by that.
  using Hurry = std::function<bool()>;

  // Waits until the engine has tidied up behind what was written: what is not finished when the
  // process ends is begun anew by the next.
  virtual void Settle(const Hurry& hurry) = 0;

  // Rewrites everything into its smallest form, which is also the quickest to read. kIo, kCorrupt.
  virtual Status Compact(const Hurry& hurry) = 0;

  // Writes out what eases the next start. Call last; the destructor alone is safe, too.
  virtual Status Close() = 0;
};

// A row handed up by Scan; views are good for the call.
struct Row {
  record::Tuple tuple;
  record::Sighting sighting;
  std::string_view key{};  // of the index that was scanned: where this row stands in it
};

// False ends the scan.
using RowSink = std::function<bool(const Row&)>;

enum class Index : std::uint8_t {
  kForward,     // by owner
  kReverse,     // by what the rdata points at; rows of the forward index, each once
  kQuarantine,  // by owner, the tuples that are not trusted
};

// What becomes of an entry, told from its key before the row is read.
enum class Step : std::uint8_t {
  kTake,
  kSkip,
  kJump,  // skip it, and all before the key that the filter names
  kEnd,   // the scan is over
};

// May set `jump`, for kJump: a key behind this one.
using KeyFilter = std::function<Step(std::string_view key, std::string& jump)>;

// What to scan, and how.
struct ScanPlan {
  Index index = Index::kForward;
  KeyRange range;
  std::string
      from;  // entries before this key are passed over: where an answer that was cut goes on
  KeyFilter filter;  // none: all are taken
};

// Reads beside a writer, in another process or not: what was committed when it was opened. Any
// number of readers; one thread at a time each. Many scans in key order are cheaper than in any
// other, and a sink may scan in its turn.
class Reader {
 public:
  virtual ~Reader() = default;

  // Hands up the rows whose keys lie in the range and pass, in key order, merged; one with several
  // reverse keys in the range at the first of them. kIo: the answer is incomplete; kCorrupt: a row
  // could not be read, those before it were handed up.
  virtual Status Scan(const ScanPlan& plan, const RowSink& sink) = 0;

  Status Scan(Index index, const KeyRange& range, const RowSink& sink) {
    return Scan({index, range, {}, {}}, sink);
  }

  // Asked now and then, with the keys and the trusted tuples counted so far; false ends it.
  using CountWatch = std::function<bool(std::uint64_t keys, std::uint64_t tuples)>;

  // Counts all there is, key by key, all of it as of one moment. Ended by the watch or by an error
  // (kIo, kCorrupt), `statistics` holds what was counted until then.
  virtual Status Count(const CountWatch& watch, record::Statistics& statistics) = 0;
};

}  // namespace pdns::store
