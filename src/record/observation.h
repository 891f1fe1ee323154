// What is remembered: a Tuple (what was seen) and its Sighting (when, how often, how far trusted).
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::record {

// The identity of a row. Borrowed views, good as long as what they were taken from.
struct Tuple {
  Bytes owner;  // wire name, lower case
  RrType type{};
  Bytes rdata;  // canonical: names inside uncompressed and lower case; at most 65535 bytes

  friend bool operator==(const Tuple& a, const Tuple& b) {
    return a.type == b.type && AsText(a.owner) == AsText(b.owner) &&
           AsText(a.rdata) == AsText(b.rdata);
  }
};

// Why a tuple is not trusted; bits, since one tuple may be refused for several reasons over time.
enum Reason : std::uint8_t {
  kTrusted = 0,
  kOffChain = 1,
  kOutOfBailiwick = 2,
};

// Counts stop here: readers of JSON abort on an integer above 2^63-1.
inline constexpr std::uint64_t kMaxCount = std::numeric_limits<std::int64_t>::max();

// What was observed of one tuple. Times are whole seconds since the epoch, UTC, both inclusive.
struct Sighting {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
  std::uint64_t count = 1;          // response messages that held the tuple
  std::uint8_t zone_labels = 0;     // labels of the longest zone it was accepted under
  std::uint8_t reasons = kTrusted;  // Reason bits; not zero only for quarantined tuples
};

// Folds `from` into `into`: min, max, saturating sum, max, or. Commutative and associative: the one
// merge of window, store and tests.
void Merge(Sighting& into, const Sighting& from);

}  // namespace pdns::record
