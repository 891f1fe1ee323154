#include "ingest/claims.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pdns::ingest {
namespace {

// Waits for `condition`, the window of the one who waits handed over before. False: the stop came
// first.
template <class Condition>
bool Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
          const std::function<void()>& hand_over, const Stop* stop, Condition condition) {
  if (condition()) return true;
  // Unlocked: it calls HandedOver, and may wait for the disk.
  lock.unlock();
  hand_over();
  lock.lock();
  // A stop wakes no condition variable, since it may be requested in a signal handler. So it is
  // looked at.
  constexpr std::chrono::milliseconds kLook(100);  // at the stop
  while (!changed.wait_for(lock, kLook, condition)) {
    if (stop != nullptr && stop->requested()) return false;
  }
  return true;
}

}  // namespace

Result<Claim> Claims::Acquire(const record::SourceId& id, ClaimHolder& holder, const Stop* stop) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[id];
  // The reference stays good through the wait: a map moves no entry, and one that is waited for is
  // not erased.
  const auto free = [&entry] { return !entry.held || entry.live; };
  ++entry.waiting;  // no sweep may take the entry away meanwhile
  const bool got = Wait(lock, changed_, holder.hand_over_, stop, free);
  --entry.waiting;
  if (got && entry.live) return Claim();
  // Under the lock: nobody may claim the source between the answer and the mark that it is held. It
  // is one lookup in the ledger.
  const Status looked = got ? Look(id, entry) : Status::Io("another reader has it");
  if (!looked.ok()) {
    EraseIfUnknown(id);
    return looked;
  }
  entry.held = true;
  return Claim(*this, &holder, id, entry.position);
}

Result<Claim> Claims::AcquireLive(const Sha256Digest& first_frame) {
  const std::lock_guard lock(mutex_);
  const auto variants = variants_.find(first_frame);
  const std::uint32_t known = variants == variants_.end() ? 0 : variants->second.known;
  // From the first that is not known to be taken: an archive may have begun with the same frame
  // often before (a health check, the same question after each start).
  for (record::SourceId id{first_frame, known};; ++id.variant) {
    Entry& entry = entries_[id];
    if (Status looked = Look(id, entry); !looked.ok()) {
      EraseIfUnknown(id);
      return looked;
    }
    if (entry.held || entry.position.has_value()) continue;
    entry.held = entry.live = true;
    return Claim(*this, nullptr, id, std::nullopt);
  }
}

// Near the beginning, where captures that are not the same differ most often, and at a place that
// the position has a mark for: the second frame, or the first mark behind it.
Claims::Mark Claims::MarkOf(const record::Position& taken) {
  const std::uint64_t stride = record::Stride(taken.frames);
  const std::uint64_t at = stride > 1 ? stride : std::min<std::uint64_t>(taken.frames, 2);
  return {at, taken.marks.at(at / stride - 1)};
}

std::uint32_t Claims::NextVariant(const record::SourceId& id, const record::Position& taken,
                                  const record::Beginning& beginning) {
  const std::lock_guard lock(mutex_);
  // All at once: what is forgotten costs time, never a wrong answer.
  if (variants_known_ >= kMostVariants) {
    variants_.clear();
    variants_known_ = 0;
  }
  const auto found = id.variant == 0 ? variants_.try_emplace(id.first_frame).first
                                     : variants_.find(id.first_frame);
  // They were forgotten while the caller went through them: it goes on one by one.
  if (found == variants_.end()) return id.variant + 1;
  Variants& variants = found->second;
  auto& by_mark = variants.by_mark;
  // Only the next one in order: so that `known` says that all before it have a mark.
  if (id.variant == variants.known) {
    by_mark[MarkOf(taken)].push_back(id.variant);
    ++variants.known;
    ++variants_known_;
  }
  std::uint32_t next = std::max(variants.known, id.variant + 1);
  const auto consider = [&next, &id](const std::vector<std::uint32_t>& among) {
    const auto behind = std::upper_bound(among.begin(), among.end(), id.variant);
    if (behind != among.end()) next = std::min(next, *behind);
  };
  // All marks stand behind a power of two of frames. Where the capture was not read so far nothing
  // tells the variants apart: the first of them is compared, and then it was read so far.
  for (auto at = by_mark.begin(); at != by_mark.end();) {
    const std::uint64_t frames = at->first.frames;
    const auto end = by_mark.upper_bound({frames, ~std::uint64_t{0}});
    if (const auto chain = beginning.ChainAfter(frames); chain.has_value()) {
      const auto same = by_mark.find({frames, *chain});
      if (same != by_mark.end()) consider(same->second);
    } else {
      for (; at != end; ++at) consider(at->second);
    }
    at = end;
  }
  return next;
}

