// RocksDB's merge operator over record::Merge: values fold when they are read or compacted, so a
// known tuple is updated without being read.
#pragma once

#include <memory>

namespace rocksdb {
class MergeOperator;
}

namespace pdns::store {

std::shared_ptr<rocksdb::MergeOperator> NewSightingMerge();

}  // namespace pdns::store
