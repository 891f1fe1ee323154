// What is derived of a database, made anew from what it knows: trusted rows -> [Rebuild] -> reverse
// rows, rows of owners, totals. Guest: rocksdb.
//
// For a copy that nobody reads yet (repair.h): it is not whole before this returns. Written without
// the log, and flushed at the end. Some microseconds a row. Memory: two write buffers of 32 MiB, a
// cache of 32 MiB. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/verification.h"
#include "store_rocks/repair/loose_open.h"
#include "store_rocks/repair/plan.h"

namespace pdns::store_rocks {

struct Rebuilt {
  std::uint64_t tuples = 0;
  std::uint64_t reverse_rows = 0;
  // Rows that could not be read and were removed; of each the family and the key in hex, at most
  // kMostFindings of them.
  std::uint64_t removed = 0;
  std::vector<std::string> removed_rows;
};

// Begins by emptying the families of the plan. kIo: the watch ended it, or the disk did; kDisk,
// kCorrupt.
Result<Rebuilt> Rebuild(LooseDatabase& database, const std::string& path, const RepairPlan& plan,
                        const store::VerifyWatch& watch);

}  // namespace pdns::store_rocks
