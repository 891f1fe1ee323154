// The ledger, row by row: meta rows -> [ScanLedger] -> sources and how far they were taken. Guest:
// rocksdb. Functions keep no state.
#pragma once

#include "store/database.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

// As store::Snapshot::ScanLedger. kCorrupt names a row that cannot be read.
store::Scanned ScanLedger(Walker& walker, const store::Snapshot::LedgerSink& sink,
                          const store::Watch& watch);

// As store::Snapshot::Identity: a digest of the secret that every database draws when it is made.
Result<Sha256Digest> IdentityOf(const Walker& walker);

}  // namespace pdns::store_rocks
