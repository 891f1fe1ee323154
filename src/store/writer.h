// The seam between ingest and a storage engine: what the one process that writes calls.
//
//   ingest -> Batch -> Writer::Apply -> disk
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/status.h"
#include "record/batch.h"
#include "store/database.h"
#include "store/selection.h"

namespace pdns::store {

// What an engine uses of the machine. Bytes.
struct Figures {
  std::uint64_t disk_bytes = 0;  // of table files
  std::uint64_t log_bytes = 0;   // of logs
  std::uint64_t files = 0;       // table files
  std::uint64_t cache_bytes = 0;
  std::uint64_t buffer_bytes = 0;  // written and not yet in a table file
  bool tidying = false;            // merges run or are due
};

struct Expired {
  std::uint64_t rows = 0;
  bool stopped = false;  // by the watch: rows may be left, call again
};

// One thread at a time. Progress and figures: any thread, at any time between opening and Close;
// Compact: one other thread, likewise.
class Writer {
 public:
  virtual ~Writer() = default;

  // How far a source was taken; nothing if it was never seen. Any thread. kIo, kCorrupt.
  virtual Result<std::optional<record::Position>> Progress(const record::SourceId& id) = 0;

  // Stores the batch durably: rows, positions, counters, totals and journal, all of it or nothing.
  // kDisk (a disk that is full, read-only or failing), kIo:
  // - If the message says that the batch may be stored, every later Apply and Expire fails the same
  //   way. Open the database again; its ledger tells whether the batch is there.
  // - If the message is about old rows of the journal, the batch was stored before.
  // - Else nothing was stored, and the writer may be used further.
  // kCorrupt: the database cannot be trusted.
  virtual Result<record::Applied> Apply(const record::Batch& batch) = 0;

  // Deletes the rows of the selection for which `test` is true, with their reverse rows. They go in
  // steps of some ten thousand rows; each is deleted whole or not at all, so after a crash or an
  // error the same call goes on. The journal keeps its entries of them until they are too old for
  // it; readers skip them. The database keeps how many rows went under `rule`, a text for people
  // ("older-400d"), by the month of their last-seen. kDisk, kIo: as Apply, of the step at which it
  // ended; kCorrupt.
  using RowTest = std::function<bool(const Row&)>;
  virtual Result<Expired> Expire(const Selection& selection, const RowTest& test,
                                 const std::string& rule, const Watch& watch) = 0;
  Result<Expired> Expire(const Selection& selection, const RowTest& test, const std::string& rule) {
    return Expire(selection, test, rule, {});
  }

  // Makes a copy of this moment at `directory`. Table files are hard links if it lies on the same
  // file system. kNoInput: `directory` exists already; kIo.
  virtual Status Checkpoint(const std::string& directory) = 0;

  // Called now and then during long work: true makes it end early. Nothing is lost by that.
  using Hurry = std::function<bool()>;

  // Waits until the engine has finished the merges of its files that are due. What is not finished
  // when the process ends is begun anew by the next. An engine without merges returns at once.
  virtual void WaitForMerges(const Hurry& hurry) = 0;

  // Rewrites all rows into their smallest form, which is also the quickest to read. Needs disk for
  // a second copy meanwhile. Batches may be applied beside it; what they bring is not rewritten.
  // kIo, kCorrupt.
  virtual Status Compact(const Hurry& hurry) = 0;

  virtual Figures figures() const = 0;

  // Empties the log, so that the next open has nothing to replay. Call it last. The destructor
  // alone loses nothing, either. kDisk, kIo.
  virtual Status Close() = 0;
};

}  // namespace pdns::store
