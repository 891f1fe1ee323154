#include "store_rocks/merge.h"

#include <rocksdb/merge_operator.h>

#include "store/value.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

class HistoryMerge final : public rocksdb::AssociativeMergeOperator {
 public:
  // False makes RocksDB report corruption to whoever reads the key.
  bool Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing,
             const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger* /*logger*/) const override {
    if (existing != nullptr) return store::MergeValues(View(*existing), View(value), *merged);
    if (!store::DecodeValue(View(value)).has_value()) return false;
    merged->assign(value.data(), value.size());
    return true;
  }

  // Part of the disk format: RocksDB compares it when a database is opened.
  const char* Name() const override { return "pdns.history.2"; }
};

}  // namespace

std::shared_ptr<rocksdb::MergeOperator> NewHistoryMerge() {
  return std::make_shared<HistoryMerge>();
}

}  // namespace pdns::store_rocks
