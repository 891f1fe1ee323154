// The writer over a cluster: store/writer.h -> [ClusterWriter] -> Outbox -> Delivery -> servers.
//
// Apply returns when the batch is durable in the outbox; it is in the cluster some seconds later.
// What a batch changed is not known without reading: all its tuples count as updated.
//
// One thread at a time; Progress and figures: any thread. Memory of Apply: the rows of the batch,
// some 200 bytes a tuple.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/stop.h"
#include "store/writer.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/open.h"
#include "store_clickhouse/write/delivery.h"
#include "store_clickhouse/write/native_block.h"
#include "store_clickhouse/write/outbox.h"
#include "store_clickhouse/write/sensors.h"

namespace pdns::store_clickhouse {

class ClusterWriter final : public store::Writer {
 public:
  using Writer::Expire;

  ClusterWriter(Address address, WriteOptions options);
  ~ClusterWriter() override;
  ClusterWriter(const ClusterWriter&) = delete;
  ClusterWriter& operator=(const ClusterWriter&) = delete;

  // Once, before all else. Errors as OpenWriter.
  Status Open();

  // Asks every shard. One that does not answer makes it kIo, since it may know more than the others
  // (but see WriteOptions::live).
  Result<std::optional<record::Position>> Progress(const record::SourceId& id) override;

  // kDisk: the disk of the outbox is full, or the outbox is and no room came; nothing was stored.
  Result<record::Applied> Apply(const record::Batch& batch) override;

  // kUsage: not by this program; the message names the statements.
  Result<store::Expired> Expire(const store::Selection& selection, const RowTest& test,
                                const std::string& rule, const store::Watch& watch) override;
  Status Checkpoint(const std::string& directory) override;

  // Until the outbox is delivered, as Close. Merges are the servers' own.
  void WaitForMerges(const Hurry& hurry) override;

  // OPTIMIZE on every shard, one after the other; `hurry` ends it between two.
  Status Compact(const Hurry& hurry) override;

  // log_bytes: of the outbox; files: its batches; tidying: some wait.
  store::Figures figures() const override;

  Status Close() override;

 private:
  std::vector<NativeBlock> BlocksOf(const record::Batch& batch, std::size_t& tuples);
  Client NewClient(std::size_t shard) const;

  const Address address_;
  const WriteOptions options_;
  std::string password_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Client> sensor_client_;
  std::unique_ptr<SensorClaims> sensors_;
  std::mutex asking_;          // what follows
  std::vector<Client> asked_;  // of Progress, one a shard
};

}  // namespace pdns::store_clickhouse
