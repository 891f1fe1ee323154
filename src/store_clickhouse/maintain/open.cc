#include "store_clickhouse/maintain/open.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "record/tuple_key.h"
#include "store_clickhouse/maintain/expiring.h"
#include "store_clickhouse/maintain/mutations.h"
#include "store_clickhouse/read/cluster.h"
#include "store_clickhouse/read/merge.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

// An ingester may store what is listed as long as this goes on, which is no reason to give up: what
// comes back behind it is safe, too.
constexpr int kMostLooks = 3;

// OPTIMIZE answers when it is done.
constexpr std::chrono::hours kLongest(24 * 7);

class Upkeep final : public store::Writer {
 public:
  using Writer::Expire;

  Upkeep(Address address, std::unique_ptr<Cluster> cluster)
      : address_(std::move(address)), cluster_(std::move(cluster)) {}

  Status Open() {
    auto password = ReadPassword(address_);
    if (!password.ok()) return password.status();
    Client::Limits limits;
    limits.answer = kLongest;
    for (std::size_t i = 0; i < address_.shards.size(); ++i)
      clients_.emplace_back(address_, i, *password, limits);
    return {};
  }

  Result<std::optional<record::Position>> Progress(const record::SourceId&) override {
    return NotHere("captures are taken by pdns-ingest");
  }
  Result<record::Applied> Apply(const record::Batch&) override {
    return NotHere("batches are stored by pdns-ingest");
  }
  Status Checkpoint(const std::string&) override {
    return NotHere(
        fmt::format("a copy of a cluster is made by the servers: ALTER TABLE {} FREEZE "
                    "on each shard",
                    TableOf(address_)));
  }

  Result<store::Expired> Expire(const store::Selection& selection, const RowTest& test,
                                const std::string& rule, const store::Watch& watch) override;
  Status Compact(const Hurry& hurry) override;

  void WaitForMerges(const Hurry&) override {}
  store::Figures figures() const override;
  Status Close() override { return {}; }

 private:
  Status NotHere(const std::string& words) const {
    return Status::Usage(address_.text() + ": " + words);
  }
  Result<Settings> InsertSettings();
  Result<bool> Resume(Expiring& step, const Mutations::GoOn& go_on);
  Result<bool> List(Expiring& step, store::Selection& rest, const RowTest& test,
                    std::uint64_t& looked_at, const Mutations::GoOn& go_on);
  Result<bool> Remove(Expiring& step, const StepHead& head, const Mutations::GoOn& go_on,
                      std::uint64_t& rows);
  Result<bool> Clean(const std::string& mark, const Mutations::GoOn& go_on);
  std::string OldPositions() const;

  const Address address_;
  std::unique_ptr<Cluster> cluster_;     // to read from
  mutable std::vector<Client> clients_;  // one a shard
};

// Of parts that are in use. A shard that does not say counts as none.
store::Figures Upkeep::figures() const {
  store::Figures sum;
  for (Client& client : clients_) {
    const auto ask = [&](std::string_view what) {
      return AskNumber(client,
                       fmt::format("SELECT {} FROM system.parts WHERE active AND database = "
                                   "'{}' AND table = '{}'",
                                   what, address_.database, kTable));
    };
    const auto bytes = ask("sum(bytes_on_disk)");
    const auto files = ask("count()");
    sum.disk_bytes += bytes.ok() ? *bytes : 0;
    sum.files += files.ok() ? *files : 0;
  }
  return sum;
}

Result<Settings> Upkeep::InsertSettings() {
  Settings settings;
  const auto server = Identify(clients_.front());
  if (!server.ok()) return server.status();
  for (const char* name : {"async_insert", "optimize_on_insert"})
    if (server->Has(name)) settings.emplace_back(name, "0");
  return settings;
}

// Positions of the ledger that a newer one of their source has replaced. A newer one that comes
// meanwhile makes more of them old, and none of them new.
std::string Upkeep::OldPositions() const {
  const std::string of_sources =
      fmt::format("kind = {} AND key >= {} AND key < {}", static_cast<unsigned>(RowKind::kLedger),
                  Literal(kSourcePrefix), Literal("s0"));  // behind all keys that begin with "s/"
  return fmt::format(
      "({0} AND (key, rdata) NOT IN (SELECT key, max(rdata) FROM {1} WHERE {0} "
      "GROUP BY key))",
      of_sources, TableOf(address_));
}

Result<bool> Upkeep::Clean(const std::string& mark, const Mutations::GoOn& go_on) {
  const std::string_view part = std::string_view(mark).substr(0, mark.size() / 2);
  const std::string condition =
      fmt::format("({}) OR {}", Expiring::ListCondition(mark), OldPositions());
  for (Client& client : clients_) {
    Status said =
        client.Execute(fmt::format("ALTER TABLE {} DELETE WHERE {}", TableOf(address_), condition));
    if (!said.ok()) return said;
  }
  return Mutations(address_, clients_).Await(part, go_on);
}

