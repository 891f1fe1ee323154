#include "ingest/collector.h"

#include <algorithm>

namespace pdns::ingest {

Collector::Collector(Drainer& drainer, const LanePolicy& policy, const CollectorLimits& limits)
    : drainer_(drainer),
      lane_(policy),
      limits_(limits),
      share_(Drainer::Join(std::max<std::size_t>(1, limits.lanes))),
      harvest_(drainer.First(*share_)) {
  if (limits.lanes <= 1) return;
  crew_ = std::make_unique<Crew>(policy, limits.lanes);
  crew_->Use(harvest_->windows);
}

void Collector::Take(Bytes payload, Counters& counters) {
  TakeFrame(payload, counters);
  DrainIfFull();
}

void Collector::Take(Bytes payload, Counters& counters, const record::SourceId& id,
                     const record::Position& position) {
  constexpr unsigned kFramesPerLook = 256;
  TakeFrame(payload, counters);
  MoveSource(id, position);
  DrainIfFull();
  if (++frames_unlooked_ < kFramesPerLook) return;
  frames_unlooked_ = 0;
  DrainIfOld();
}

const dnstap::Response* Collector::Open(Bytes payload, Counters& counters) {
  return lane_.Open(payload, counters);
}

void Collector::TakeOpened(const dnstap::Response* response, Counters& counters,
                           const record::SourcePosition* place) {
  Begin();
  if (response != nullptr) lane_.Take(*response, harvest_->windows.front(), counters);
  if (place != nullptr) MoveSource(place->id, place->position);
  DrainIfFull();
}

void Collector::Begin() {
  if (harvest_->empty()) since_ = Clock::now();
}

void Collector::MoveSource(const record::SourceId& id, const record::Position& position) {
  auto& sources = harvest_->sources;
  if (sources.empty() || sources.back().id != id) sources.push_back({id, {}});
  sources.back().position = position;
}

void Collector::DrainIfFull() {
  if (memory() >= limits_.window_memory) Drain();
}

void Collector::TakeFrame(Bytes payload, Counters& counters) {
  Begin();
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
  if (drainer_.Ready(*share_)) DrainIfOld();
}

void Collector::Drain() {
  if (harvest_->empty()) return;
  if (crew_ != nullptr) crew_->Await();
  harvest_ = drainer_.Exchange(share_, std::move(harvest_));
  if (crew_ != nullptr) crew_->Use(harvest_->windows);
  if (on_hand_over_) on_hand_over_();
}

std::chrono::nanoseconds Collector::UntilOld() const {
  if (harvest_->empty()) return limits_.flush_interval;
  const std::chrono::nanoseconds age = Clock::now() - since_;
  return std::max(limits_.flush_interval - age, std::chrono::nanoseconds(0));
}

}  // namespace pdns::ingest
