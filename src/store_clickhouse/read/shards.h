// The servers of a cluster, as readers share them: Shards -> [Lease] -> a connection to one shard,
// for one thread until it is given back.
//
// Shards: any thread. A Lease: one thread at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "store_clickhouse/client.h"

namespace pdns::store_clickhouse {

// The server of one shard, as a scan sees it: what answers a statement. A test has its own.
class Shard {
 public:
  virtual ~Shard() = default;

  virtual const std::string& name() const = 0;  // for messages

  // Hands up the body of the answer, all of it or an error. `stop`, which another thread may set,
  // ends the wait.
  virtual Status Ask(const std::string& sql, const Settings& settings, const BodySink& sink,
                     const std::atomic<bool>& stop) = 0;
};

// Gives a server back when it goes.
using Lease = std::unique_ptr<Shard, std::function<void(Shard*)>>;

// How much is asked of a shard at once.
struct PageSize {
  std::size_t first_rows = 1000;  // so that an answer begins at once
  std::size_t most_rows = 16'000;
  std::size_t bytes = std::size_t{16} << 20;  // no row of pdns has more
};

class Shards {
 public:
  virtual ~Shards() = default;

  virtual std::size_t size() const = 0;
  virtual Lease Lend(std::size_t shard) = 0;

  // Must the servers be told to give rows in order (read/sql.h, Page::order)?
  virtual bool order() const = 0;

  virtual PageSize page_size() const = 0;
};

}  // namespace pdns::store_clickhouse
