#include "store_clickhouse/read/snapshot.h"

#include "store_clickhouse/read/ledger.h"
#include "store_clickhouse/read/merge.h"
#include "store_clickhouse/read/scan_each.h"
#include "store_clickhouse/read/totals.h"

namespace pdns::store_clickhouse {
namespace {

// A writer does not know what is new without reading, and several writers have no common order.
Status NoJournal() {
  return Status::Usage(
      "a cluster keeps no journal of new tuples: ask for rows by their first-seen, or watch a "
      "database directory");
}

}  // namespace

store::Scanned ClusterSnapshot::Scan(const store::Selection& selection, const store::RowSink& sink,
                                     const store::Watch& watch) {
  return ScanRows(*shards_, selection, sink, watch);
}

store::Scanned ClusterSnapshot::ScanEach(const store::SelectionAt& at,
                                         const store::EachRowSink& sink,
                                         const store::Watch& watch) {
  return store_clickhouse::ScanEach(*shards_, at, sink, watch);
}

store::Scanned ClusterSnapshot::ScanOwners(const store::Selection& selection, const OwnerSink& sink,
                                           const store::Watch& watch) {
  return store_clickhouse::ScanOwners(*shards_, selection, sink, watch);
}

Status ClusterSnapshot::Totals(record::Statistics& statistics) {
  Status told = TellTotals(*shards_, statistics);
  statistics.sensors = *sensors_;
  return told;
}

Status ClusterSnapshot::Count(const CountWatch& watch, record::Statistics& statistics) {
  Status told = CountRows(*shards_, watch, statistics);
  statistics.sensors = *sensors_;
  return told;
}

store::Scanned ClusterSnapshot::ScanLedger(const LedgerSink& sink, const store::Watch& watch) {
  return store_clickhouse::ScanLedger(*shards_, sink, watch);
}

Result<store::JournalSpan> ClusterSnapshot::Journal() { return NoJournal(); }

store::Scanned ClusterSnapshot::ScanNew(const store::NewSelection&, const store::NewSink&,
                                        const store::Watch&) {
  store::Scanned scanned;
  scanned.status = NoJournal();
  return scanned;
}

}  // namespace pdns::store_clickhouse
