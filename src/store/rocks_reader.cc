#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdarg>
#include <filesystem>
#include <thread>
#include <vector>

#include "store/reverse_key.h"
#include "store/rocks.h"
#include "store/rocks_common.h"
#include "store/value.h"

namespace pdns::store {
namespace {

namespace fs = std::filesystem;

// A secondary instance would keep its log in a directory of its own: nobody reads it, and a reader
// that is interrupted would leave the directory behind.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};
constexpr const char* kNoDirectory = "/nonexistent/pdns-query";

class RocksReader final : public Reader {
 public:
  RocksReader(std::string path, bool filters) : path_(std::move(path)), filters_(filters) {}
  ~RocksReader() override { Drop(); }
  RocksReader(const RocksReader&) = delete;
  RocksReader& operator=(const RocksReader&) = delete;

  // A writer may delete a file between our reading of its list and our opening of it: try again.
  Status Open() {
    constexpr int kTries = 8;
    rocksdb::Status opened;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      opened = TryOpen();
      if (opened.ok()) return ReadSchema();
      if (opened.IsInvalidArgument()) break;
      Drop();
      std::this_thread::sleep_for(std::chrono::milliseconds(5 << attempt));
    }
    if (opened.IsInvalidArgument()) {
      return Status::NoInput("database " + path_ + ": not one of pdns: " + opened.ToString());
    }
    return FromRocks(path_, "cannot be opened", opened);
  }

  Status Scan(Index index, const KeyRange& range, const RowSink& sink) override {
    switch (index) {
      case Index::kForward:
        return ScanRows(kForwardFamily, range, sink);
      case Index::kQuarantine:
        return ScanRows(kQuarantineFamily, range, sink);
      case Index::kReverse:
        break;
    }
    return ScanReverse(range, sink);
  }

 private:
  rocksdb::Status TryOpen() {
    rocksdb::DBOptions options;
    FillDatabaseOptions(options);
    options.info_log = std::make_shared<NoLog>();
    options.max_file_opening_threads =
        1;  // 16 a family by default, dearer than the files they open
    options.create_if_missing = false;
    options.create_missing_column_families = false;
    MemoryPlan plan;
    plan.block_cache = 32U << 20;
    plan.filters = filters_;
    plan.write_buffer = 64U << 20;  // what is replayed is never flushed here
    std::array<rocksdb::ColumnFamilyOptions, kFamilies> family_options;
    FillFamilyOptions(family_options, plan);
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (std::size_t i = 0; i < kFamilies; ++i) {
      families.emplace_back(std::string(kFamilyNames[i]), family_options[i]);
    }
    rocksdb::DB* db = nullptr;
    auto status =
        rocksdb::DB::OpenAsSecondary(options, path_, kNoDirectory, families, &handles_, &db);
    db_.reset(db);
    if (status.ok()) status = db_->TryCatchUpWithPrimary();
    return status;
  }

  Status ReadSchema() {
    std::string value;
    const auto got = db_->Get({}, handles_[kMeta], ToSlice(kSchemaKey), &value);
    if (!got.ok() && !got.IsNotFound()) return FromRocks(path_, "read of the schema row", got);
    return CheckSchema(path_, AsBytes(value));
  }

  void Drop() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    handles_.clear();
    db_.reset();
  }

