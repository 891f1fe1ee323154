// May the database grow? Its size and the free space of its disk -> [DatabaseSize] -> yes or no.
//
// Once it has reached a limit it must fall a sixteenth below (rise above, of free space) before it
// may grow again, so that the answer does not change with every batch.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <string>

namespace pdns::tools {

// Bytes; 0: no limit.
struct DatabaseLimits {
  std::uint64_t most = 0;        // --max-database
  std::uint64_t least_free = 0;  // --min-free-database

  bool any() const { return most > 0 || least_free > 0; }
};

class DatabaseSize {
 public:
  explicit DatabaseSize(const DatabaseLimits& limits) : limits_(limits) {}

  // Looks anew: `bytes` of the database, `free` ones of its disk. True: it may grow.
  bool MayGrow(std::uint64_t bytes, std::uint64_t free);

  // After MayGrow said no: which limit was met, for a person.
  const std::string& reason() const { return reason_; }

 private:
  const DatabaseLimits limits_;
  bool full_ = false;
  std::string reason_;
};

}  // namespace pdns::tools
