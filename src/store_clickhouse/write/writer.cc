#include "store_clickhouse/write/writer.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "store_clickhouse/schema.h"
#include "store_clickhouse/table/compact.h"
#include "store_clickhouse/write/batch_rows.h"

namespace pdns::store_clickhouse {
namespace {

bool IsEmpty(const record::Batch& batch) {
  return batch.sources.empty() && batch.trusted.empty() && batch.quarantined.empty() &&
         batch.counters.frames == 0;
}

// The bits of the process translated; a set without a known bit was one of the others.
SensorNumbers NumbersBy(const std::vector<record::SensorSet>& bits) {
  return [&bits](record::SensorSet of_process) {
    record::SensorSet mapped = 0;
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if ((of_process >> i & 1) != 0) mapped |= bits[i];
    }
    const record::SensorSet named = bits.size() < record::kMostSensors
                                        ? record::SensorBit(static_cast<unsigned>(bits.size())) - 1
                                        : record::SensorBit(record::kMostSensors) - 1;
    const bool others = (of_process & record::kAllSensors & ~named) != 0;
    if (mapped == 0 || others) mapped |= record::SensorBit(record::kOtherSensors);
    return mapped;
  };
}

}  // namespace

Result<std::unique_ptr<store::Writer>> OpenWriter(const Address& address,
                                                  const WriteOptions& options) {
  auto writer = std::make_unique<ClusterWriter>(address, options);
  if (Status opened = writer->Open(); !opened.ok()) return opened;
  return std::unique_ptr<store::Writer>(std::move(writer));
}

ClusterWriter::ClusterWriter(Address address, WriteOptions options)
    : address_(std::move(address)), options_(std::move(options)) {}

ClusterWriter::~ClusterWriter() = default;

Client ClusterWriter::NewClient(std::size_t shard) const {
  return {address_, shard, password_, {}};
}

Status ClusterWriter::Open() {
  auto password = ReadPassword(address_);
  if (!password.ok()) return password.status();
  password_ = std::move(*password);
  Outbox::Options of_outbox;
  of_outbox.directory = options_.outbox;
  of_outbox.cluster = address_.text();
  of_outbox.shards = address_.shards.size();
  of_outbox.most = options_.most_outbox;
  auto outbox = Outbox::Open(std::move(of_outbox));
  if (!outbox.ok()) return outbox.status();
  outbox_ = std::move(*outbox);
  delivery_ = std::make_unique<Delivery>(address_, password_, *outbox_);
  if (Status greeted = delivery_->Greet(!options_.live); !greeted.ok()) return greeted;
  // Apply waits for it.
  const Client::Limits short_limits{std::chrono::seconds(2), std::chrono::seconds(5)};
  sensor_client_ = std::make_unique<Client>(address_, 0, password_, short_limits);
  sensors_ = std::make_unique<SensorClaims>(*sensor_client_, address_, *outbox_);
  if (Status loaded = sensors_->Load(); !loaded.ok()) return loaded;
  for (std::size_t i = 0; i < address_.shards.size(); ++i) asked_.push_back(NewClient(i));
  if (!options_.deliver) return {};
  if (const std::size_t left = outbox_->batches(); left > 0) {
    LogInfo(fmt::format("outbox {}: {} batches of an earlier run are delivered", options_.outbox,
                        left));
  }
  delivery_->Start();
  return {};
}

Result<std::optional<record::Position>> ClusterWriter::Progress(const record::SourceId& id) {
  if (auto waiting = outbox_->PositionOf(id); waiting.has_value()) return waiting;
  const std::string question = fmt::format(
      "SELECT hex(max(rdata)) FROM {} WHERE kind = {} AND key = {} FORMAT TabSeparated",
      TableOf(address_), static_cast<unsigned>(RowKind::kLedger), Literal(SourceKey(id)));
  std::string newest;
  Status failed;
  std::size_t answered = 0;
  const std::lock_guard lock(asking_);
  for (Client& client : asked_) {
    auto told = client.Ask(question);
    if (!told.ok()) {
      if (!options_.live) return told.status();
      if (failed.ok()) failed = told.status();
      continue;
    }
    ++answered;
    if (told->ends_with('\n')) told->pop_back();
    const auto text = FromHex(*told);
    if (!text.has_value())
      return Status::Malformed(client.name() + ": its answer is no position of a source");
    newest = std::max(newest, *text);
  }
  if (answered == 0) return failed;
  if (newest.empty()) return std::optional<record::Position>();
  const auto position = DecodePositionText(newest);
  if (!position.has_value()) {
    return Status::Corrupt(
        fmt::format("{}: the ledger has a position that is none", TableOf(address_)));
  }
  return position;
}

