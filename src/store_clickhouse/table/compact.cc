#include "store_clickhouse/table/compact.h"

#include <fmt/format.h>

#include "base/log.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

// Positions of the ledger that a newer one of their source has replaced. A newer one that comes
// meanwhile makes more of them old, and none of them new.
std::string OldPositions(const Address& address) {
  const std::string of_sources =
      fmt::format("kind = {} AND key >= {} AND key < {}", static_cast<unsigned>(RowKind::kLedger),
                  Literal(kSourcePrefix), Literal("s0"));  // behind all keys that begin with "s/"
  return fmt::format(
      "({0} AND (key, rdata) NOT IN (SELECT key, max(rdata) FROM {1} WHERE {0} "
      "GROUP BY key))",
      of_sources, TableOf(address));
}

// How far the merge of a shard is that takes longest.
void TellProgress(const Address& address, Client& beside) {
  const auto done =
      AskNumber(beside, fmt::format("SELECT toUInt64(100 * min(progress)) FROM system.merges WHERE "
                                    "database = '{}' AND table = '{}' HAVING count() > 0",
                                    address.database, kTable));
  if (done.ok()) LogInfo(fmt::format("{}: it merges the table: {} % done", beside.name(), *done));
}

Status MergeParts(const Address& address, Client& client, Client& beside,
                  const store::Writer::Hurry& hurry) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::minutes kTold(1);
  auto told = Clock::now();
  client.set_interrupt([&] {
    if (Clock::now() - told >= kTold) {
      TellProgress(address, beside);
      told = Clock::now();
    }
    return hurry && hurry();
  });
  Status done = client.Execute(fmt::format("OPTIMIZE TABLE {} FINAL", TableOf(address)));
  client.set_interrupt({});
  return hurry && hurry() ? Status() : done;
}

}  // namespace

std::vector<Client> UpkeepClients(const Address& address, const std::string& password) {
  Client::Limits limits;
  limits.answer = kLongestUpkeep;
  std::vector<Client> clients;
  clients.reserve(address.shards.size());
  for (std::size_t i = 0; i < address.shards.size(); ++i)
    clients.emplace_back(address, i, password, limits);
  return clients;
}

Result<bool> Prune(const Address& address, std::vector<Client>& clients, const std::string& more,
                   std::string_view as_written, const Mutations::GoOn& go_on) {
  const std::string condition = fmt::format("({}) OR {}", more, OldPositions(address));
  for (Client& client : clients) {
    Status said =
        client.Execute(fmt::format("ALTER TABLE {} DELETE WHERE {}", TableOf(address), condition));
    if (!said.ok()) return said;
  }
  return Mutations(address, clients).Await(as_written, go_on);
}

Status CompactShards(const Address& address, std::vector<Client>& clients,
                     std::vector<Client>& beside, const store::Writer::Hurry& hurry) {
  const Mutations::GoOn go_on = [&hurry] { return !(hurry && hurry()); };
  const std::string mark = NewMark();  // of no row
  const std::string none =
      fmt::format("kind = {} AND owner = '{}'", static_cast<unsigned>(RowKind::kExpiring), mark);
  const auto pruned = Prune(address, clients, none, mark, go_on);
  if (!pruned.ok()) return pruned.status();
  for (std::size_t i = 0; i < clients.size() && go_on(); ++i) {
    if (Status done = MergeParts(address, clients[i], beside[i], hurry); !done.ok()) return done;
  }
  return {};
}

}  // namespace pdns::store_clickhouse
