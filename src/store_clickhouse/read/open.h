// The engine behind store/database.h: a cluster of ClickHouse servers, one table a shard
// (schema.h). Decisions and an operator's view in docs/cluster.md.
//
//   OpenDatabase -> Database -> Snapshot -> MergeShards -> one ShardRows a shard -> server
//
// What one moment is here. A scan reads pages one behind the other, so it has no moment of its own:
// - Every row is true: it has all that was stored of its tuple when its page was read.
// - No row that was stored before the scan began is left out, unless it expired meanwhile.
// - A row that came in during the scan may be there or not.
// - Rows come in the order of the selection, none twice.
// A batch is one block on each shard, whole or not at all, but shards get it one by one.
//
// Any thread may open, and any may call the Database.
#pragma once

#include <memory>

#include "base/status.h"
#include "store/database.h"
#include "store_clickhouse/address.h"

namespace pdns::store_clickhouse {

// Asks every shard whether it has the table. kNoInput: one has none, or one of another version;
// kDenied: wrong credentials; kMalformed: no ClickHouse answers there; kIo: one cannot be reached.
// The message names the shard.
//
// Later, a shard that cannot be read makes a scan end with kIo that names it, behind the rows of
// the others. Refresh asks only for the names of sensors that came since, and keeps those that are
// known if the shard that has them does not answer: scans ask the servers themselves.
//
// A cluster keeps no journal of new tuples: Journal and ScanNew say kUsage.
Result<std::unique_ptr<store::Database>> OpenDatabase(const Address& address);

}  // namespace pdns::store_clickhouse
