// Rows by what they point at: reverse keys of `rev` -> [ScanReverse], [ScanEach] -> their rows of
// `fwd`, gathered and looked up in the order of their keys (gathered_rows.h). Guest: rocksdb. One
// thread at a time for each Walker; errors as scan.h.
#pragma once

#include "store_rocks/read/scan.h"

namespace pdns::store_rocks {

store::Scanned ScanReverse(Walker& walker, const store::Selection& selection,
                           const store::RowSink& sink, const store::Watch& watch);

// As store::Snapshot::ScanEach. The rows of one address after the other are gathered over many of
// them: up to 262,144, some 40 MiB.
store::Scanned ScanEach(Walker& walker, const store::SelectionAt& at,
                        const store::EachRowSink& sink, const store::Watch& watch);

}  // namespace pdns::store_rocks
