// What a backup folder holds: folder -> [ListBackups] -> store::BackupList. Guest: rocksdb.
//
// Nothing is written. Memory: some 200 bytes a file of each backup. Function: one thread.
#pragma once

#include <string>

#include "base/status.h"
#include "store/backups.h"
#include "store/verification.h"

namespace pdns::store_rocks {

// Each backup is looked at: its small files by their checksums, the others by their size; with
// `verify`, by their checksums, too, and each is read once however many backups have it. A backup
// that cannot be read is in the list with its fault. kNoInput: no such folder, or one of something
// else; kIo.
Result<store::BackupList> ListBackups(const std::string& folder, bool verify,
                                      const store::VerifyWatch& watch);

}  // namespace pdns::store_rocks
