// The process that has the lock of a cluster (lock.h), as it stands in the lock: Holder <-> text.
//
//   MARK/PLACE/PID/START/HOST    such as 1f..e0/90..7b/4711/8261533/db1
//
// A place is one run of one machine's kernel and one space of process numbers there (a container
// has its own). Only in its own place can a process say whether another one still runs.
//
// Values. Functions: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pdns::store_clickhouse {

struct Holder {
  std::string mark;   // 32 digits, another one each time that the lock is wanted
  std::string place;  // 32 digits; all 0: not known
  std::uint64_t pid = 0;
  std::uint64_t start = 0;  // when it began, in ticks since that kernel did

  std::string host;  // for people: letters, digits, "-" and "."; at most 63

  // For a message: "process 4711 on db1".
  std::string Words() const;
  std::string Text() const;

  // Has it ended, for certain? False: it runs, or runs in another place.
  bool IsGone() const;

  friend bool operator==(const Holder&, const Holder&) = default;
};

// This process, with a new mark.
Holder ThisProcess();

// Nothing: it is no text of a holder.
std::optional<Holder> ParseHolder(std::string_view text);

}  // namespace pdns::store_clickhouse
