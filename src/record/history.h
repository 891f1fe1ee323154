// All that is known of one tuple, folded: what the store keeps and answers tell.
//
//   Sighting -> [Merge] -> History -> disk -> History -> query -> render
//
// A Sighting (record/observation.h) is one unbroken run of days, as windows have it; a History
// knows every UTC day on which the tuple was seen, exactly.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "record/observation.h"

namespace pdns::record {

// Days without a gap, both inclusive, UTC. A value.
struct DayRun {
  std::chrono::sys_days first;
  std::chrono::sys_days last;

  friend bool operator==(const DayRun&, const DayRun&) = default;
};

inline std::chrono::sys_days DayOf(std::chrono::sys_seconds time) {
  return std::chrono::floor<std::chrono::days>(time);
}

// The days of a tuple, in the least form that says them all: most tuples are seen once, or every
// day, or come back once. The days of first-seen and last-seen are always among them.
enum class DayForm : std::uint8_t {
  kEvery,  // every day from first to last
  kEnds,   // the first and the last day, and none between; they are two days apart or more
  kRuns,   // as `runs` says; neither of the above
};

// A value: free to copy; each copy is one thread's at a time.
struct History {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
  std::uint64_t count = 0;  // response messages, at most kMaxCount
  Bailiwick bailiwick;
  std::uint8_t reasons = kTrusted;
  SensorSet sensors = SensorBit(0);
  DayForm days = DayForm::kEvery;
  std::vector<DayRun> runs;  // only of kRuns: in order, at least one day apart

  History() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a sighting is a history of one
  History(const Sighting& sighting)
      : first(sighting.first),
        last(sighting.last),
        count(sighting.count),
        bailiwick(sighting.bailiwick),
        reasons(sighting.reasons),
        sensors(sighting.sensors) {}

  friend bool operator==(const History&, const History&) = default;
};

// Folds `from` into `into`: min, max, saturating sum, max, or, union of days. Commutative and
// associative: whatever is folded in whatever order gives equal histories. Linear in the runs.
void Merge(History& into, const History& from);

// The days as runs, in order; at least one.
std::vector<DayRun> RunsOf(const History& history);

// The part of a sighting that falls on one run of its days. The first run carries the count of all:
// whoever stores the parts, stores all of them together, and their merge has it again.
Sighting PartOf(const Sighting& whole, const DayRun& run, bool first);

// How many days they are.
std::uint64_t CountDays(const History& history);

// Was it seen on a day of from..to, both inclusive? No where `from` is behind `to`.
bool SeenBetween(const History& history, std::chrono::sys_days from, std::chrono::sys_days to);

}  // namespace pdns::record
