#include "store_rocks/get_sorted.h"

#include <rocksdb/db.h>

#include <vector>

#include "store_rocks/common.h"

namespace pdns::store_rocks {

Status GetSorted(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, const std::string& path,
                 std::size_t count, const KeyAt& key_at, const EachValue& each,
                 const rocksdb::Snapshot* moment) {
  constexpr std::size_t kTogether = 1024;
  constexpr std::size_t kLongKey = 190;  // such may be cut: see store::RestSize
  constexpr std::size_t kLongWeight = 16;
  rocksdb::ReadOptions options;
  options.snapshot = moment;
  std::vector<rocksdb::Slice> keys;
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> found;
  for (std::size_t start = 0; start < count; start += keys.size()) {
    keys.clear();
    for (std::size_t weight = 0; weight < kTogether && start + keys.size() < count;) {
      keys.push_back(ToSlice(key_at(start + keys.size())));
      weight += keys.back().size() < kLongKey ? 1 : kLongWeight;
    }
    values.resize(std::max(values.size(), keys.size()));
    found.resize(values.size());
    db.MultiGet(options, family, keys.size(), keys.data(), values.data(), found.data(), true);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      if (!found[k].ok() && !found[k].IsNotFound()) return FromRocks(path, "lookup", found[k]);
      Status told = each(start + k, found[k].ok() ? &values[k] : nullptr);
      if (!told.ok()) return told;
      values[k].Reset();
    }
  }
  return {};
}

}  // namespace pdns::store_rocks
