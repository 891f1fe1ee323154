// A cluster in numbers: statements that each shard counts for itself -> [TellTotals] -> their sum.
//
// The sums are exact as long as no owner has rows on two shards; after shards were added, an owner
// may, and is then counted on both. CountRows reads and folds all rows, and is exact.
//
// One thread at a time.
#pragma once

#include "record/statistics.h"
#include "store/database.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

// As store::Snapshot::Totals. The servers read all rows for it, by some 0.5 us each; distinct names
// cost a server some 40 bytes of memory each while it counts.
Status TellTotals(Shards& shards, record::Statistics& statistics);

// As store::Snapshot::Count.
Status CountRows(Shards& shards, const store::Snapshot::CountWatch& watch,
                 record::Statistics& statistics);

// Names of sensors by their numbers, which the first shard has (schema.h, kSensor).
Result<std::vector<std::string>> ReadSensors(Shards& shards);

}  // namespace pdns::store_clickhouse
