#include "store_clickhouse/read/open.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "store_clickhouse/read/cluster.h"
#include "store_clickhouse/read/snapshot.h"
#include "store_clickhouse/read/totals.h"

namespace pdns::store_clickhouse {
namespace {

using SensorNames = std::shared_ptr<const std::vector<std::string>>;

class ClusterDatabase final : public store::Database {
 public:
  ClusterDatabase(std::shared_ptr<Shards> shards, std::vector<std::string> sensors,
                  const Sha256Digest& identity)
      : shards_(std::move(shards)),
        sensors_(std::make_shared<const std::vector<std::string>>(std::move(sensors))),
        identity_(identity) {}

  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() override {
    const std::lock_guard lock(mutex_);
    return std::unique_ptr<store::Snapshot>(
        std::make_unique<ClusterSnapshot>(shards_, sensors_, identity_));
  }

  // Scans ask the servers anyway, and say what is missing: with one shard away the rows of the
  // others can be had.
  Status Refresh() override {
    auto sensors = ReadSensors(*shards_);
    if (!sensors.ok())
      return sensors.status().code() == Code::kCorrupt ? sensors.status() : Status();
    auto names = std::make_shared<const std::vector<std::string>>(std::move(*sensors));
    const std::lock_guard lock(mutex_);
    sensors_ = std::move(names);
    return {};
  }

 private:
  std::shared_ptr<Shards> shards_;
  std::mutex mutex_;  // of sensors_
  SensorNames sensors_;
  const Sha256Digest identity_;
};

// The servers and the database on them, in whatever order the address has them. A server that is
// called by two names is two.
Sha256Digest IdentityOf(const Address& address) {
  std::vector<std::string> shards;
  shards.reserve(address.shards.size());
  for (const Endpoint& shard : address.shards) shards.push_back(shard.text());
  std::sort(shards.begin(), shards.end());
  std::string text = "pdns cluster\n" + address.database;
  for (const std::string& shard : shards) text += "\n" + shard;
  return Sha256(AsBytes(text));
}

}  // namespace

Result<std::unique_ptr<store::Database>> OpenDatabase(const Address& address) {
  auto cluster = Cluster::Open(address);
  if (!cluster.ok()) return cluster.status();
  auto sensors = ReadSensors(**cluster);
  if (!sensors.ok()) return sensors.status();
  return std::unique_ptr<store::Database>(std::make_unique<ClusterDatabase>(
      std::shared_ptr<Shards>(std::move(*cluster)), std::move(*sensors), IdentityOf(address)));
}

}  // namespace pdns::store_clickhouse
