// Is the write-ahead log whole? Looked at before a writer opens the database: logs, mark ->
// [CheckLog] -> yes, or which log is damaged and how many batches that costs.
//
// RocksDB replays a log up to the first record that it cannot read, then forgets the log with all
// that stands behind that record, and says nothing. A record that a crash cut off at the very end
// is no damage, since its batch was never promised; the mark (commits.h) tells the two apart.
// Nothing is written or removed here but by RepairLog. Guest: rocksdb. Functions keep no state; one
// at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace pdns::store_rocks {

// kCorrupt: of the batches that `mark` says were stored, some cannot be read; names the log and the
// way out. So is another damage that a reader meets. Other errors of the open are left to the
// writer, whose open says them again.
Status CheckLog(const std::string& path, std::uint64_t mark);

struct RepairedLog {
  std::uint64_t missing = 0;  // batches; 0: nothing was damaged, and nothing was done
  std::string aside;          // the directory that has the logs as they were
};

// Makes a database with a damaged log one that opens again, with the batches before the damage:
// they are whole, with the positions of their sources, so that a run over the same files takes the
// others again. The logs are kept in a directory beside. kNoInput: no such database; kBusy;
// kCorrupt: damaged in another way, which no repair mends; kDisk, kIo.
Result<RepairedLog> RepairLog(const std::string& path);

}  // namespace pdns::store_rocks
