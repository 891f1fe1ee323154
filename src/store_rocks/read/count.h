// A database in numbers, counted row by row or as its writer keeps them: rocksdb ->
// record::Statistics. Guest: rocksdb. One thread at a time for each Walker.
#pragma once

#include "record/statistics.h"
#include "store/database.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

// As store::Snapshot::Count and Totals.
Status CountRows(Walker& walker, const store::Snapshot::CountWatch& watch,
                 record::Statistics& statistics);
Status TellTotals(Walker& walker, record::Statistics& statistics);

}  // namespace pdns::store_rocks
