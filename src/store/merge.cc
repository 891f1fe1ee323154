#include "store/merge.h"

#include <rocksdb/merge_operator.h>

#include "store/value.h"

namespace pdns::store {
namespace {

Bytes View(const rocksdb::Slice& slice) { return AsBytes({slice.data(), slice.size()}); }

class SightingMerge final : public rocksdb::AssociativeMergeOperator {
 public:
  // False makes RocksDB report corruption to whoever reads the key.
  bool Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing,
             const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger* /*logger*/) const override {
    auto sighting = DecodeValue(View(value));
    if (!sighting.has_value()) return false;
    if (existing != nullptr) {
      const auto old = DecodeValue(View(*existing));
      if (!old.has_value()) return false;
      record::Merge(*sighting, *old);
    }
    AppendValue(*merged, *sighting);
    return true;
  }

  // Part of the disk format: RocksDB compares it when a database is opened.
  const char* Name() const override { return "pdns.sighting.1"; }
};

}  // namespace

std::shared_ptr<rocksdb::MergeOperator> NewSightingMerge() {
  return std::make_shared<SightingMerge>();
}

}  // namespace pdns::store
