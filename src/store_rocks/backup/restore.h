// A database made of a backup: backup folder -> [PlanRestore], [Restore] -> a new directory. Guest:
// rocksdb.
//
// The files are copied to DATABASE.restoring, each against its checksum; the copy is opened and
// must be the database that the backup says, with as many batches; then it is synced and gets its
// name. So after a kill there is no database of that name, and the next restore removes what was
// left. Functions: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/backups.h"
#include "store/verification.h"

namespace pdns::store_rocks {

struct RestorePlan {
  store::Backup backup;
  std::vector<store::Backup> damaged;  // newer ones that cannot be read, if no number was asked for
  std::uint64_t free_bytes = 0;        // of the disk of the new database
};

// `number`: of the backup; without it the newest that can be read. kUsage: one lies in the other;
// kNoInput: no such backup, or `database` is there already, and more than an empty directory;
// kDisk: no room; kCorrupt: none can be read. Nothing is changed.
Result<RestorePlan> PlanRestore(const std::string& folder, std::optional<std::uint32_t> number,
                                const std::string& database);

// False: the watch ended it. kBusy: another restore makes the same; kCorrupt: a file of the backup
// is not what it was, and the message names it; kDisk, kIo. After all of these there is no such
// database. `database` has no slash at its end.
Result<bool> Restore(const std::string& folder, const RestorePlan& plan,
                     const std::string& database, const store::VerifyWatch& watch);

}  // namespace pdns::store_rocks
