// A writer for those who look after a cluster, beside any number of ingesters: it stores no
// batches, so it needs no outbox.
//
//   pdns-admin -> OpenForUpkeep -> store::Writer -> Expire, Compact -> ALTER, OPTIMIZE -> servers
//
// Expire lists the rows that its test finds, step by step, and has the servers remove them
// (expiring.h). The values that are tested are those of whole tuples, merged over all parts and
// shards. Beside ingesters:
// - A tuple that is seen again before its step is removed stays as it is.
// - In the moment between the last look and the removal it may lose what was known of it before;
//   the new sighting stays, as that of a tuple which expired and came back. If the server merges
//   parts of just this tuple in this moment, too, it may keep a part of its count.
// - Nothing that comes behind is lost.
// A call that was ended, or failed, leaves a step that the servers go on with; the next call
// finishes it, and counts it, before it begins. One writer at a time removes rows (lock.h), so no
// tuple is counted twice; another one's Expire says kBusy. It keeps the lock until it is destroyed.
//
// Expire and Compact also remove old positions of the ledger, which has one row a batch and source
// on each shard: only the newest one of a source is of use. So the ledger has one row a source, and
// what came since.
//
// Any thread may open.
#pragma once

#include <memory>

#include "base/status.h"
#include "store/writer.h"
#include "store_clickhouse/address.h"

namespace pdns::store_clickhouse {

// Asks every shard what it is; one that is away is an error. Errors as OpenDatabase (read/open.h).
// Apply, Progress and Checkpoint of this writer say kUsage.
Result<std::unique_ptr<store::Writer>> OpenForUpkeep(const Address& address);

}  // namespace pdns::store_clickhouse