// From a list that is whole to its end. False: the wait was ended; the servers go on.
Result<bool> Upkeep::Remove(Expiring& step, const StepHead& head, const Mutations::GoOn& go_on,
                            std::uint64_t& rows) {
  std::uint64_t returned = 1;
  for (int i = 0; i < kMostLooks && returned > 0; ++i) {
    if (Status marked = step.MarkReturned(head, returned); !marked.ok()) return marked;
  }
  Mutations mutations(address_, clients_);
  if (Status said = mutations.Submit(step.Condition(head), head.mark); !said.ok()) return said;
  auto done = mutations.Await(head.mark, go_on);
  if (!done.ok() || !*done) return done;
  const auto kept = step.KeepCounts(head);
  if (!kept.ok()) return kept.status();
  rows += *kept;
  return Clean(head.mark, go_on);
}

// Finishes the steps that servers have begun to remove, and drops the lists of others.
Result<bool> Upkeep::Resume(Expiring& step, const Mutations::GoOn& go_on) {
  const auto marks = step.Marks();
  if (!marks.ok()) return marks.status();
  for (const std::string& mark : *marks) {
    const auto begun = Mutations(address_, clients_).Knows(mark);
    if (!begun.ok()) return begun.status();
    const auto head = step.ReadHead(mark);
    if (!head.ok() && head.status().code() != Code::kNoInput) return head.status();
    std::uint64_t rows = 0;
    auto done = *begun && head.ok() ? Remove(step, *head, go_on, rows) : Clean(mark, go_on);
    if (!done.ok() || !*done) return done;
    if (rows > 0) {
      LogInfo(fmt::format("{}: {} rows of an earlier run that was ended are removed ({})",
                          address_.text(), rows, head->rule));
    }
  }
  return true;
}

// A step's worth of rows. `rest` then begins behind them. False: the scan was ended.
Result<bool> Upkeep::List(Expiring& step, store::Selection& rest, const RowTest& test,
                          std::uint64_t& looked_at, const Mutations::GoOn& go_on) {
  Status failed;
  const std::uint64_t before = looked_at;
  std::optional<store::Place> last;
  const auto add = [&](const store::Row& row) {
    if (!test(row)) return true;
    failed = step.Add(row);
    const bool full = step.rows() >= kStepRows;
    if (full) {
      last = store::Place{std::string(row.at), *record::Name::FromWire(row.tuple.owner),
                          row.tuple.type, record::RdataId(row.tuple.rdata)};
    }
    return failed.ok() && !full;
  };
  const store::Scanned scanned = ScanRows(*cluster_, rest, add, [&](std::uint64_t keys) {
    looked_at = before + keys;
    return go_on();
  });
  if (!failed.ok()) return failed;
  // A shard that fails may have had more of a tuple, which would then look older than it is.
  if (!scanned.status.ok()) return scanned.status;
  if (last.has_value()) rest.after = std::move(last);
  return !scanned.stopped;
}

Result<store::Expired> Upkeep::Expire(const store::Selection& selection, const RowTest& test,
                                      const std::string& rule, const store::Watch& watch) {
  auto settings = InsertSettings();
  if (!settings.ok()) return settings.status();
  Expiring step(address_, clients_, std::move(*settings));
  store::Expired expired;
  std::uint64_t looked_at = 0;
  const Mutations::GoOn go_on = [&] { return !watch || watch(looked_at); };
  auto went = Resume(step, go_on);
  if (!went.ok()) return went.status();
  bool more = *went;
  store::Selection rest = selection;
  while (more) {
    step.Begin(rule, selection.trust);
    const auto scanned = List(step, rest, test, looked_at, go_on);
    if (!scanned.ok()) return scanned.status();
    if (!*scanned) break;
    const bool full = step.rows() >= kStepRows;
    if (step.rows() > 0) {
      if (Status listed = step.Finish(); !listed.ok()) return listed;
      auto removed = Remove(step, step.head(), go_on, expired.rows);
      if (!removed.ok()) return removed.status();
      if (!*removed) break;
    }
    if (!full) return expired;
  }
  expired.stopped = true;
  return expired;
}

Status Upkeep::Compact(const Hurry& hurry) {
  const Mutations::GoOn go_on = [&hurry] { return !(hurry && hurry()); };
  const auto pruned = Clean(NewMark(), go_on);
  if (!pruned.ok() || !*pruned) return pruned.ok() ? Status() : pruned.status();
  for (Client& client : clients_) {
    if (!go_on()) break;
    client.set_interrupt(hurry);
    Status done = client.Execute(fmt::format("OPTIMIZE TABLE {} FINAL", TableOf(address_)));
    client.set_interrupt({});
    if (!done.ok() && go_on()) return done;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<store::Writer>> OpenForUpkeep(const Address& address) {
  auto cluster = Cluster::Open(address);
  if (!cluster.ok()) return cluster.status();
  auto upkeep = std::make_unique<Upkeep>(address, std::move(*cluster));
  if (Status opened = upkeep->Open(); !opened.ok()) return opened;
  return std::unique_ptr<store::Writer>(std::move(upkeep));
}

}  // namespace pdns::store_clickhouse
