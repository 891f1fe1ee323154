// Rows by what they point at: reverse keys of `rev` -> [ScanReverse] -> their rows of `fwd`. Guest:
// rocksdb. One thread at a time for each Walker; errors and memory as scan.h.
#pragma once

#include "store_rocks/read/scan.h"

namespace pdns::store_rocks {

store::Scanned ScanReverse(Walker& walker, const store::Selection& selection,
                           const store::RowSink& sink, const store::Watch& watch);

}  // namespace pdns::store_rocks
