// Which rows of an answer are wanted: tuple, history -> [Filter] -> yes or no.
//
// All bounds are inclusive. One thread at a time, as NamePattern has it.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/name_pattern.h"
#include "base/status.h"
#include "dns/address_block.h"
#include "record/history.h"

namespace pdns::query {

// A bound of time that was given as so long before now ("7d") says how long, so that the same
// question is known again when it is asked later.
using Ago = std::optional<std::chrono::seconds>;

struct Between {
  std::chrono::sys_seconds from = std::chrono::sys_seconds::min();
  std::chrono::sys_seconds to = std::chrono::sys_seconds::max();
  Ago from_ago{};
  Ago to_ago{};

  bool Holds(std::chrono::sys_seconds time) const { return from <= time && time <= to; }
};

// UTC, both inclusive.
struct DaySpan {
  std::chrono::sys_days from;
  std::chrono::sys_days to;
  Ago from_ago{};
  Ago to_ago{};
};

// A set of types, a value: those listed, or all but the DNSSEC ones (ANY), or only those
// (ANY-DNSSEC).
class TypeSet {
 public:
  // "A,AAAA", "ANY", "ANY-DNSSEC,A": kUsage. Added to what the set has.
  Status Add(std::string_view text);

  bool Holds(record::RrType type) const;

  // Those listed, in order, each once, where they are all that the set has; else nothing.
  std::vector<record::RrType> PlainList() const;

  // Bytes that two sets share just where they hold the same types.
  std::string Identity() const;

 private:
  bool all_ = true;  // nothing was added
  bool any_ = false;
  bool dnssec_ = false;
  std::vector<record::RrType> types_;
};

// Copies are cheap but for patterns. One thread at a time, as NamePattern has it.
struct Filter {
  TypeSet types;
  Between first;  // first-seen lies in it
  Between last;   // last-seen lies in it
  std::uint64_t min_count = 0;
  std::uint64_t max_count = std::numeric_limits<std::uint64_t>::max();
  std::optional<DaySpan> active;                      // seen on one of these days
  record::SensorSet sensors = 0;                      // seen by one of them; 0: by any
  std::vector<ask::NamePattern> bailiwicks;           // one of them; none: any, and unknown
  std::vector<ask::NamePattern> excluded_names;       // rrnames
  std::vector<dns::AddressBlock> excluded_addresses;  // in A and AAAA

  // A name pattern, or an address or block: kUsage.
  Status Exclude(std::string_view text);

  // kUsage, naming the two bounds, where no row whatever can pass: "not found" would be said of the
  // filter, and read as said of the name.
  Status Check() const;

  bool Passes(const record::Tuple& tuple, const record::History& history) const;
};

}  // namespace pdns::query
