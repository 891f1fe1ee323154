#include "ingest/collector.h"

#include <algorithm>

namespace pdns::ingest {

Collector::Collector(Drainer& drainer, const LanePolicy& policy, const CollectorLimits& limits)
    : drainer_(drainer), lane_(policy), limits_(limits), harvest_(drainer.First()) {
  if (limits.lanes <= 1) return;
  crew_ = std::make_unique<Crew>(policy, limits.lanes);
  crew_->Use(harvest_->windows);
}

void Collector::Take(Bytes payload, Counters& counters) {
  TakeFrame(payload, counters);
  if (memory() >= limits_.window_memory) Drain();
}

void Collector::Take(Bytes payload, Counters& counters, const record::SourceId& id,
                     const record::Position& position) {
  constexpr unsigned kFramesPerLook = 256;
  TakeFrame(payload, counters);
  auto& sources = harvest_->sources;
  if (sources.empty() || sources.back().id != id) sources.push_back({id, {}});
  sources.back().position = position;
  if (memory() >= limits_.window_memory) {
    Drain();
  } else if (++frames_unlooked_ >= kFramesPerLook) {
    frames_unlooked_ = 0;
    DrainIfOld();
  }
}

void Collector::TakeFrame(Bytes payload, Counters& counters) {
  if (harvest_->empty()) since_ = Clock::now();
  if (crew_ != nullptr) {
    crew_->Take(payload, counters);
  } else {
    lane_.Take(payload, harvest_->windows.front(), counters);
  }
}

std::size_t Collector::memory() const {
  return crew_ != nullptr ? crew_->memory() : harvest_->windows.front().memory();
}

void Collector::Settle(Counters& counters) {
  if (crew_ == nullptr) return;
  crew_->Await();
  crew_->AddCounters(counters);
}

void Collector::DrainIfOld() {
  if (!harvest_->empty() && UntilOld() <= Clock::duration::zero()) Drain();
}

void Collector::DrainIfOldAndReady() {
  if (drainer_.Ready()) DrainIfOld();
}

void Collector::Drain() {
  if (harvest_->empty()) return;
  if (crew_ != nullptr) crew_->Await();
  harvest_ = drainer_.Exchange(std::move(harvest_));
  if (crew_ != nullptr) crew_->Use(harvest_->windows);
  if (on_hand_over_) on_hand_over_();
}

std::chrono::nanoseconds Collector::UntilOld() const {
  if (harvest_->empty()) return limits_.flush_interval;
  const std::chrono::nanoseconds age = Clock::now() - since_;
  return std::max(limits_.flush_interval - age, std::chrono::nanoseconds(0));
}

}  // namespace pdns::ingest
