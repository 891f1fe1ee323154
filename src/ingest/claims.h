// Which source is in whose hands in this process: SourceId -> [Claims] -> Claim, with the position
// to go on from.
//
// Two readers may meet the same capture under two names (a copy, a compressed twin). The second
// waits until the first has read it and then finds it taken, although nothing may be committed yet:
// positions of this run stand here, older ones in the sink.
//
// A reader that goes on where another left off must not reach the sink first: the position it
// commits would cover what the other still holds in its window. So it waits until that window is
// handed over. No two readers wait for each other, since each hands its own window over before it
// waits.
//
// A source that the live path writes itself, frame by frame, is held as live: whoever meets it as a
// file need not wait, since everything in it is taken already.
//
// What is committed is forgotten: the sink answers for it from then on. A source stays as long as
// it is held or waited for, as some of it is in an open window, and as the sink has not committed
// its position. When the sources remembered have doubled, and are kSweepAt at least, all others are
// forgotten. So there are never more than the larger of kSweepAt and twice those that had to stay
// at the last sweep, at about 500 bytes each; a sweep asks the sink for each that it may forget,
// which is two questions a source in the long run.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "ingest/drainer.h"
#include "record/batch.h"
#include "record/comparison.h"

namespace pdns::ingest {

class Claim;
class ClaimHolder;

// Any thread. It outlives every ClaimHolder and Claim of it.
class Claims {
 public:
  explicit Claims(const Sink& sink) : sink_(sink) {}  // which outlives it
  explicit Claims(const Sink&&) = delete;
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  // Waits until nobody holds `id`, then holds it for `holder`, whose window is handed over before a
  // wait. A source that is live is not waited for: the claim returned then holds nothing. The
  // caller holds no other claim, or two holders could wait for each other. On an error nothing is
  // held: kIo if `stop`, where given, ended the wait, or if the sink cannot be asked.
  Result<Claim> Acquire(const record::SourceId& id, ClaimHolder& holder,
                        const Stop* stop = nullptr);

  // Holds, as live, a source that begins with `first_frame` and that nobody has taken any of. Never
  // waits.
  Result<Claim> AcquireLive(const Sha256Digest& first_frame);

  // For a capture that begins with the first frame of `id`, was read as far as `beginning`, and is
  // not `id`, which was taken as far as `taken`: the next variant that it may be. Asks no sink and
  // never waits. Variants that the caller has passed over in ascending order are remembered by a
  // mark near their beginning, at about 120 bytes each, so that among thousands those few are found
  // that have the same one. There are kMostVariants at most; then all are left out, and learned
  // anew as they are met.
  std::uint32_t NextVariant(const record::SourceId& id, const record::Position& taken,
                            const record::Beginning& beginning);

  static constexpr std::size_t kMostVariants = 65'536;
  static constexpr std::size_t kSweepAt = 1024;
  std::size_t remembered() const;  // sources, now

 private:
  friend class Claim;
  friend class ClaimHolder;

  struct Entry {
    bool held = false;
    bool live = false;
    std::size_t waiting = 0;                 // for it, in Acquire
    const ClaimHolder* window_of = nullptr;  // whose window holds some of it
    std::optional<record::Position> position;

    bool idle() const { return !held && waiting == 0 && window_of == nullptr; }
  };

  // The chain after so many frames, which stays the same however far the source is taken later.
  struct Mark {
    std::uint64_t frames;
    std::uint64_t chain;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
    friend auto operator<=>(const Mark&, const Mark&) = default;
  };
  // The sources that begin with one frame.
  struct Variants {
    std::uint32_t known = 0;                               // those before it are taken
    std::map<Mark, std::vector<std::uint32_t>> by_mark{};  // of those; ascending
  };

  static Mark MarkOf(const record::Position& taken);
  void Sweep();
  void EraseIfUnknown(const record::SourceId& id);
  Status Look(const record::SourceId& id, Entry& entry) const;
  void Release(const Claim& claim, const std::optional<record::Position>& position, bool in_window);
  bool AwaitTurn(const Claim& claim, const Stop* stop);
  void HandedOver(ClaimHolder& holder);

  const Sink& sink_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<record::SourceId, Entry> entries_;  // guarded by mutex_, as what follows
  std::map<Sha256Digest, Variants> variants_;
  std::size_t variants_known_ = 0;  // in all of them
  std::size_t sweep_at_ = kSweepAt;
  bool sweeping_ = false;
};

// One that claims sources and has a window, which may hold frames of sources that it holds no
// longer. One thread at a time, that of the window.
class ClaimHolder {
 public:
  // `hand_over` hands the window over and then calls HandedOver; it must be good as long as this
  // object lives, and so must `claims`.
  ClaimHolder(Claims& claims, std::function<void()> hand_over)
      : claims_(claims), hand_over_(std::move(hand_over)) {}
  // If the window still holds frames of a source, it is handed over, so that nobody waits for it.
  ~ClaimHolder();
  ClaimHolder(const ClaimHolder&) = delete;
  ClaimHolder& operator=(const ClaimHolder&) = delete;

  // To be called whenever the window is on its way to the sink.
  void HandedOver() { claims_.HandedOver(*this); }

 private:
  friend class Claims;

  Claims& claims_;
  const std::function<void()> hand_over_;
  std::vector<record::SourceId> in_window_;  // guarded by the mutex of claims_
};

// A source that is held, as long as this object lives and Finish was not called. Movable; one
// thread at a time, that of its holder. A live claim has no holder: one thread at a time.
class Claim {
 public:
  Claim() = default;  // holds nothing
  Claim(Claim&& other) noexcept;
  Claim& operator=(Claim&& other) noexcept;  // ends what it held before, as the destructor does
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  // Nothing was taken under the claim: the source stands where it stood. Whoever took some of it
  // calls Finish, or the next holder takes that again.
  ~Claim();

  bool held() const { return claims_ != nullptr; }

  // While it is held, and good until the next assignment: how far the source was taken when it was
  // acquired, if ever.
  const record::SourceId& id() const { return id_; }
  const std::optional<record::Position>& position() const { return position_; }

  // To be called before frames are taken: waits until no other holder's window holds any of the
  // source. False: `stop`, if any, ended the wait, and nothing may be taken.
  bool AwaitTurn(const Stop* stop = nullptr);

  // Ends the claim: the source is taken as far as `position`, if at all. `in_window`: the window of
  // the holder still holds some of it.
  void Finish(const std::optional<record::Position>& position, bool in_window = false);

 private:
  friend class Claims;

  Claim(Claims& claims, ClaimHolder* holder, const record::SourceId& id,
        const std::optional<record::Position>& position)
      : claims_(&claims), holder_(holder), id_(id), position_(position) {}

  Claims* claims_ = nullptr;
  ClaimHolder* holder_ = nullptr;  // null: live
  record::SourceId id_;
  std::optional<record::Position> position_;
};

}  // namespace pdns::ingest