  // Calls `each` for the entries in range until it says false or the range ends.
  template <class Each>
  Status Walk(Family family, const KeyRange& range, const Each& each) {
    rocksdb::ReadOptions options;
    const rocksdb::Slice hi = ToSlice(range.hi);
    if (!range.hi.empty()) options.iterate_upper_bound = &hi;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options, handles_[family]));
    for (it->Seek(range.lo); it->Valid(); it->Next()) {
      if (!each(View(it->key()), View(it->value()))) return {};
    }
    return it->status().ok() ? Status() : FromRocks(path_, "scan", it->status());
  }

  Status ScanRows(Family family, const KeyRange& range, const RowSink& sink) {
    Status damage;
    Status walked = Walk(family, range, [&](Bytes key, Bytes value) {
      const auto tuple = record::DecodeTupleKey(key);
      const auto sighting = DecodeValue(value);
      if (!tuple.has_value() || !sighting.has_value()) {
        damage = Status::Corrupt("database " + path_ + ": a row cannot be read, key " + ToHex(key));
        return false;
      }
      return sink({tuple->view(), *sighting});
    });
    return damage.ok() ? walked : damage;
  }

  Status ScanReverse(const KeyRange& range, const RowSink& sink) {
    constexpr std::size_t kTogether = 512;
    std::vector<record::OwnedTuple> tuples;
    Status failed;
    bool more = true;
    const auto hand_up = [&] {
      failed = HandUp(tuples, sink, more);
      tuples.clear();
      return failed.ok() && more;
    };
    Status walked = Walk(kReverseFamily, range, [&](Bytes key, Bytes /*value*/) {
      auto row = DecodeReverseKey(key);
      if (!row.has_value()) {
        failed = Status::Corrupt("database " + path_ + ": a reverse row cannot be read, key " +
                                 ToHex(key));
        return false;
      }
      failed = Resolve(std::move(*row), key, range, tuples);
      return failed.ok() && (tuples.size() < kTogether || hand_up());
    });
    if (!failed.ok() || !walked.ok()) return failed.ok() ? walked : failed;
    if (more) hand_up();
    return failed;
  }

  // The tuples that a reverse row stands for: one, or all of its owner and type with its digest.
  Status Resolve(ReverseRow row, Bytes key, const KeyRange& range,
                 std::vector<record::OwnedTuple>& tuples) {
    if (!row.digest.has_value()) {
      if (IsFirst(row.tuple.view(), key, range)) tuples.push_back(std::move(row.tuple));
      return {};
    }
    std::string prefix;
    record::AppendTupleKey(prefix, {row.tuple.owner.wire(), row.tuple.type, {}});
    return Walk(kForwardFamily, PrefixRange(std::move(prefix)),
                [&](Bytes forward, Bytes /*value*/) {
                  auto tuple = record::DecodeTupleKey(forward);
                  if (tuple.has_value() && Hash128(AsBytes(tuple->rdata)) == *row.digest &&
                      IsFirst(tuple->view(), key, range)) {
                    tuples.push_back(std::move(*tuple));
                  }
                  return true;
                });
  }

  // A tuple with several reverse keys in the range is handed up at the first of them only.
  static bool IsFirst(const record::Tuple& tuple, Bytes key, const KeyRange& range) {
    if (!MayHaveSeveralReverseKeys(tuple.type)) return true;
    return !ReverseKeysOf(tuple).AnyOf(
        [&](std::string_view other) { return range.Holds(other) && other < AsText(key); });
  }

  // Looks the tuples up in the forward index and hands them on in the order they came.
  Status HandUp(const std::vector<record::OwnedTuple>& tuples, const RowSink& sink, bool& more) {
    std::vector<std::string> keys(tuples.size());
    std::vector<rocksdb::Slice> slices(tuples.size());
    for (std::size_t i = 0; i < tuples.size(); ++i) {
      record::AppendTupleKey(keys[i], tuples[i].view());
      slices[i] = keys[i];
    }
    std::vector<rocksdb::PinnableSlice> values(tuples.size());
    std::vector<rocksdb::Status> found(tuples.size());
    db_->MultiGet({}, handles_[kForwardFamily], tuples.size(), slices.data(), values.data(),
                  found.data());
    for (std::size_t i = 0; i < tuples.size() && more; ++i) {
      if (found[i].IsNotFound()) continue;  // expired: retention took the forward row
      if (!found[i].ok()) return FromRocks(path_, "lookup", found[i]);
      const auto sighting = DecodeValue(View(values[i]));
      if (!sighting.has_value()) {
        return Status::Corrupt("database " + path_ + ": a row cannot be read, key " +
                               ToHex(AsBytes(keys[i])));
      }
      more = sink({tuples[i].view(), *sighting});
    }
    return {};
  }

  std::string path_;
  bool filters_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace

Result<std::unique_ptr<Reader>> OpenRocksReader(const std::string& path, Index mostly) {
  std::error_code error;
  if (!fs::exists(path, error)) return Status::NoInput("no such database: " + path);
  if (!fs::exists(path + "/CURRENT", error))
    return Status::NoInput("database " + path + ": not a database of pdns");
  auto reader = std::make_unique<RocksReader>(path, mostly == Index::kReverse);
  if (Status opened = reader->Open(); !opened.ok()) return opened;
  return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace pdns::store
