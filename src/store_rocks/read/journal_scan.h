// Reads the journal: rows of the family `new` -> [ScanJournal] -> tuples in the order in which they
// came. As store::Snapshot::Journal and ScanNew. Guest: rocksdb. One thread at a time for each
// Walker.
#pragma once

#include "store/database.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

Result<store::JournalSpan> SpanOfJournal(Walker& walker);

store::Scanned ScanJournal(Walker& walker, const store::NewSelection& selection,
                           const store::NewSink& sink, const store::Watch& watch);

}  // namespace pdns::store_rocks
