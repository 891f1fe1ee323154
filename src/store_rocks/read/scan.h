// Selections over RocksDB: Selection -> [Scan] -> rows, in its order. Key ranges and jumps over
// `fwd`, `rev` and `quarantine` (schema/keys.md). As store::Snapshot::Scan and ScanOwners. Guest:
// rocksdb.
//
// One thread at a time for each Walker. Memory: some hundred rows, and 4 MiB of long rdata.
#pragma once

#include "store/database.h"
#include "store/selection.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

store::Scanned Scan(Walker& walker, const store::Selection& selection, const store::RowSink& sink,
                    const store::Watch& watch);

store::Scanned ScanOwners(Walker& walker, const store::Selection& selection,
                          const std::function<bool(std::string_view)>& sink,
                          const store::Watch& watch);

}  // namespace pdns::store_rocks
