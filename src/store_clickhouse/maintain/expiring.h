// The tuples that are to be removed together: rows that a test found -> [Expiring] -> rows of the
// kinds kExpiring and kExpired (schema.h) on every shard -> conditions for Mutations.
//
// A step: up to kStepRows tuples, or as many as the address says (expire-step), listed in the table
// itself, so that the servers have them and one statement removes them all. Its list is whole when
// the first shard has its head, which is written last. A tuple that comes back is marked in the
// list, by a second row that merges with the first.
//
// The list costs a server some 150 bytes of memory a tuple while it deletes; the client keeps
// kBlockBytes of it.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/database.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/write/native_block.h"

namespace pdns::store_clickhouse {

inline constexpr std::uint64_t kStepRows = 4'000'000;
inline constexpr std::size_t kBlockBytes = std::size_t{32} << 20;

// The head of a step.
struct StepHead {
  std::string mark;  // of the step: 32 digits (mutations.h)
  std::string rule;  // for people, without a byte 00
  store::Trust trust = store::Trust::kTrusted;
  std::uint64_t newest = 0;  // the greatest last-seen of its tuples, in seconds since 1970
};

class Expiring {
 public:
  // `clients`: one a shard, borrowed, as the address is.
  Expiring(const Address& address, std::vector<Client>& clients, Settings insert)
      : address_(address), clients_(clients), insert_(std::move(insert)) {}

  // Begins a step.
  void Begin(const std::string& rule, store::Trust trust);

  // Adds a tuple to it. Errors as Client: what is listed then is of no use, and removes nothing.
  Status Add(const store::Row& row);
  std::uint64_t rows() const { return rows_; }

  // Lists the rest, and the head.
  Status Finish();
  const StepHead& head() const { return head_; }

  // Marks of the steps that any shard has something of.
  Result<std::vector<std::string>> Marks();

  // The head of a step, of the first shard; kNoInput: its list is not whole.
  Result<StepHead> ReadHead(const std::string& mark);

  // Marks those tuples of the step that were seen since it was listed: `found` says how many.
  Status MarkReturned(const StepHead& head, std::uint64_t& found);

  // Counts the tuples of the step, and keeps the numbers by rule and month on the first shard. May
  // be repeated.
  Result<std::uint64_t> KeepCounts(const StepHead& head);

  // What Mutations is to delete: the rows of the step's tuples. Of a tuple that came back after
  // MarkReturned, what is newer than the step stays.
  std::string Condition(const StepHead& head) const;

  // The list itself.
  static std::string ListCondition(const std::string& mark);

 private:
  Status Insert(Client& client, const NativeBlock& block);
  Status Flush();
  Result<NativeBlock> ReturnedOn(Client& client, const StepHead& head) const;
  std::string ListOf(const std::string& mark) const;

  const Address& address_;
  std::vector<Client>& clients_;
  const Settings insert_;
  StepHead head_;
  NativeBlock block_;
  std::uint64_t rows_ = 0;
};

}  // namespace pdns::store_clickhouse
