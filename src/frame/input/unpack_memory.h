// The memory that compressed files take to be unpacked, shared by the files of a run:
// header of a file -> [UnpackShare] -> [UnpackMemory] -> granted, waited for, or refused.
//
// A file says how much it takes (xz up to 4 GiB, zstd up to 3.75 TiB) before any of it is
// allocated. So each input draws what its header names, and allocates only what was granted. A file
// that takes more than there is for all together is refused, with a sentence. What others hold at
// the moment is waited for, in the order of asking.
//
// No deadlock: only a share that holds nothing waits. Whoever owns it waits with nothing that
// others wait for: no claim of a source, and an empty window (Waiter::AwaitMemory hands it over).
// So nobody ever waits for one who waits here, and whoever holds memory reads on to the end of his
// file and gives it back. A share that holds some grows by a try alone. If the try fails, the owner
// lets go of all, reserves missed() and opens the file anew; a pipe, which cannot be opened anew,
// ends there.
//
// A pipe may keep its share for as long as its writer likes. So what pipes hold does not count as
// memory that will come back, and nobody waits for it.
//
// Units: bytes of address space, as the decoders allocate them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>

#include "base/status.h"

namespace pdns::frame {

class Waiter;
class UnpackShare;

// Any thread.
class UnpackMemory {
 public:
  // `most` for all files together. `way_out` ends the sentence of a refusal: what its reader can
  // do.
  UnpackMemory(std::size_t most, std::string way_out);
  UnpackMemory(const UnpackMemory&) = delete;
  UnpackMemory& operator=(const UnpackMemory&) = delete;

  std::size_t most() const { return most_; }
  std::size_t held() const;     // now
  std::size_t peak() const;     // the most that was held at once
  std::size_t waiting() const;  // shares that wait now

 private:
  friend class UnpackShare;

  // Of one share, all under mutex_.
  bool Never(const UnpackShare& share, std::size_t bytes) const;
  bool Fits(std::size_t bytes) const { return bytes <= most_ - held_; }
  void Hold(UnpackShare& share, std::size_t bytes);

  const std::size_t most_;
  const std::string way_out_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<const UnpackShare*> waiting_;  // in the order of asking; guarded by mutex_, as below
  std::size_t held_ = 0;
  std::size_t of_pipes_ = 0;  // of held_
  std::size_t peak_ = 0;
};

// What one file holds of it, through all compressions that lie in one another. One thread.
class UnpackShare {
 public:
  // `memory` and `waiter` outlive it. Without a waiter it never waits.
  UnpackShare(UnpackMemory& memory, Waiter* waiter);
  ~UnpackShare();  // gives all back
  UnpackShare(const UnpackShare&) = delete;
  UnpackShare& operator=(const UnpackShare&) = delete;

  // To be called before anything is drawn: the file is a pipe.
  void SetPipe() { pipe_ = true; }

  // Draws `least` at once, or up to `wish` where so much can be had, which Grow then uses up.
  // Otherwise as Grow.
  Result<bool> Reserve(std::size_t least, std::size_t wish);

  // A decoder of the file takes `by` bytes more; `format` is for the sentence. False: a stop came.
  // kIo: there is not as much, and nothing was drawn.
  Result<bool> Grow(std::string_view format, std::size_t by);

  // What the file takes altogether by now, if the last Grow failed since others hold the memory,
  // and it is no pipe; else 0.
  std::size_t missed() const { return missed_; }

 private:
  friend class UnpackMemory;

  enum class Drawn : std::uint8_t { kGranted, kNever, kHeldByOthers, kStopped };

  Drawn Draw(std::size_t bytes);
  Drawn Await(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  Status Refusal(std::string_view format, std::size_t bytes, bool never) const;

  UnpackMemory& memory_;
  Waiter* waiter_;
  bool pipe_ = false;
  std::size_t drawn_ = 0;
  std::size_t used_ = 0;  // of it, by decoders
  std::size_t missed_ = 0;
};

}  // namespace pdns::frame
