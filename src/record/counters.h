// What became of the frames and records of a source, a batch or a whole database: every one counted
// under one name.
//
// A value. Functions: any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/outcome.h"

namespace pdns::record {

struct Counters {
  std::uint64_t frames = 0;
  std::array<std::uint64_t, kFrameOutcomes> frame{};    // by FrameOutcome
  std::array<std::uint64_t, kMessageTypes> skipped{};   // by dnstap message type
  std::array<std::uint64_t, kRecordOutcomes> record{};  // by RecordOutcome

  std::uint64_t Of(FrameOutcome outcome) const { return frame[static_cast<std::size_t>(outcome)]; }
  std::uint64_t Of(RecordOutcome outcome) const {
    return record[static_cast<std::size_t>(outcome)];
  }

  void Count(FrameOutcome outcome) {
    ++frames;
    ++frame[static_cast<std::size_t>(outcome)];
  }
  void Count(RecordOutcome outcome) { ++record[static_cast<std::size_t>(outcome)]; }

  void Add(const Counters& other);
  void Subtract(const Counters& other);  // what was added before

  // Holds always: frames are the sum over all outcomes, the skipped ones the sum over all types.
  bool AddUp() const;

  friend bool operator==(const Counters&, const Counters&) = default;
};

// CounterName::group of what is not used or not stored, in the order in which it is told: of
// frames, then of records.
inline constexpr std::array<std::string_view, 5> kCounterGroups{"skipped", "malformed", "refused",
                                                                "record", "quarantine"};

struct NamedCount {
  CounterName name;
  std::uint64_t count = 0;
};

// The counters that are not zero, in the order of the checks; "skipped" by type. Sums are not among
// them: they are recomputed from these counters.
std::vector<NamedCount> NonZero(const Counters& counters);

// "refused.rcode"; "used" and "stored" stand alone.
std::string FullName(const CounterName& name);

// Adds to the counter of that full name, as NonZero has them, and to the sums it is part of. False:
// there is none of that name.
bool AddNamed(Counters& counters, std::string_view full_name, std::uint64_t count);

}  // namespace pdns::record
