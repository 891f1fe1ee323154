// Batches of the outbox to the servers, one thread a shard: Outbox -> [Delivery] -> POST.
//
// A shard gets its batches in the order of their numbers, several in one POST if they wait, and at
// most one POST a second: every POST makes a part that the server has to merge. What a lost answer
// meant is never guessed. After any failure, and at the start, the server is asked:
//
//   1. No query of this writer runs there any more (system.processes), else wait.
//   2. The newest marker of this writer: batches up to its number are there.
//   3. Again no query of this writer runs. Then the rest is sent.
//
// A shard that fails is tried again after 1, 2, 4, .. 30 s; this is told once, and once when it is
// back. Nothing ends the process: the outbox fills, and Writer::Apply says so.
//
// Bodies are read while they are sent: memory does not depend on them. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/write/outbox.h"

namespace pdns::store_clickhouse {

// One shard. Its thread alone calls Step; the rest any thread.
class ShardDelivery {
 public:
  // Borrowed: the outbox, the stop.
  ShardDelivery(const Address& address, std::size_t shard, const std::string& password,
                Outbox& outbox, const Stop& stop);

  // Asks the server what it is and what it has of this writer. Errors as Handshake; kCorrupt: the
  // server has batches that the outbox does not know of.
  Status Greet();

  // Sends what waits, as one POST, after it is clear what was sent before.
  Status Step();

  const std::string& name() const { return client_.name(); }

 private:
  Status ClearDoubt();
  Status AwaitQueries();
  Status ReadMarker();
  Status Post(const std::vector<Outbox::Waiting>& batches);

  const Address& address_;
  const std::size_t shard_;
  Outbox& outbox_;
  Client client_;
  const std::string writer_;           // the id in hex
  std::vector<std::string> settings_;  // that the server has; empty before Greet
  bool greeted_ = false;
  bool doubt_ = true;  // is something on the way, or stored, that the outbox still has?
};

class Delivery {
 public:
  static constexpr std::uint64_t kPostBytes = 32U << 20;
  static constexpr std::size_t kPostBatches = 256;

  Delivery(const Address& address, const std::string& password, Outbox& outbox);
  ~Delivery();  // as End
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // Asks every shard what it is. A shard that does not answer (kIo, kBusy, kDisk) is told and tried
  // again later; with `need_one` it is an error if none does. Once, before Start.
  Status Greet(bool need_one);

  void Start();

  // There is a new batch.
  void Wake();

  // Waits until the outbox has room, `most` at most. False: it has not.
  bool AwaitRoom(std::chrono::seconds most);

  // Waits until everything is delivered, or `hurry`, or what is left waits for shards that failed
  // three times in a row, or nothing was delivered for `patience`. True: all is.
  bool Drain(const std::function<bool()>& hurry, std::chrono::seconds patience);

  // Ends the threads; a POST under way is left in doubt, for the next start.
  void End();

  // The last failure of the shards that fail now; empty: none does.
  std::string trouble() const;

 private:
  struct Shard {
    std::unique_ptr<ShardDelivery> delivery;
    std::thread thread;
    Status failure;  // of the last try; ok: it succeeded
    std::chrono::steady_clock::time_point failing_since;
    std::uint64_t tries = 0;  // that failed, one behind the other
  };

  void Run(std::size_t number);
  bool AwaitBatches(std::size_t number);
  void Note(std::size_t number, const Status& status);
  bool AllFail() const;  // those that have batches; with the lock

  const Address address_;
  Outbox& outbox_;
  Stop stop_;
  mutable std::mutex mutex_;  // of what is in Shard but its delivery
  std::condition_variable changed_;
  std::vector<Shard> shards_;
};

}  // namespace pdns::store_clickhouse
