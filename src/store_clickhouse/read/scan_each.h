// Many selections by few statements: up to kMostKeys of them that ask for one name or one address
// each -> [ScanEach] -> key IN (..) -> rows, in the order in which they were asked.
//
// One thread at a time.
#pragma once

#include "store/database.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

// As store::Snapshot::ScanEach. The rows of one statement are held until they can be handed up in
// order: some 24 MiB; where they are more, it is asked for in halves. Selections that are more than
// one name or address are scanned one by one.
store::Scanned ScanEach(Shards& shards, const store::SelectionAt& at,
                        const store::EachRowSink& sink, const store::Watch& watch);

}  // namespace pdns::store_clickhouse