// What an earlier process took of it stands in the sink.
Status Claims::Look(const record::SourceId& id, Entry& entry) const {
  if (entry.held || entry.position.has_value()) return {};
  auto stored = sink_.progress(id);
  if (!stored.ok()) return stored.status();
  entry.position = *stored;
  return {};
}

void Claims::Release(const Claim& claim, const std::optional<record::Position>& position,
                     bool in_window) {
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[claim.id_];
    entry.held = entry.live = false;
    entry.position = position;
    // Once, however often it is released with the same window open.
    if (in_window && entry.window_of != claim.holder_) {
      entry.window_of = claim.holder_;
      claim.holder_->in_window_.push_back(claim.id_);
    }
    EraseIfUnknown(claim.id_);
  }
  changed_.notify_all();
  Sweep();
}

// An entry that says nothing: the sink would be asked all the same.
void Claims::EraseIfUnknown(const record::SourceId& id) {
  const auto found = entries_.find(id);
  if (found->second.idle() && !found->second.position.has_value()) entries_.erase(found);
}

// The sink is asked unlocked, so that nobody waits for its disk. An entry that changed meanwhile
// has another position, since positions only grow, or is not idle. One that has not changed stands
// in the sink for good: batches of a source come in the order of its positions, so the last one is
// there when its position is.
void Claims::Sweep() {
  std::vector<record::SourceId> idle;
  {
    const std::lock_guard lock(mutex_);
    if (sweeping_ || entries_.size() < sweep_at_) return;
    sweeping_ = true;
    for (const auto& [id, entry] : entries_)
      if (entry.idle()) idle.push_back(id);
  }
  for (const record::SourceId& id : idle) {
    const auto committed = sink_.progress(id);
    if (!committed.ok()) continue;
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || !found->second.idle()) continue;
    if (found->second.position == *committed) entries_.erase(found);
  }
  const std::lock_guard lock(mutex_);
  sweep_at_ = std::max(kSweepAt, 2 * entries_.size());
  sweeping_ = false;
}

std::size_t Claims::remembered() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

bool Claims::AwaitTurn(const Claim& claim, const Stop* stop) {
  std::unique_lock lock(mutex_);
  const Entry& entry = entries_[claim.id_];
  return Wait(lock, changed_, claim.holder_->hand_over_, stop, [&entry, &claim] {
    return entry.window_of == nullptr || entry.window_of == claim.holder_;
  });
}

void Claims::HandedOver(ClaimHolder& holder) {
  {
    const std::lock_guard lock(mutex_);
    // The window is queued for the sink now, and batches are applied in the order they came
    // (drainer.h): whoever goes on with these sources comes behind it.
    for (const record::SourceId& id : holder.in_window_) {
      entries_[id].window_of = nullptr;
      EraseIfUnknown(id);
    }
    holder.in_window_.clear();
  }
  changed_.notify_all();
}

ClaimHolder::~ClaimHolder() {
  bool open = false;
  {
    const std::lock_guard lock(claims_.mutex_);
    open = !in_window_.empty();
  }
  if (!open) return;
  hand_over_();
  HandedOver();  // whatever hand_over_ called
}

Claim::Claim(Claim&& other) noexcept
    : claims_(std::exchange(other.claims_, nullptr)),
      holder_(other.holder_),
      id_(other.id_),
      position_(other.position_) {}

Claim& Claim::operator=(Claim&& other) noexcept {
  if (this == &other) return *this;
  if (held()) Finish(position_);
  claims_ = std::exchange(other.claims_, nullptr);
  holder_ = other.holder_;
  id_ = other.id_;
  position_ = other.position_;
  return *this;
}

Claim::~Claim() {
  if (held()) Finish(position_);
}

bool Claim::AwaitTurn(const Stop* stop) { return claims_->AwaitTurn(*this, stop); }

void Claim::Finish(const std::optional<record::Position>& position, bool in_window) {
  // Not held any more before others are woken.
  std::exchange(claims_, nullptr)->Release(*this, position, in_window);
}

}  // namespace pdns::ingest
