// A database counted: every key of it -> record::Statistics. For the RocksDB engine's reader; its
// writer takes the counters from here when it opens.
#pragma once

#include <span>
#include <string>

#include "base/status.h"
#include "record/statistics.h"
#include "store/store.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store {

// What became of frames and records so far, by the rows of the family `meta`. Names that only newer
// versions know are passed over. `path` is for messages. kIo, kCorrupt.
Status ReadCounters(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta, const std::string& path,
                    record::Counters& counters);

// As Reader::Count; `handles` by Family.
Status CountRows(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
                 const std::string& path, const Reader::CountWatch& watch,
                 record::Statistics& statistics);

}  // namespace pdns::store
