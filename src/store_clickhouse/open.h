// The engine behind store/writer.h and store/database.h: ClickHouse, one table a shard (schema.h).
// Decisions and an operator's view in docs/cluster.md. Any thread may open.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "store/writer.h"
#include "store_clickhouse/address.h"

namespace pdns::store_clickhouse {

struct WriteOptions {
  std::string outbox;                      // directory; made if it is not there
  std::uint64_t most_outbox = 4ULL << 30;  // bytes of batches in it, and one batch more
  // How long Apply waits for room in a full outbox, before it says kDisk.
  std::chrono::seconds room{60};
  // Does it take what cannot be had again? Then it opens without any server, and the outbox takes
  // batches until there is one. And Progress is answered where one shard at least can be reached:
  // it is exact for sources of this writer, and may be too old for one that another writer took in
  // the moments before, as long as that writer has not delivered it to every shard.
  bool live = false;
  bool deliver = true;  // false: only look whether all is well
  // How long Close waits for the servers without anything being delivered. What is left then stays
  // in the outbox for the next run. A shard that failed three times in a row is not waited for.
  std::chrono::seconds patience{60};
};

// Opens the outbox, asks all shards what they are, and begins to deliver what the outbox has.
// Shards that cannot be reached are told and left for later, unless none can. kBusy: another
// process uses the outbox. kDenied: wrong credentials, or a user who may only read. kNoInput: no
// table, or one of another version. kMalformed: no ClickHouse answers. kUsage: batches of another
// cluster are in the outbox. kCorrupt: the outbox is damaged, or older than what the servers have
// of it. kDisk: the disk of the outbox. kIo: no shard can be reached.
Result<std::unique_ptr<store::Writer>> OpenWriter(const Address& address,
                                                  const WriteOptions& options);

}  // namespace pdns::store_clickhouse
