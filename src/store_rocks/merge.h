// RocksDB's merge operator over store::MergeValues. Values merge when they are read or compacted,
// so a known tuple is updated without being read. Guest: rocksdb.
#pragma once

#include <memory>

namespace rocksdb {
class MergeOperator;
}

namespace pdns::store_rocks {

// Any thread may use it.
std::shared_ptr<rocksdb::MergeOperator> NewHistoryMerge();

}  // namespace pdns::store_rocks
