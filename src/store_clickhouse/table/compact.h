// Removes what the table of a cluster does not need, and has the servers merge its parts: clients
// -> [CompactShards] -> ALTER TABLE .. DELETE, OPTIMIZE TABLE .. FINAL -> one part a shard.
//
// The ledger has one row a batch and source on each shard; only the newest one of a source is of
// use. An OPTIMIZE answers when it is done, which may take hours; meanwhile the log tells each
// minute how far a server is. It needs room for a second copy of the table there.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/writer.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/table/mutations.h"

namespace pdns::store_clickhouse {

// The longest answer of a client for this work: it is alive all the while, as the kernel's own
// questions (keep-alive of TCP) tell.
inline constexpr std::chrono::hours kLongestUpkeep(24 * 7);

// Clients with that limit, one a shard.
std::vector<Client> UpkeepClients(const Address& address, const std::string& password);

// Deletes old positions of the ledger, and what else the condition `more` says, which holds `mark`
// in the way that `as_written` has it (mutations.h). False: the wait was ended; the servers go on.
Result<bool> Prune(const Address& address, std::vector<Client>& clients, const std::string& more,
                   std::string_view as_written, const Mutations::GoOn& go_on);

// All of it. `beside`: other clients of the same shards, to ask how far a server is. A hurry ends
// the wait, and is no error; the server then goes on with what it does. Errors as Client.
Status CompactShards(const Address& address, std::vector<Client>& clients,
                     std::vector<Client>& beside, const store::Writer::Hurry& hurry);

}  // namespace pdns::store_clickhouse
