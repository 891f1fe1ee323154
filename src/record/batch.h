// What one drain hands to the store, whole or not at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "record/counters.h"
#include "record/entry.h"
#include "record/position.h"

namespace pdns::record {

// Rows that a rule of expiry removed from the database that a batch comes from: of those that were
// last seen in the month of `last`.
struct ExpiredRows {
  std::string rule;
  std::chrono::sys_seconds last;
  std::uint64_t rows = 0;
};

// Entries in any order; a tuple that comes up several times in a list is the merge of them.
// `sensors` names the numbers that the sightings carry, a number without a name is one of the
// others (record/sensors.h); empty: there is one sensor, without a name. Borrowed for the call.
struct Batch {
  std::span<const SourcePosition> sources;  // empty for what cannot be replayed (a socket)
  std::span<const std::string> sensors;     // names of the numbers that the sightings carry
  std::span<const Entry* const> trusted;
  std::span<const Entry* const> quarantined;
  Counters counters{};  // of the frames that it covers, those included that left nothing else
  // From another database, whose last batch this is (admin/transfer/transfer.h): what expired
  // there, and the earliest first-seen and latest last-seen of all that it ever had; empty, 0:
  // none.
  std::span<const ExpiredRows> expired{};
  std::chrono::sys_seconds first{};
  std::chrono::sys_seconds last{};
};

// What a batch changed among the trusted tuples.
struct Applied {
  std::uint64_t tuples_new = 0;
  std::uint64_t tuples_updated = 0;
};

}  // namespace pdns::record
