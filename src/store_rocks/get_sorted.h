// Many exact lookups in key order, up to 1024 together, so that keys of one block fetch it once.
// Guest: rocksdb. Any thread may call; keeps no state.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Slice;
class Snapshot;
}  // namespace rocksdb

namespace pdns::store_rocks {

// Keys 0..count-1, sorted, in place while this runs.
using KeyAt = std::function<std::string_view(std::size_t i)>;

// `value` is null if there is no such key, and good for the call. A status that is not ok ends the
// lookups.
using EachValue = std::function<Status(std::size_t i, const rocksdb::Slice* value)>;

// Calls `each` for each key, in order. Holds at most some 4 MiB of values: rows with a cut key have
// up to 64 KiB, so 64 of them are looked up together. Reads as of `moment`, or as of now without
// one. kIo, kCorrupt, and what `each` says.
Status GetSorted(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, const std::string& path,
                 std::size_t count, const KeyAt& key_at, const EachValue& each,
                 const rocksdb::Snapshot* moment = nullptr);

}  // namespace pdns::store_rocks
