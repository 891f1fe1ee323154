// Whose turn it is among descriptors of one kind: fds that are ready -> [RoundRobin] -> one at a
// time.
//
// Each kind of peer has a round robin of its own, so that what a crowd of one kind costs is spent
// within the slice of its kind and the others come round meanwhile. Within one, all that are ready
// take turns: who was given out stands behind those who were ready with it, whether the slice ended
// between them or not.
//
// Memory: kAtOnce entries and one for each fd that was put back. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "net/descriptor.h"

namespace pdns::frame {

class RoundRobin {
 public:
  static constexpr std::size_t kAtOnce = 64;  // asked of the kernel

  RoundRobin();

  // `operation` and `events` as of epoll_ctl(2). False: the system refuses.
  bool Watch(int fd, unsigned events, int operation) const;

  // To be waited on: readable while some fd is ready.
  int fd() const { return epoll_.get(); }

  // For the descriptor that holds bytes which no poll announces: it has another turn.
  void PutBack(int fd) { again_.push_back(fd); }

  // Gathers who is ready, without waiting, behind those left over from before. Once a round.
  void Gather();

  // The next, in order, or -1 when all that were gathered had their turn. An fd may have been
  // closed meanwhile, or its number be another's by now: its reader finds nothing to read.
  int Next();

  // Counts what was gathered: who was put back may be ready as well, and has one turn in each.
  std::uint64_t round() const { return round_; }

  // Somebody has another turn although no poll may announce it.
  bool waiting() const { return !ready_.empty() || !again_.empty(); }

  // The last Gather found all that were ready.
  bool gathered_all() const { return gathered_all_; }

 private:
  net::Descriptor epoll_;
  std::deque<int> ready_;
  std::deque<int> again_;  // of the round after this one
  std::uint64_t round_ = 0;
  bool gathered_all_ = false;
};

}  // namespace pdns::frame
