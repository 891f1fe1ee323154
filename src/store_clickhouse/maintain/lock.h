// One run at a time removes rows of a cluster: Upkeep -> [UpkeepLock] -> a table `upkeep` on the
// first shard.
//
// CREATE TABLE is the one thing of ClickHouse that only one of several can do, so the table itself
// is the lock: who made it has it. Its definition names the holder (holder.h), and its one row is
// a number that the holder raises every kBeat. DROP TABLE gives the lock back.
//
// A run that was killed leaves its lock. Another one sets it aside (RENAME, to a name by which only
// one of several can do it) if the holder was a process of this machine that has ended, or if the
// number stood still for kLooks looks, one a second, while the server answered each time. Clocks
// are not compared.
//
// A holder that stood still for longer than that, and goes on, has lost its lock: it must Check
// before each statement that others would mind.
//
// One thread at a time, but for Release's own. Memory: one connection each for the numbers and for
// the questions.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/status.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/maintain/holder.h"

namespace pdns::store_clickhouse {

class UpkeepLock {
 public:
  static constexpr std::chrono::seconds kBeat{3};
  static constexpr int kLooks = 20;

  // `address` is borrowed. Asks nothing.
  UpkeepLock(const Address& address, const std::string& password);
  ~UpkeepLock();
  UpkeepLock(const UpkeepLock&) = delete;
  UpkeepLock& operator=(const UpkeepLock&) = delete;

  // Called while it waits, a few times a second. False ends the wait.
  using GoOn = std::function<bool()>;

  // Gets the lock, unless this object has it already. False: the wait was ended. kBusy: another
  // run has it, which the message names. kCorrupt: the table is none of pdns. Else as Client.
  Result<bool> Lock(const GoOn& go_on);

  // kBusy: another run took the lock over. Else as Client.
  Status Check();

  // Gives it back. If that fails, the next run sets it aside.
  void Release();

 private:
  enum class Sign { kAlive, kGone, kEnded };

  std::string Table(const std::string& aside = {}) const;
  Result<std::optional<Holder>> ReadHolder(const std::string& aside = {});
  Result<bool> Create(bool& mine);
  Result<Sign> Look(const Holder& other, const GoOn& go_on);
  Result<Sign> WatchNumber(const Holder& other, const GoOn& go_on);
  Status SetAside(const Holder& dead);
  Status Busy(const Holder& other) const;
  Status StartBeating();
  void Beat();

  const Address& address_;
  const Holder own_;
  Client client_;  // for questions
  Client beats_;   // of the thread
  bool locked_ = false;
  std::thread beating_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool end_ = false;  // under the mutex
};

}  // namespace pdns::store_clickhouse
