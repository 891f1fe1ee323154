// Rows of the table that are deleted on every shard: a condition -> [Mutations] -> ALTER TABLE ..
// DELETE -> waited for.
//
// A server rewrites, one after the other, the parts that have such rows and that it had when it got
// the statement; rows that come later stay, whatever the condition says. It goes on with that
// behind a restart, and when nobody waits. The condition is asked of the rows of each part, which
// may be a part of a tuple, and a SELECT in it is asked anew for each part.
//
// A statement is known by its mark, a text that stands in the condition and nowhere else.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"

namespace pdns::store_clickhouse {

class Mutations {
 public:
  // `clients`: one a shard, borrowed.
  Mutations(const Address& address, std::vector<Client>& clients)
      : address_(address), clients_(clients) {}

  // Says it to each shard that has no statement with this mark. Errors as Client; then some shards
  // may have it, and the same call goes on.
  Status Submit(const std::string& condition, std::string_view mark);

  // Has any shard a statement with this mark, finished or not? Servers forget old ones.
  Result<bool> Knows(std::string_view mark);

  // Called while it waits, a few times a second. False ends the wait.
  using GoOn = std::function<bool()>;

  // Until every shard has finished the statements with this mark. False: the wait was ended, at
  // most 50 ms after GoOn said so. A server that fails tries again and again, for ever: the first
  // time is told in the log; if it fails kFailures times without finishing a part in between, the
  // wait ends with kIo and the server's own words. The server goes on trying, and so may the same
  // call. 18.16 does not say why, nor whether, it fails: there the log tells each minute how many
  // parts are left.
  Result<bool> Await(std::string_view mark, const GoOn& go_on);
  static constexpr int kFailures = 3;

 private:
  struct Pending;

  Result<std::uint64_t> Count(Client& client, std::string_view mark, std::string_view more);
  Result<bool> AwaitShard(Client& client, std::string_view mark, const GoOn& go_on);
  Result<bool> KnowsFailures(Client& client);
  Result<Pending> Ask(Client& client, std::string_view mark, bool failures);
  std::string Where(std::string_view mark) const;

  const Address& address_;
  std::vector<Client>& clients_;
};

// Waits; false: `go_on` ended it.
bool PauseFor(std::chrono::milliseconds time, const Mutations::GoOn& go_on);

// A number that stands alone in an answer. kMalformed: none does.
Result<std::uint64_t> AskNumber(Client& client, const std::string& sql);

// A random text of 32 digits, for marks.
std::string NewMark();

}  // namespace pdns::store_clickhouse
