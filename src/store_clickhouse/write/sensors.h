// Names of sensors -> [SensorClaims] -> their numbers in the cluster, the same for all writers.
//
// A tuple carries a set of numbers that merges by `or` at the server, so a number must mean one
// name for good, whoever wrote the row. ClickHouse has no compare-and-set; numbers are won like
// this, on the first shard alone:
//
//   1. Write a claim: a row of kSensor with a number that has no claim yet, and the name.
//   2. Read all claims of that number. If another name has one, give up (a second row, which merges
//      into the claim), and begin anew with another number, by chance.
//   3. Else confirm it, and use it.
//
// Of two writers that claim one number, the one that reads later sees both claims, so no two names
// are confirmed for one number. A number that both give up stays unused. Two writers that claim one
// name at the same moment may win a number each: the name then has two numbers.
//
// What was learned is kept in the outbox. While the first shard is away, a name that is not known
// yet is counted among the others (record::kOtherSensors). This is told once, and tried
// again every 30 s.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/sensors.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/write/outbox.h"

namespace pdns::store_clickhouse {

// A row of kSensor, merged.
struct SensorClaim {
  unsigned number = 0;
  std::string name;
  std::uint8_t reasons = 0;
};

// All claims of a shard. kMalformed: an answer that is none.
Result<std::vector<SensorClaim>> ReadClaims(Client& client, const std::string& table);

class SensorClaims {
 public:
  // Borrowed; `client` is of the first shard.
  SensorClaims(Client& client, const Address& address, const Outbox& outbox);

  // What the outbox has. kDisk, kIo, kCorrupt.
  Status Load();

  // By the numbers of a process, whose `names` are: the bits of the cluster. Never fails: see
  // above.
  std::vector<record::SensorSet> BitsOf(std::span<const std::string> names);

 private:
  Result<unsigned> Claim(const std::string& name);
  Result<bool> TryNumber(unsigned number, const std::string& name);
  Status Write(unsigned number, const std::string& name, std::uint8_t reasons);
  Status Keep() const;

  Client& client_;
  const std::string table_;
  const Outbox& outbox_;
  std::map<std::string, unsigned> known_;
  using Clock = std::chrono::steady_clock;
  Clock::time_point next_try_{};  // after a shard that did not answer: Apply is not to wait often
  bool told_ = false;
};

}  // namespace pdns::store_clickhouse
