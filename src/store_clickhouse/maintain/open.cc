#include "store_clickhouse/maintain/open.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "record/tuple_key.h"
#include "store_clickhouse/maintain/expiring.h"
#include "store_clickhouse/maintain/lock.h"
#include "store_clickhouse/read/cluster.h"
#include "store_clickhouse/read/merge.h"
#include "store_clickhouse/schema.h"
#include "store_clickhouse/table/compact.h"
#include "store_clickhouse/table/mutations.h"

namespace pdns::store_clickhouse {
namespace {

// An ingester may store what is listed as long as this goes on, which is no reason to give up: what
// comes back behind it is safe, too.
constexpr int kMostLooks = 3;

class Upkeep final : public store::Writer {
 public:
  using Writer::Expire;

  Upkeep(Address address, std::unique_ptr<Cluster> cluster, const std::string& password)
      : address_(std::move(address)),
        cluster_(std::move(cluster)),
        step_rows_(address_.expire_step == 0 ? kStepRows : address_.expire_step),
        clients_(UpkeepClients(address_, password)),
        lock_(address_, password) {
    for (std::size_t i = 0; i < address_.shards.size(); ++i)
      beside_.emplace_back(address_, i, password, Client::Limits());
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
  Status ExpireAll(store::Selection rest, const RowTest& test, const std::string& rule,
                   std::uint64_t& looked_at, const Mutations::GoOn& go_on, store::Expired& expired);
  Result<bool> Resume(Expiring& step, const Mutations::GoOn& go_on);
  Result<bool> List(Expiring& step, store::Selection& rest, const RowTest& test,
                    std::uint64_t& looked_at, const Mutations::GoOn& go_on);
  Result<bool> Remove(Expiring& step, const StepHead& head, const Mutations::GoOn& go_on,
                      std::uint64_t& rows);
  Result<bool> Clean(const std::string& mark, const Mutations::GoOn& go_on);

  const Address address_;
  std::unique_ptr<Cluster> cluster_;  // to read from
  const std::uint64_t step_rows_;
  std::vector<Client> clients_;         // one a shard
  mutable std::vector<Client> beside_;  // the same, for short questions
  UpkeepLock lock_;
};

// Of parts that are in use. A shard that does not say counts as none.
store::Figures Upkeep::figures() const {
  store::Figures sum;
  for (Client& client : beside_) {
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

Result<bool> Upkeep::Clean(const std::string& mark, const Mutations::GoOn& go_on) {
  if (Status mine = lock_.Check(); !mine.ok()) return mine;
  const std::string half = mark.substr(0, mark.size() / 2);
  return Prune(address_, clients_, Expiring::ListCondition(mark), half, go_on);
}

// From a list that is whole to its end. False: the wait was ended; the servers go on.
Result<bool> Upkeep::Remove(Expiring& step, const StepHead& head, const Mutations::GoOn& go_on,
                            std::uint64_t& rows) {
  std::uint64_t returned = 1;
  for (int i = 0; i < kMostLooks && returned > 0; ++i) {
    if (Status marked = step.MarkReturned(head, returned); !marked.ok()) return marked;
  }
  if (Status mine = lock_.Check(); !mine.ok()) return mine;
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
    const bool full = step.rows() >= step_rows_;
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

// `expired` is true of what was done until an error, too.
Status Upkeep::ExpireAll(store::Selection rest, const RowTest& test, const std::string& rule,
                         std::uint64_t& looked_at, const Mutations::GoOn& go_on,
                         store::Expired& expired) {
  auto settings = InsertSettings();
  if (!settings.ok()) return settings.status();
  Expiring step(address_, clients_, std::move(*settings));
  const auto locked = lock_.Lock(go_on);
  if (!locked.ok()) return locked.status();
  const auto resumed = *locked ? Resume(step, go_on) : Result<bool>(false);
  if (!resumed.ok()) return resumed.status();
  bool more = *resumed;
  while (more) {
    step.Begin(rule, rest.trust);
    const auto scanned = List(step, rest, test, looked_at, go_on);
    if (!scanned.ok()) return scanned.status();
    if (!*scanned) break;
    const bool full = step.rows() >= step_rows_;
    if (step.rows() > 0) {
      if (Status listed = step.Finish(); !listed.ok()) return listed;
      auto removed = Remove(step, step.head(), go_on, expired.rows);
      if (!removed.ok()) return removed.status();
      if (!*removed) break;
    }
    if (!full) return {};
  }
  expired.stopped = true;
  return {};
}

Result<store::Expired> Upkeep::Expire(const store::Selection& selection, const RowTest& test,
                                      const std::string& rule, const store::Watch& watch) {
  std::uint64_t looked_at = 0;
  const Mutations::GoOn go_on = [&] { return !watch || watch(looked_at); };
  for (Client& client : clients_) client.set_interrupt([&go_on] { return !go_on(); });
  store::Expired expired;
  Status done = ExpireAll(selection, test, rule, looked_at, go_on, expired);
  for (Client& client : clients_) client.set_interrupt({});
  if (done.ok()) return expired;
  if (go_on()) return done;
  expired.stopped = true;  // an answer that was not waited for
  return expired;
}

Status Upkeep::Compact(const Hurry& hurry) {
  return CompactShards(address_, clients_, beside_, hurry);
}

}  // namespace

Result<std::unique_ptr<store::Writer>> OpenForUpkeep(const Address& address) {
  auto cluster = Cluster::Open(address);
  if (!cluster.ok()) return cluster.status();
  const auto password = ReadPassword(address);
  if (!password.ok()) return password.status();
  return std::unique_ptr<store::Writer>(
      std::make_unique<Upkeep>(address, std::move(*cluster), *password));
}

}  // namespace pdns::store_clickhouse
