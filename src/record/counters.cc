#include "record/counters.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace pdns::record {
namespace {

template <class Array, class Operation>
void Combine(Array& into, const Array& from, Operation operation) {
  std::transform(into.begin(), into.end(), from.begin(), into.begin(), operation);
}

template <class Array>
std::uint64_t Sum(const Array& values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

// Calls `each(name, counter)` for all counters but sums, until it says true.
template <class AnyCounters, class Each>
bool AnyOf(AnyCounters& counters, const Each& each) {
  for (std::size_t i = 0; i < kFrameOutcomes; ++i) {
    const auto outcome = static_cast<FrameOutcome>(i);
    if (outcome != FrameOutcome::kSkipped && each(NameOf(outcome), counters.frame[i])) return true;
  }
  for (std::size_t i = 0; i < kMessageTypes; ++i)
    if (each(CounterName{"skipped", MessageTypeName(i)}, counters.skipped[i])) return true;
  for (std::size_t i = 0; i < kRecordOutcomes; ++i)
    if (each(NameOf(static_cast<RecordOutcome>(i)), counters.record[i])) return true;
  return false;
}

bool Is(const CounterName& name, std::string_view full_name) {
  if (name.group.empty()) return full_name == name.name;
  const std::size_t dot = name.group.size();
  return full_name.size() == dot + 1 + name.name.size() && full_name.starts_with(name.group) &&
         full_name[dot] == '.' && full_name.ends_with(name.name);
}

}  // namespace

void Counters::Add(const Counters& other) {
  frames += other.frames;
  Combine(frame, other.frame, std::plus<>());
  Combine(skipped, other.skipped, std::plus<>());
  Combine(record, other.record, std::plus<>());
}

void Counters::Subtract(const Counters& other) {
  frames -= other.frames;
  Combine(frame, other.frame, std::minus<>());
  Combine(skipped, other.skipped, std::minus<>());
  Combine(record, other.record, std::minus<>());
}

bool Counters::AddUp() const {
  return frames == Sum(frame) && Of(FrameOutcome::kSkipped) == Sum(skipped);
}

std::vector<NamedCount> NonZero(const Counters& counters) {
  std::vector<NamedCount> named;
  AnyOf(counters, [&named](const CounterName& name, std::uint64_t count) {
    if (count > 0) named.push_back({name, count});
    return false;
  });
  return named;
}

std::string FullName(const CounterName& name) {
  std::string full(name.group);
  if (!full.empty()) full += '.';
  return full.append(name.name);
}

bool AddNamed(Counters& counters, std::string_view full_name, std::uint64_t count) {
  const bool found = AnyOf(counters, [&](const CounterName& name, std::uint64_t& counter) {
    if (!Is(name, full_name)) return false;
    counter += count;
    return true;
  });
  if (!found) return false;
  counters.frame[static_cast<std::size_t>(FrameOutcome::kSkipped)] = Sum(counters.skipped);
  counters.frames = Sum(counters.frame);
  return true;
}

}  // namespace pdns::record
