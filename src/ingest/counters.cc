#include "ingest/counters.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "dnstap/decode.h"

namespace pdns::ingest {
namespace {

template <class Array, class Operation>
void Combine(Array& into, const Array& from, Operation operation) {
  std::transform(into.begin(), into.end(), from.begin(), into.begin(), operation);
}

template <class Array>
std::uint64_t Sum(const Array& values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
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
  return frames == Sum(frame) && Of(record::FrameFate::kSkipped) == Sum(skipped);
}

bool Counters::OnlyForwards() const {
  const std::uint64_t unread =
      Of(record::FrameFate::kMalformedFrame) + Of(record::FrameFate::kMalformedProtobuf);
  const std::uint64_t wanted = frames - Of(record::FrameFate::kSkipped) - unread;
  return skipped[dnstap::kForwarderResponse] > 0 && wanted == 0;
}

}  // namespace pdns::ingest
