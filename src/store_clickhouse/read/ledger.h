// The ledger of a cluster: rows of kLedger on all shards -> [ScanLedger] -> sources and how far
// they were taken. Functions keep no state.
#pragma once

#include "store/database.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

// As store::Snapshot::ScanLedger. Of several shards the furthest position counts, as for a writer:
// each batch reaches all of them. Reads all before the first is handed up: some 500 bytes a source.
store::Scanned ScanLedger(Shards& shards, const store::Snapshot::LedgerSink& sink,
                          const store::Watch& watch);

}  // namespace pdns::store_clickhouse
