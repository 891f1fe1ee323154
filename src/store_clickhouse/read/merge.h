// One scan over all shards: Selection -> a ShardRows each -> [MergedScan] -> rows, in the order of
// the selection.
//
// A tuple lives on one shard, unless shards were added since it was first stored: then it may have
// rows on several, which are folded here (record::Merge). So the answer does not depend on how
// tuples are spread.
//
// If a shard fails, the rows of the others are handed up all the same, and the status names the
// shard: an answer is never short without a word. Memory: two pages a shard.
//
// One thread at a time. A sink may begin another scan.
#pragma once

#include <functional>
#include <string_view>

#include "store/database.h"
#include "store_clickhouse/read/shard_rows.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

// A row of the table, merged, and the name of a shard that has it. Good for the call. False ends
// the scan.
using MergedSink = std::function<bool(RowKind kind, const TableRow& row, const std::string& shard)>;

// `plan` is borrowed, and so are the shards. Stops when the watch says so, which is asked, too,
// while it waits for a server.
store::Scanned MergeShards(Shards& shards, const Plan& plan, const MergedSink& sink,
                           const store::Watch& watch);

// A row of the table as the tuple that it is of. Owns nothing but the name.
struct TupleRow {
  record::Name owner;
  record::Tuple tuple;  // its owner is a view into `owner`
  std::string_view at;  // store::Place::at
  bool wanted = true;   // false: the selection finds the tuple at another place, or not at all
};

// False: it is no row of pdns, or it does not stand where it should.
bool ReadTupleRow(const store::Selection& selection, RowKind kind, const RowId& id, TupleRow& row);

// Rows of the table -> [RowHandler] -> rows of a selection, as the seam has them. What it is made
// from is borrowed. One thread at a time.
class RowHandler {
 public:
  // `tests_keys`: the selection's test of names is asked of the column `key`.
  RowHandler(const store::Selection& selection, bool tests_keys, store::RowSink sink)
      : selection_(selection), sink_(std::move(sink)), tests_keys_(tests_keys) {}

  // As MergedSink.
  bool Add(RowKind kind, const TableRow& row, const std::string& shard);

  // kCorrupt: a row that is none of pdns.
  const Status& status() const { return status_; }

 private:
  bool PassesName(std::string_view key);

  const store::Selection& selection_;
  store::RowSink sink_;
  bool tests_keys_;
  TupleRow read_;
  std::string key_;   // the name that was tested last
  std::string jump_;  // no name before this one passes
  bool tested_ = false;
  bool passes_ = false;
  bool ended_ = false;  // no name behind passes
  Status status_;
};

// As store::Snapshot::Scan.
store::Scanned ScanRows(Shards& shards, const store::Selection& selection,
                        const store::RowSink& sink, const store::Watch& watch);

// As store::Snapshot::ScanOwners.
store::Scanned ScanOwners(Shards& shards, const store::Selection& selection,
                          const std::function<bool(std::string_view)>& sink,
                          const store::Watch& watch);

}  // namespace pdns::store_clickhouse
