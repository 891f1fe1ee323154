// The seam between questions and a storage engine: what query and the servers read from.
//
//   OpenDatabase (store_rocks/open.h) -> Database -> Snapshot -> Scan(Selection) -> rows
//
// A reader serves one consistent moment, or it says that it cannot. An error (kIo, kCorrupt) is
// never shown as an empty answer. Before the first row, an engine checks that all files of the
// moment are there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/status.h"
#include "record/history.h"
#include "record/position.h"
#include "record/statistics.h"
#include "store/selection.h"

namespace pdns::store {

// A row handed up by Scan; views and references are good for the call.
struct Row {
  record::Tuple tuple;
  const record::History& history;
  std::string_view at{};  // Place::at
};

// False ends the scan.
using RowSink = std::function<bool(const Row&)>;

// Many selections, one after the other: `at` is called with 0, 1, 2, ..., each once, and ends them
// with a null pointer. What it points at is good until the next call.
using SelectionAt = std::function<const Selection*(std::size_t number)>;

// A row of the selection of that number and side. False ends them all.
using EachRowSink = std::function<bool(std::size_t number, Side side, const Row& row)>;

// Called every kKeysPerWatch index entries with how many were looked at so far, wanted or not.
// False ends the work.
using Watch = std::function<bool(std::uint64_t keys)>;
inline constexpr std::uint64_t kKeysPerWatch = 4096;

struct Scanned {
  std::uint64_t keys = 0;  // index entries looked at
  bool stopped = false;    // by the watch: there may be more rows
  Status status;           // kIo, kCorrupt: the rows handed up are true, but others are missing
};

// What was new about a tuple when it was committed. If a batch brings several rows of a new rrname,
// the first of them in key order is kName and the others are kRdata.
enum class NewKind : std::uint8_t {
  kName = 1,   // its rrname had no row
  kRdata = 2,  // its rrname had one
};

// A tuple of the journal: one that was not in the database when it was committed.
struct NewRow {
  std::uint64_t sequence = 0;          // from 1, one more for each new tuple of the database
  std::chrono::sys_seconds committed;  // by the clock of the ingester; never falls with sequence
  NewKind kind = NewKind::kName;
  record::Tuple tuple;
  const record::History& history;  // as it is now
};
using NewSink = std::function<bool(const NewRow&)>;

// A part of the journal: numbers above `after`, committed at `since` or later.
struct NewSelection {
  std::uint64_t after = 0;
  std::optional<std::chrono::sys_seconds> since;
};

// How far back the journal goes: it holds the numbers first..next-1. A tuple that expired is not
// told. One that expired and came back is told under its old number, too, while that is held.
struct JournalSpan {
  std::uint64_t first = 1;
  std::uint64_t next = 1;
  std::optional<std::chrono::sys_seconds> oldest;  // when `first` was committed; none: it is empty
};

// One consistent moment of a database. Cheap to make. It holds what it reads from, so it may
// outlive the Database. One thread at a time; a sink may begin another scan of the same snapshot.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // Hands up the rows of the selection in its order (selection.h). Memory does not depend on the
  // number of rows or the length of their rdata.
  virtual Scanned Scan(const Selection& selection, const RowSink& sink, const Watch& watch) = 0;

  // The rows of many selections, as if each were scanned in turn; an engine may answer many of them
  // by one pass. So `at` may be called for later ones before the rows of an earlier one come. The
  // watch is called, too, every kKeysPerWatch selections. Memory: some 40 MiB at most.
  virtual Scanned ScanEach(const SelectionAt& at, const EachRowSink& sink, const Watch& watch);

  // The owners of trusted rows by kTarget or kAddress, as ordered names, from the index alone. For
  // counting without reading rows: about one entry is looked at for each. An owner comes once for
  // each target and rrtype; where reverse keys are cut (schema/keys.md) it may come again.
  using OwnerSink = std::function<bool(std::string_view ordered_owner)>;
  virtual Scanned ScanOwners(const Selection& selection, const OwnerSink& sink,
                             const Watch& watch) = 0;

  // Names of the sensors, by the numbers that histories of this database carry. A number without
  // a name is called kOtherSensorsName.
  virtual const std::vector<std::string>& sensors() const = 0;

  // The database in numbers, as the writer keeps them: exact but for the distinct addresses, which
  // are an estimate (Statistics::estimated). Reads one row a capture that was taken and one a
  // number, none of the tuples. kIo, kCorrupt.
  virtual Status Totals(record::Statistics& statistics) = 0;

  // The same, with every row counted. `watch` is called with keys and trusted tuples so far. If it
  // ends the count, or an error (kIo, kCorrupt) does, `statistics` holds what was counted until
  // then.
  using CountWatch = std::function<bool(std::uint64_t keys, std::uint64_t tuples)>;
  virtual Status Count(const CountWatch& watch, record::Statistics& statistics) = 0;

  // What was taken, and how far: the rows of the ledger in the order of their ids. False ends it.
  // Scanned::keys is what was handed up. An engine that cannot list them: kUsage.
  using LedgerSink = std::function<bool(const record::SourcePosition&)>;
  virtual Scanned ScanLedger(const LedgerSink& sink, const Watch& watch);

  // What tells this database from every other one, however it is reached. A copy of its files has
  // the same identity; one that was written row by row has its own. An engine without: kUsage.
  virtual Result<Sha256Digest> Identity();

  // How far back the journal goes. kUsage: the engine keeps none, and ScanNew says the same. kIo,
  // kCorrupt.
  virtual Result<JournalSpan> Journal() = 0;

  // New tuples in the order of their numbers. kCorrupt also where a part of the journal is missing.
  virtual Scanned ScanNew(const NewSelection& selection, const NewSink& sink,
                          const Watch& watch) = 0;

  // The same without a watch: to the end.
  Scanned Scan(const Selection& selection, const RowSink& sink) {
    return Scan(selection, sink, {});
  }
  Scanned ScanOwners(const Selection& selection, const OwnerSink& sink) {
    return ScanOwners(selection, sink, {});
  }
  Scanned ScanNew(const NewSelection& selection, const NewSink& sink) {
    return ScanNew(selection, sink, {});
  }
};

// A database open for reading, beside a writer or without one, for any length of time. Any thread
// may call.
class Database {
 public:
  virtual ~Database() = default;

  // The moment of the last Refresh (or of opening).
  virtual Result<std::unique_ptr<Snapshot>> NewSnapshot() = 0;

  // Moves on to what is committed by now; cheap if that is nothing new. Snapshots stay as they are.
  // After an error (kIo, kCorrupt, kNoInput) the moment stays what it was.
  virtual Status Refresh() = 0;
};

}  // namespace pdns::store
