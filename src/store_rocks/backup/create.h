// A backup made, and old ones removed: BackupMoment -> [PlanBackup], [MakeBackup] -> a backup in a
// backup folder. Guest: rocksdb.
//
// A table file that the folder has already is not copied again: it is known by its number, by the
// session that wrote it and by its size. Table files that are new to the folder are read first,
// block by block, so that damage is found before the good backups of it grow old. Functions: one
// thread, which holds the folder alone (base/folder.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/verification.h"
#include "store_rocks/backup/moment.h"

namespace pdns::store_rocks {

struct BackupPlan {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;       // of all of them
  std::uint64_t copied = 0;      // bytes of those that the folder has not
  std::uint64_t free_bytes = 0;  // of the folder's disk
  std::vector<std::string> new_tables;
};

// kUsage, kNoInput: not a folder for backups of this database, or one of the two lies in the other;
// kIo. Nothing is changed.
Result<BackupPlan> PlanBackup(const BackupMoment& moment, const std::string& folder);

// The number of the new backup; nothing if the watch ended it, and then nothing of it counts.
// kDisk: no room, or a disk that fails; kIo; kCorrupt: a table file of the database is damaged, and
// nothing was made.
Result<std::optional<std::uint32_t>> MakeBackup(const BackupMoment& moment, const BackupPlan& plan,
                                                const std::string& folder,
                                                const store::VerifyWatch& watch);

// Those of these numbers, and the files that no other backup has. kBusy: somebody reads them, and
// nothing was removed; kDisk, kIo.
Status RemoveBackups(const std::string& folder, const std::vector<std::uint32_t>& numbers);

}  // namespace pdns::store_rocks
