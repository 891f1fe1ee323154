// The rows of one database, all or a part, added to another: Origin -> [Transfer] ->
// store::Writer::Apply. What merge, copy and split share.
//
// A database is read like a capture. Its items are the rows of its ledger, its rows in the order of
// their keys, and an end, which brings the counters and what had expired. Each batch commits, with
// its rows, how many items the destination has by now and the chain over all of them, as a row of
// the ledger with the database's identity (record/position.h). So after a kill the same call reads
// the items again, finds that they are those that it had, and goes on behind them: every row counts
// once. The ledger's rows come first, so that no capture is taken again beside half of its rows.
//
// Memory: a batch (rows_batch.h), what the writer makes of it, and the ledger.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/transfer/origin.h"
#include "admin/transfer/part.h"
#include "admin/transfer/rows_batch.h"
#include "base/status.h"
#include "base/stop.h"
#include "source/report.h"
#include "store/writer.h"

namespace pdns::admin {

struct Transferred {
  std::uint64_t rows = 0;         // added by this run
  std::uint64_t rows_before = 0;  // by earlier ones
  std::uint64_t captures = 0;     // rows of the ledger, by this run
  bool whole = false;             // false: a stop came; the same call goes on
};

// One thread, that of the writer. All is borrowed but the part.
class Transfer {
 public:
  // `origin` after JoinLedgers.
  Transfer(const Origin& origin, Part part, store::Writer& writer, const Stop& stop,
           source::Progress& progress)
      : origin_(origin),
        part_(std::move(part)),
        writer_(writer),
        stop_(stop),
        progress_(progress) {}

  // Once. kUsage: the destination has an earlier state of this database, or another part of it, and
  // nothing tells what is new. kDisk, kIo, kCorrupt as the writer and the snapshot say; what was
  // committed until then stays, and the same call goes on.
  Result<Transferred> Run();

 private:
  Status Items();
  Status SendLedger();
  Status SendRows(const Part::Piece& piece);
  Status SendEnd();
  bool IsNew();
  bool OnRow(const store::Row& row);
  Status CommitIfFull();
  Status Commit(record::Batch batch, bool end);
  Status Changed() const;

  const Origin& origin_;
  const Part part_;
  store::Writer& writer_;
  const Stop& stop_;
  source::Progress& progress_;  // bytes_done: rows read; frames: rows added
  RowsBatch batch_;
  std::string item_;           // the last one
  record::Position position_;  // behind it
  Status failed_;              // within a scan
  Transferred done_;
};

}  // namespace pdns::admin
