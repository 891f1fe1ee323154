#include "record/history.h"

#include <algorithm>
#include <iterator>

namespace pdns::record {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Sorted runs, joined where they overlap or follow each other.
std::vector<DayRun> Joined(const std::vector<DayRun>& a, const std::vector<DayRun>& b) {
  std::vector<DayRun> all;
  all.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all),
             [](const DayRun& one, const DayRun& other) { return one.first < other.first; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].first <= all[kept].last + days(1)) {
      all[kept].last = std::max(all[kept].last, all[i].last);
    } else {
      all[++kept] = all[i];
    }
  }
  all.resize(kept + 1);
  return all;
}

// One set of days has one form, so that equal histories are equal bytes.
void SetDays(History& history, std::vector<DayRun> runs) {
  const bool ends =
      runs.size() == 2 && runs[0].first == runs[0].last && runs[1].first == runs[1].last;
  history.days = DayForm::kRuns;
  if (runs.size() == 1) history.days = DayForm::kEvery;
  if (ends) history.days = DayForm::kEnds;
  if (history.days != DayForm::kRuns) runs.clear();
  history.runs = std::move(runs);
}

// Most merges: both without a gap, and none between them.
bool StaysWhole(const History& a, const History& b) {
  return a.days == DayForm::kEvery && b.days == DayForm::kEvery &&
         DayOf(a.first) <= DayOf(b.last) + days(1) && DayOf(b.first) <= DayOf(a.last) + days(1);
}

}  // namespace

void Merge(History& into, const History& from) {
  std::vector<DayRun> runs;
  const bool whole = StaysWhole(into, from);
  if (!whole) runs = Joined(RunsOf(into), RunsOf(from));
  into.first = std::min(into.first, from.first);
  into.last = std::max(into.last, from.last);
  into.count = SumOfCounts(into.count, from.count);
  into.bailiwick = std::max(into.bailiwick, from.bailiwick);
  into.reasons = static_cast<std::uint8_t>(into.reasons | from.reasons);
  into.sensors |= from.sensors;
  if (!whole) SetDays(into, std::move(runs));
}

std::vector<DayRun> RunsOf(const History& history) {
  const sys_days first = DayOf(history.first);
  const sys_days last = DayOf(history.last);
  switch (history.days) {
    case DayForm::kEvery:
      return {{first, last}};
    case DayForm::kEnds:
      return {{first, first}, {last, last}};
    case DayForm::kRuns:
      break;
  }
  return history.runs;
}

Sighting PartOf(const Sighting& whole, const DayRun& run, bool first) {
  constexpr std::chrono::seconds kLastOfDay = std::chrono::days(1) - std::chrono::seconds(1);
  Sighting part = whole;
  part.first = std::max<std::chrono::sys_seconds>(whole.first, run.first);
  part.last = std::min<std::chrono::sys_seconds>(whole.last, run.last + kLastOfDay);
  if (!first) part.count = 0;
  return part;
}

std::uint64_t CountDays(const History& history) {
  std::uint64_t count = 0;
  for (const DayRun& run : RunsOf(history))
    count += static_cast<std::uint64_t>((run.last - run.first).count()) + 1;
  return count;
}

bool SeenBetween(const History& history, sys_days from, sys_days to) {
  const std::vector<DayRun> runs = RunsOf(history);
  return from <= to && std::any_of(runs.begin(), runs.end(), [&](const DayRun& run) {
           return run.first <= to && run.last >= from;
         });
}

}  // namespace pdns::record
