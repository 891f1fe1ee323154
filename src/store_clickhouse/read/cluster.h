// The servers behind an address, as readers share them: Address -> [Cluster] -> Lease. Connections
// that are given back are kept for the next scan, a few a shard.
//
// Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

class Cluster final : public Shards {
 public:
  // As OpenDatabase (read/open.h).
  static Result<std::unique_ptr<Cluster>> Open(const Address& address);

  ~Cluster() override;

  std::size_t size() const override { return address_.shards.size(); }
  Lease Lend(std::size_t shard) override;
  bool order() const override { return order_; }
  PageSize page_size() const override { return {}; }

  const Address& address() const { return address_; }

 private:
  class ClientShard;

  Cluster(Address address, std::string password);

  Status Greet();
  void GiveBack(std::size_t shard, std::unique_ptr<ClientShard> client);

  Address address_;
  std::string password_;
  bool order_ = false;
  std::mutex mutex_;
  std::vector<std::vector<std::unique_ptr<ClientShard>>> idle_;  // by shard
};

}  // namespace pdns::store_clickhouse