std::vector<NativeBlock> ClusterWriter::BlocksOf(const record::Batch& batch, std::size_t& tuples) {
  std::vector<NativeBlock> blocks(address_.shards.size());
  const auto bits = sensors_->BitsOf(batch.sensors);
  const SensorNumbers numbers = NumbersBy(bits);
  tuples = AppendTuples(batch.trusted, Rows::kTrusted, numbers, blocks);
  AppendTuples(batch.quarantined, Rows::kQuarantined, numbers, blocks);
  AppendCounters(batch.counters, blocks.front());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    AppendPositions(batch.sources, blocks[i]);
    AppendMarker(outbox_->writer_id(), outbox_->next_sequence(), i, blocks.size(), blocks[i]);
  }
  return blocks;
}

Result<record::Applied> ClusterWriter::Apply(const record::Batch& batch) {
  if (IsEmpty(batch)) return record::Applied{};
  if (!delivery_->AwaitRoom(options_.room)) {
    const std::string trouble = delivery_->trouble();
    return Status::Disk(fmt::format("outbox {}: full with {} batches{}{}", options_.outbox,
                                    outbox_->batches(), trouble.empty() ? "" : ", since ",
                                    trouble));
  }
  std::size_t tuples = 0;
  const auto blocks = BlocksOf(batch, tuples);
  std::vector<Pieces> bodies;
  bodies.reserve(blocks.size());
  for (const NativeBlock& block : blocks)
    bodies.emplace_back([&block](const PieceSink& sink) { return block.WriteTo(sink); });
  if (Status committed = outbox_->Commit(bodies, batch.sources); !committed.ok()) return committed;
  delivery_->Wake();
  return record::Applied{0, tuples};
}

Result<store::Expired> ClusterWriter::Expire(const store::Selection&, const RowTest&,
                                             const std::string&, const store::Watch&) {
  return Status::Usage(fmt::format(
      "{}: an ingester removes no rows of a cluster: pdns-admin expire with its address does",
      address_.text()));
}

Status ClusterWriter::Checkpoint(const std::string&) {
  return Status::Usage(
      fmt::format("{}: a copy of a cluster is made by the servers: ALTER TABLE {} FREEZE on each "
                  "shard",
                  address_.text(), TableOf(address_)));
}

void ClusterWriter::WaitForMerges(const Hurry& hurry) {
  static_cast<void>(delivery_->Drain(hurry, options_.patience));
}

Status ClusterWriter::Compact(const Hurry& hurry) {
  std::vector<Client> clients = UpkeepClients(address_, password_);
  std::vector<Client> beside;
  for (std::size_t i = 0; i < address_.shards.size(); ++i) beside.push_back(NewClient(i));
  return CompactShards(address_, clients, beside, hurry);
}

store::Figures ClusterWriter::figures() const {
  store::Figures figures;
  figures.log_bytes = outbox_->bytes();
  figures.files = outbox_->batches();
  figures.tidying = figures.files > 0;
  return figures;
}

Status ClusterWriter::Close() {
  const bool all = delivery_->Drain({}, options_.patience);
  delivery_->End();
  const std::size_t left = outbox_->batches();
  if (all || left == 0) return {};
  const std::string trouble = delivery_->trouble();
  LogWarning(fmt::format("outbox {}: {} batches stay in it for the next run{}{}", options_.outbox,
                         left, trouble.empty() ? "" : ": ", trouble));
  return {};
}

}  // namespace pdns::store_clickhouse
