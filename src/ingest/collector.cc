#include "ingest/collector.h"

#include <algorithm>

namespace pdns::ingest {

Collector::Collector(Drainer& drainer, const source::Policy& policy, const CollectorLimits& limits)
    : drainer_(drainer),
      policy_(policy),
      kind_(&source::Dnstap()),
      decoder_(kind_->decode(policy_, drainer.sensors())),
      limits_(limits),
      share_(Drainer::Join(std::max<std::size_t>(1, limits.workers))),
      buffer_(drainer.First(*share_)) {
  if (limits.workers <= 1) return;
  pool_ = std::make_unique<WorkerPool>(*kind_, policy_, drainer.sensors(), limits.workers);
  pool_->Use(buffer_->windows);
}

void Collector::UseKind(const source::Kind& kind) {
  if (&kind == kind_) return;
  FinishCounting();
  kind_ = &kind;
  decoder_ = kind.decode(policy_, drainer_.sensors());
  if (pool_ == nullptr) return;
  pool_ = std::make_unique<WorkerPool>(kind, policy_, drainer_.sensors(), limits_.workers);
  pool_->Use(buffer_->windows);
}

void Collector::Add(Bytes record, record::Counters& counters) {
  AddRecord(record, counters);
  ++buffer_->unplaced;
  DrainIfFull();
}

void Collector::Add(Bytes record, record::Counters& counters, const source::Place& place) {
  // The clock is asked once in so many records; who is idle asks by DrainIfOld itself.
  constexpr unsigned kRecordsPerLook = 256;
  AddRecord(record, counters);
  MoveSource(place);
  DrainIfFull();
  if (++records_unlooked_ < kRecordsPerLook) return;
  records_unlooked_ = 0;
  DrainIfOld();
}

const source::Opened* Collector::Open(Bytes record, record::Counters& counters) {
  Begin(counters);
  return decoder_->Open(record, fresh_);
}

void Collector::AddOpened(const source::Opened* opened, record::Counters& counters,
                          const source::Place* place) {
  Begin(counters);
  if (opened != nullptr) AddObservations(decoder_->Decode(*opened, fresh_));
  if (place != nullptr) {
    MoveSource(*place);
  } else {
    ++buffer_->unplaced;
  }
  DrainIfFull();
}

bool Collector::Accepts(Bytes record, record::Counters& counters) {
  return decoder_->Open(record, counters) != nullptr;
}

void Collector::CountOnly(const record::Counters& frame, record::Counters& counters) {
  Begin(counters);
  fresh_.Add(frame);
}

void Collector::AddBroken(record::Counters& counters, const source::Place* place) {
  Begin(counters);
  fresh_.Count(record::FrameOutcome::kMalformedFrame);
  if (place != nullptr) MoveSource(*place);
}

void Collector::Begin(record::Counters& counters) {
  // The age is that of the oldest frame: a window that gets few frames is written as soon as a busy
  // one.
  if (empty()) since_ = Clock::now();
  if (of_source_ == &counters) return;
  FinishCounting();
  of_source_ = &counters;
}

// Each frame is counted twice, for its source and for the batch it commits with: added up here, so
// that it costs nothing a frame.
void Collector::CountFresh() {
  if (pool_ != nullptr) pool_->AddCounters(fresh_);
  if (of_source_ != nullptr) of_source_->Add(fresh_);
  // Frames of a source wait in pending_ until its position is set: one that does not move must not
  // be counted, or the run that takes it later counts it twice.
  (buffer_->sources.empty() ? buffer_->counters : pending_).Add(fresh_);
  fresh_ = {};
}

void Collector::MoveSource(const source::Place& place) {
  auto& sources = buffer_->sources;
  if (sources.empty() || sources.back().id != place.id()) {
    SetPosition();
    if (place.id() != place_.id()) {
      pending_ = {};
      moved_ = false;
    }
    sources.push_back({place.id(), {}});
  }
  place_ = place;
}

bool Collector::Moves() const { return moved_ || !source::OnlyRefusedForTime(pending_); }

record::Counters Collector::Refused(const record::SourceId& id) const {
  return id == place_.id() && source::OnlyRefusedForTime(pending_) ? pending_ : record::Counters();
}

std::optional<record::Position> Collector::MovedTo(const record::SourceId& id) const {
  return id == place_.id() && moved_ ? std::optional(moved_to_) : std::nullopt;
}

void Collector::ForgetRefused(const record::SourceId& id) {
  if (Refused(id).frames > 0) pending_ = {};
}

// A position costs a hash: made when its source is left, or when the batch is.
void Collector::SetPosition() {
  auto& sources = buffer_->sources;
  if (sources.empty()) return;
  if (source::OnlyRefusedForTime(pending_)) return sources.pop_back();
  sources.back().position = moved_to_ = place_.position();
  buffer_->counters.Add(pending_);
  pending_ = {};
  moved_ = true;
}

void Collector::DrainIfFull() {
  if (memory() >= limits_.window_memory) Drain();
}

void Collector::AddRecord(Bytes record, record::Counters& counters) {
  Begin(counters);
  if (pool_ != nullptr) {
    pool_->Add(record, fresh_);
  } else if (const source::Opened* opened = decoder_->Open(record, fresh_); opened != nullptr) {
    AddObservations(decoder_->Decode(*opened, fresh_));
  }
}

void Collector::AddObservations(std::span<const source::Observation> observations) {
  for (const source::Observation& seen : observations)
    buffer_->windows.front().Add(seen.tuple, seen.sighting);
}

std::size_t Collector::memory() const {
  return pool_ != nullptr ? pool_->memory() : buffer_->windows.front().memory();
}

void Collector::FinishCounting() {
  if (of_source_ == nullptr) return;
  if (pool_ != nullptr) pool_->Await();
  CountFresh();
  of_source_ = nullptr;
}

std::vector<source::Remark> Collector::ReleaseRemarks() {
  auto remarks = pool_ != nullptr ? pool_->ReleaseRemarks() : decoder_->ReleaseRemarks();
  std::sort(remarks.begin(), remarks.end(),
            [](const auto& a, const auto& b) { return a.record < b.record; });
  remarks.resize(std::min(remarks.size(), source::kMostRemarks));
  return remarks;
}

void Collector::DrainIfOld() {
  if (!empty() && UntilOld() <= Clock::duration::zero()) Drain();
}

void Collector::DrainIfOldAndReady() {
  if (drainer_.Ready(*share_)) DrainIfOld();
}

void Collector::Drain() {
  if (empty()) return;
  if (pool_ != nullptr) pool_->Await();
  CountFresh();
  SetPosition();
  // The position comes last, behind all that it covers.
  buffer_ = drainer_.Exchange(share_, std::move(buffer_));
  if (pool_ != nullptr) pool_->Use(buffer_->windows);
  // Behind the exchange: whoever waits for this window may go on now, and its own batch comes
  // behind this one.
  if (on_hand_over_) on_hand_over_();
}

std::chrono::nanoseconds Collector::UntilOld() const {
  if (empty()) return limits_.flush_interval;
  const std::chrono::nanoseconds age = Clock::now() - since_;
  return std::max(limits_.flush_interval - age, std::chrono::nanoseconds(0));
}

}  // namespace pdns::ingest
