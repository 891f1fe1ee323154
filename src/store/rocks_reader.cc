#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "store/reverse_key.h"
#include "store/rocks.h"
#include "store/rocks_common.h"
#include "store/rocks_count.h"
#include "store/value.h"

namespace pdns::store {
namespace {

namespace fs = std::filesystem;

// A secondary instance has a directory of its own for its log, and makes it when there is one.
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

  using Reader::Scan;
  Status Scan(const ScanPlan& plan, const RowSink& sink) override {
    switch (plan.index) {
      case Index::kForward:
        return ScanRows(kForwardFamily, plan, sink);
      case Index::kQuarantine:
        return ScanRows(kQuarantineFamily, plan, sink);
      case Index::kReverse:
        break;
    }
    return ScanReverse(plan, sink);
  }

  Status Count(const CountWatch& watch, record::Statistics& statistics) override {
    return CountRows(*db_, handles_, path_, watch, statistics);
  }

 private:
  rocksdb::Status TryOpen() {
    rocksdb::DBOptions options;
    FillDatabaseOptions(options);
    options.max_file_opening_threads =
        1;  // 16 a family by default, dearer than the files they open
    options.create_if_missing = false;
    options.create_missing_column_families = false;
    MemoryPlan plan;
    plan.block_cache = 48U << 20;
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
    for (auto& iterator : spare_) iterator.reset();
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    handles_.clear();
    db_.reset();
  }

  // An iterator costs more than a seek: it is kept for the next walk, unless that begins inside
  // this one. No upper bound stands in it, so the next walk may be anywhere.
  std::unique_ptr<rocksdb::Iterator> TakeIterator(Family family) {
    if (spare_[family] != nullptr) return std::move(spare_[family]);
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator({}, handles_[family]));
  }

  // To the first entry at or behind `key`: often a few steps away, which are cheaper than a seek.
  static void Jump(rocksdb::Iterator& it, std::string_view key) {
    constexpr int kSteps = 6;
    for (int i = 0; i < kSteps && it.Valid(); ++i, it.Next()) {
      if (AsText(View(it.key())) >= key) return;
    }
    if (it.Valid() && AsText(View(it.key())) < key) it.Seek(ToSlice(key));
  }

  // Calls `each` for the entries of the plan until it says false or the range ends.
  template <class Each>
  Status Walk(Family family, const ScanPlan& plan, const Each& each) {
    auto it = TakeIterator(family);
    std::string jump;
    bool more = true;
    it->Seek(ToSlice(std::max(std::string_view(plan.range.lo), std::string_view(plan.from))));
    while (more && it->Valid()) {
      const std::string_view key = AsText(View(it->key()));
      if (!plan.range.hi.empty() && key >= plan.range.hi) break;
      const Step step = plan.filter ? plan.filter(key, jump) : Step::kTake;
      if (step == Step::kEnd) break;
      if (step == Step::kTake) more = each(View(it->key()), View(it->value()));
      if (step == Step::kJump && std::string_view(jump) > key) {
        Jump(*it, jump);
      } else {
        it->Next();
      }
    }
    Status status = it->status().ok() ? Status() : FromRocks(path_, "scan", it->status());
    spare_[family] = std::move(it);
    return status;
  }

  Status ScanRows(Family family, const ScanPlan& plan, const RowSink& sink) {
    Status damage;
    Status walked = Walk(family, plan, [&](Bytes key, Bytes value) {
      const auto tuple = record::DecodeTupleKey(key);
      const auto sighting = DecodeValue(value);
      if (!tuple.has_value() || !sighting.has_value()) {
        damage = Status::Corrupt("database " + path_ + ": a row cannot be read, key " + ToHex(key));
        return false;
      }
      return sink({tuple->view(), *sighting, AsText(key)});
    });
    return damage.ok() ? walked : damage;
  }

  // A tuple whose row is still to be looked up.
  struct Found {
    std::string key;
    record::OwnedTuple tuple;
  };

  // The first rows are looked up a few at a time, so that the answer begins at once.
  Status ScanReverse(const ScanPlan& plan, const RowSink& sink) {
    constexpr std::size_t kMostTogether = 512;
    std::size_t together = 16;
    std::vector<Found> tuples;
    Status failed;
    bool more = true;
    const auto hand_up = [&] {
      failed = HandUp(tuples, sink, more);
      tuples.clear();
      together = std::min(2 * together, kMostTogether);
      return failed.ok() && more;
    };
    Status walked = Walk(kReverseFamily, plan, [&](Bytes key, Bytes /*value*/) {
      auto row = DecodeReverseKey(key);
      if (!row.has_value()) {
        failed = Status::Corrupt("database " + path_ + ": a reverse row cannot be read, key " +
                                 ToHex(key));
        return false;
      }
      failed = Resolve(std::move(*row), key, plan.range, tuples);
      return failed.ok() && (tuples.size() < together || hand_up());
    });
    if (!failed.ok() || !walked.ok()) return failed.ok() ? walked : failed;
    if (more) hand_up();
    return failed;
  }

  // The tuples that a reverse row stands for: one, or all of its owner and type with its digest.
  Status Resolve(ReverseRow row, Bytes key, const KeyRange& range, std::vector<Found>& tuples) {
    const auto take = [&](record::OwnedTuple& tuple) {
      if (IsFirst(tuple.view(), key, range))
        tuples.push_back({std::string(AsText(key)), std::move(tuple)});
    };
    if (!row.digest.has_value()) {
      take(row.tuple);
      return {};
    }
    ScanPlan same_set;
    record::AppendTupleKey(same_set.range.lo, {row.tuple.owner.wire(), row.tuple.type, {}});
    same_set.range = PrefixRange(std::move(same_set.range.lo));
    return Walk(kForwardFamily, same_set, [&](Bytes forward, Bytes /*value*/) {
      auto tuple = record::DecodeTupleKey(forward);
      if (tuple.has_value() && Hash128(AsBytes(tuple->rdata)) == *row.digest) take(*tuple);
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
  Status HandUp(const std::vector<Found>& tuples, const RowSink& sink, bool& more) {
    std::vector<std::string> keys(tuples.size());
    std::vector<rocksdb::Slice> slices(tuples.size());
    for (std::size_t i = 0; i < tuples.size(); ++i) {
      record::AppendTupleKey(keys[i], tuples[i].tuple.view());
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
      more = sink({tuples[i].tuple.view(), *sighting, tuples[i].key});
    }
    return {};
  }

  std::string path_;
  bool filters_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::array<std::unique_ptr<rocksdb::Iterator>, kFamilies> spare_;
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
