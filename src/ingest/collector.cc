#include "ingest/collector.h"

#include <algorithm>

namespace pdns::ingest {

Collector::Collector(Drainer& drainer, const LanePolicy& policy, const CollectorLimits& limits)
    : drainer_(drainer), lane_(policy), limits_(limits), harvest_(drainer.First()) {}

void Collector::Take(Bytes payload, Counters& counters) {
  if (harvest_->empty()) since_ = Clock::now();
  lane_.Take(payload, harvest_->window, counters);
  if (harvest_->window.memory() >= limits_.window_memory) Drain();
}

void Collector::Take(Bytes payload, Counters& counters, const record::SourceId& id,
                     const record::Position& position) {
  constexpr unsigned kFramesPerLook = 256;
  if (harvest_->empty()) since_ = Clock::now();
  lane_.Take(payload, harvest_->window, counters);
  auto& sources = harvest_->sources;
  if (sources.empty() || sources.back().id != id) sources.push_back({id, {}});
  sources.back().position = position;
  if (harvest_->window.memory() >= limits_.window_memory) {
    Drain();
  } else if (++frames_unlooked_ >= kFramesPerLook) {
    frames_unlooked_ = 0;
    DrainIfOld();
  }
}

void Collector::DrainIfOld() {
  if (!harvest_->empty() && UntilOld() <= Clock::duration::zero()) Drain();
}

void Collector::DrainIfOldAndReady() {
  if (drainer_.Ready()) DrainIfOld();
}

void Collector::Drain() {
  if (harvest_->empty()) return;
  harvest_ = drainer_.Exchange(std::move(harvest_));
  if (on_hand_over_) on_hand_over_();
}

std::chrono::nanoseconds Collector::UntilOld() const {
  if (harvest_->empty()) return limits_.flush_interval;
  const std::chrono::nanoseconds age = Clock::now() - since_;
  return std::max(limits_.flush_interval - age, std::chrono::nanoseconds(0));
}

}  // namespace pdns::ingest
