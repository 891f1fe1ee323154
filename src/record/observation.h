// What is remembered: a Tuple (what was seen) and its Sighting (when, how often, how far trusted).
//
// Values, free to copy. Functions: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "record/bailiwick.h"
#include "record/rrtype.h"
#include "record/sensors.h"

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

// Their sum, at most kMaxCount. Foreign counts may lie above that already: compares before it adds.
constexpr std::uint64_t SumOfCounts(std::uint64_t a, std::uint64_t b) {
  return a >= kMaxCount || b >= kMaxCount - a ? kMaxCount : a + b;
}

// What was observed of one tuple on every day from `first` to `last`: one observation, or several
// without a day between them that has none. Times are whole seconds since the epoch, UTC, both
// inclusive. A value, free to copy.
struct Sighting {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
  std::uint64_t count = 1;           // response messages that held the tuple
  Bailiwick bailiwick{};             // of the longest zone it was accepted under
  std::uint8_t reasons = kTrusted;   // Reason bits; not zero only for quarantined tuples
  SensorSet sensors = SensorBit(0);  // that saw it, by the numbers of the process
};

// Have the two no day between them on which neither was seen? Only then is their merge a Sighting:
// windows keep others as two entries of one tuple, and the store folds them (record/history.h).
bool AdjoinByDay(const Sighting& a, const Sighting& b);  // the rare case of Joins
inline bool Joins(const Sighting& a, const Sighting& b) {
  // Nearly always they overlap, which tells it without a division.
  return (a.first <= b.last && b.first <= a.last) || AdjoinByDay(a, b);
}

// Folds `from` into `into`, which it joins: min, max, saturating sum, max, or, or. Commutative, and
// associative as far as they join.
void Merge(Sighting& into, const Sighting& from);

}  // namespace pdns::record
