// A database mended: path, plan -> [Repair] -> a sound one in its place, and the old one beside it.
//
// All work is on a copy, PATH.repair, whose table files are links. Only when the copy was verified
// do the two change their names, in one step of the file system (renameat2(2), RENAME_EXCHANGE). So
// a kill at any moment leaves the database as it was or mended, and the next repair removes a copy
// that was left. The old one stays at PATH.damaged-TIME, and nothing in it is changed. Guest:
// rocksdb. Functions keep no state; one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "store/verification.h"
#include "store_rocks/repair/plan.h"
#include "store_rocks/repair/rebuild.h"

namespace pdns::store_rocks {

struct Repaired {
  Rebuilt rebuilt;
  std::uint64_t missing_batches = 0;  // of the log
  store::Verification after;
  std::string aside;  // where the old one is
};

// For a plan of Way::kMend. kBusy: another process has the database; kDisk, kIo: also where the
// folder of the database may not be written to, and for the watch's end; kCorrupt: the copy is not
// sound either. After each error the database is as it was.
Result<Repaired> Repair(const std::string& path, const RepairPlan& plan,
                        const store::VerifyWatch& watch);

}  // namespace pdns::store_rocks
