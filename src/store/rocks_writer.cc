#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <thread>
#include <vector>

#include "store/fate_rows.h"
#include "store/reverse_rows.h"
#include "store/rocks.h"
#include "store/rocks_common.h"
#include "store/rocks_count.h"
#include "store/seen_cache.h"
#include "store/sorted_rows.h"
#include "store/sst_files.h"
#include "store/value.h"

namespace pdns::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookEvery(10);

// Batches of fewer rows go through the log.
constexpr std::size_t kLargeBatch = 8192;

class RocksWriter final : public Writer {
 public:
  RocksWriter(std::string path, const MemoryPlan& plan)
      : path_(std::move(path)), seen_(plan.seen_cache) {}
  ~RocksWriter() override {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }
  RocksWriter(const RocksWriter&) = delete;
  RocksWriter& operator=(const RocksWriter&) = delete;

  Status Open(const MemoryPlan& plan) {
    rocksdb::DBOptions options;
    FillDatabaseOptions(options);
    std::array<rocksdb::ColumnFamilyOptions, kFamilies> family_options;
    FillFamilyOptions(family_options, plan);
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (std::size_t i = 0; i < kFamilies; ++i) {
      families.emplace_back(std::string(kFamilyNames[i]), family_options[i]);
    }
    rocksdb::DB* db = nullptr;
    const auto opened = rocksdb::DB::Open(options, path_, families, &handles_, &db);
    db_.reset(db);
    if (opened.ok()) SstFiles::RemoveLeftovers(path_);
    if (opened.IsInvalidArgument()) {
      return Status::NoInput("database " + path_ + ": not one of this pdns: " + opened.ToString());
    }
    if (!opened.ok()) return FromRocks(path_, "cannot be opened", opened);
    if (Status known = OpenSchema(); !known.ok()) return known;
    return ReadCounters(*db_, handles_[kMeta], path_, counters_);
  }

  Result<std::optional<record::Position>> Progress(const record::SourceId& id) override {
    std::string value;
    const auto got = db_->Get({}, handles_[kMeta], LedgerKey(id), &value);
    if (got.IsNotFound()) return std::optional<record::Position>();
    if (!got.ok()) return FromRocks(path_, "read of the ledger", got);
    auto position = DecodeLedgerValue(AsBytes(value));
    if (!position.has_value()) {
      return Status::Corrupt("database " + path_ + ": a ledger row cannot be read");
    }
    return position;
  }

  Result<record::Applied> Apply(const record::Batch& batch) override {
    const SortedRows trusted(batch.trusted);
    const SortedRows quarantined(batch.quarantined);
    std::vector<std::uint64_t> hashes(trusted.size());
    Marks known(trusted.size());
    if (Status told = TellKnown(trusted, hashes, known); !told.ok()) return told;

    MetaRows meta;
    for (const auto& [id, position] : batch.sources) meta[LedgerKey(id)] = LedgerValue(position);
    const record::Counters counters = AddCounters(batch.counters, meta);

    const Rows rows{trusted, known, quarantined, meta};
    const bool large = trusted.size() + quarantined.size() >= kLargeBatch;
    const auto written = large ? WriteFiles(rows) : WriteLog(rows);
    if (!written.ok())
      return FromRocks(path_, "write failed, nothing of this batch was stored", written);

    counters_ = counters;
    for (const std::uint64_t hash : hashes) seen_.Add(hash);
    const auto updated = static_cast<std::uint64_t>(std::count(known.begin(), known.end(), 1));
    return record::Applied{trusted.size() - updated, updated};
  }

  // The engine calls a merge pending, too, where it has as many runs as it may and finds no two of
  // like size: what does not begin soon will not. After an error of its own (a full disk) it begins
  // no more work at all.
  void Settle(const Hurry& hurry) override {
    using Properties = rocksdb::DB::Properties;
    constexpr int kSoon = 25;  // looks
    for (int idle = 0; !hurry() && Sum(Properties::kBackgroundErrors) == 0;) {
      const bool running = Sum(Properties::kNumRunningCompactions) > 0;
      idle = running ? 0 : idle + 1;
      if (!running && (Sum(Properties::kCompactionPending) == 0 || idle > kSoon)) return;
      std::this_thread::sleep_for(kLookEvery);
    }
  }

  Status Compact(const Hurry& hurry) override {
    std::atomic<bool> canceled{false};
    auto done = std::async(kBeside, [&] {
      rocksdb::CompactRangeOptions options;
      options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
      options.canceled = &canceled;
      rocksdb::Status status;
      for (std::size_t i = 0; i < handles_.size() && status.ok(); ++i)
        status = db_->CompactRange(options, handles_[i], nullptr, nullptr);
      return status;
    });
    while (done.wait_for(kLookEvery) == std::future_status::timeout) {
      if (hurry()) canceled = true;
    }
    const auto status = done.get();
    return status.ok() || canceled ? Status() : FromRocks(path_, "compaction", status);
  }

  // Empties the log, so that the next open and every reader have nothing to replay.
  Status Close() override {
    auto done = db_->Flush({}, handles_);
    // The log of a family that had nothing to flush (the quarantine, mostly) keeps its place until
    // the next switch of logs: one more write makes that switch.
    if (done.ok()) done = PutSchema();
    if (done.ok()) done = db_->Flush({}, handles_);
    return done.ok() ? Status() : FromRocks(path_, "flush", done);
  }

 private:
  using MetaRows = std::map<std::string, std::string>;
  struct Rows {
    const SortedRows& trusted;
    const Marks& known;  // of trusted: no reverse rows needed
    const SortedRows& quarantined;
    const MetaRows& meta;  // of the ledger and the counters
  };

  // A property of the engine, over all families.
  std::uint64_t Sum(const std::string& property) {
    std::uint64_t sum = 0;
    for (auto* family : handles_) {
      std::uint64_t value = 0;
      if (db_->GetIntProperty(family, property, &value)) sum += value;
    }
    return sum;
  }

  // A database without schema row is one that was just made, unless it holds anything.
  Status OpenSchema() {
    std::string value;
    const auto got = db_->Get({}, handles_[kMeta], ToSlice(kSchemaKey), &value);
    if (got.ok()) return TakeOver(AsBytes(value));
    if (!got.IsNotFound()) return FromRocks(path_, "read of the schema row", got);
    for (auto* handle : handles_) {
      const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handle));
      it->SeekToFirst();
      if (it->Valid()) return CheckSchema(path_, {});
    }
    const auto put = PutSchema();
    return put.ok() ? Status() : FromRocks(path_, "write of the schema row", put);
  }

  // The schema row names the version that wrote last. One that did not count leaves a gap, and from
  // now on there is none.
  Status TakeOver(Bytes schema_value) {
    if (Status checked = CheckSchema(path_, schema_value); !checked.ok()) return checked;
    const std::uint64_t minor = DecodeSchemaValue(schema_value)->minor;
    if (minor == kSchemaVersion.minor) return {};
    if (minor < kCountingMinor) {
      const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
      const auto put =
          db_->Put({}, handles_[kMeta], ToSlice(kCountedSinceKey), CountedSinceValue(now));
      if (!put.ok()) return FromRocks(path_, "upgrade of the schema", put);
    }
    const auto put = PutSchema();  // syncs what was put before it, too
    return put.ok() ? Status() : FromRocks(path_, "upgrade of the schema", put);
  }

  // What the counters are with those of a batch; their rows go to `rows`.
  record::Counters AddCounters(const record::Counters& of_batch, MetaRows& rows) const {
    record::Counters sum = counters_;
    if (of_batch == record::Counters()) return sum;
    sum.Add(of_batch);
    for (const record::NamedCount& one : record::NonZero(sum))
      rows[FateKey(record::FullName(one.name))] = FateValue(one.count);
    return sum;
  }

  rocksdb::Status PutSchema() {
    rocksdb::WriteOptions options;
    options.sync = true;
    return db_->Put(options, handles_[kMeta], ToSlice(kSchemaKey), SchemaValue(kSchemaVersion));
  }

  // Which keys are stored already. Large batches are asked by two threads.
  Status TellKnown(const SortedRows& keys, std::vector<std::uint64_t>& hashes, Marks& known) {
    const auto part = [&](std::size_t from, std::size_t to) {
      return TellKnown(keys, hashes, known, from, to);
    };
    if (keys.size() < kLargeBatch) return part(0, keys.size());
    const std::size_t middle = keys.size() / 2;
    auto second = std::async(kBeside, part, middle, keys.size());
    const Status first = part(0, middle);
    const Status rest = second.get();
    return first.ok() ? rest : first;
  }

  // Of the keys from..to: by the seen-cache, and for the rest by sorted lookups.
  Status TellKnown(const SortedRows& keys, std::vector<std::uint64_t>& hashes, Marks& known,
                   std::size_t from, std::size_t to) {
    constexpr std::size_t kLookup = 1024;
    std::vector<std::size_t> open;
    for (std::size_t i = from; i < to; ++i) {
      keys.Fetch(i);
      hashes[i] = seen_.Hash(AsBytes(keys.key(i)));
      known[i] = seen_.Holds(hashes[i]) ? 1 : 0;
      if (known[i] == 0) open.push_back(i);
    }
    std::vector<rocksdb::Slice> slices(kLookup);
    std::vector<rocksdb::PinnableSlice> values(kLookup);
    std::vector<rocksdb::Status> found(kLookup);
    for (std::size_t start = 0; start < open.size(); start += kLookup) {
      const std::size_t count = std::min(kLookup, open.size() - start);
      for (std::size_t k = 0; k < count; ++k) slices[k] = ToSlice(keys.key(open[start + k]));
      db_->MultiGet({}, handles_[kForwardFamily], count, slices.data(), values.data(), found.data(),
                    true);
      for (std::size_t k = 0; k < count; ++k) {
        values[k].Reset();
        if (!found[k].ok() && !found[k].IsNotFound()) return FromRocks(path_, "lookup", found[k]);
        known[open[start + k]] = found[k].ok() ? 1 : 0;
      }
    }
    return {};
  }

  rocksdb::Status WriteLog(const Rows& rows) {
    rocksdb::WriteBatch writes;
    ForEachRow(rows.trusted, [&](std::size_t i, const auto& key, const auto& value) {
      auto* family = handles_[kForwardFamily];
      return rows.known[i] != 0 ? writes.Merge(family, key, value) : writes.Put(family, key, value);
    });
    const ReverseRows reverse(rows.trusted, rows.known);
    for (std::size_t i = 0; i < reverse.size(); ++i)
      writes.Put(handles_[kReverseFamily], ToSlice(reverse[i]), {});
    ForEachRow(rows.quarantined, [&](std::size_t, const auto& key, const auto& value) {
      return writes.Merge(handles_[kQuarantineFamily], key, value);
    });
    for (const auto& [key, value] : rows.meta) writes.Put(handles_[kMeta], key, value);
    if (writes.Count() == 0) return rocksdb::Status::OK();
    rocksdb::WriteOptions options;
    options.sync = true;
    return db_->Write(options, &writes);
  }

  rocksdb::Status WriteFiles(const Rows& rows) {
    SstFiles files(*db_, handles_);
    // The forward rows by a thread of their own: half of the work.
    auto forward = std::async(kBeside, [&] { return WriteForward(files, rows); });
    auto status = WriteReverse(files, ReverseRows(rows.trusted, rows.known));
    if (status.ok()) status = WriteQuarantine(files, rows.quarantined);
    if (status.ok()) status = WriteMeta(files, rows.meta);
    const auto forward_status = forward.get();
    if (status.ok()) status = forward_status;
    return status.ok() ? files.Ingest() : status;
  }

  // Calls `each(i, key, value)`, which returns a rocksdb::Status, until one is not ok.
  template <class Each>
  static rocksdb::Status ForEachRow(const SortedRows& rows, const Each& each) {
    std::string value;
    rocksdb::Status status;
    for (std::size_t i = 0; i < rows.size() && status.ok(); ++i) {
      rows.Fetch(i);
      rows.FetchSighting(i);
      value.clear();
      AppendValue(value, rows.sighting(i));
      status = each(i, ToSlice(rows.key(i)), rocksdb::Slice(value));
    }
    return status;
  }

  // New rows are put: a merge without a row to merge into would be resolved again by every reader
  // and costs a compaction half as much again.
  static rocksdb::Status WriteForward(SstFiles& files, const Rows& rows) {
    if (rows.trusted.size() == 0) return rocksdb::Status::OK();
    return files.Write(kForwardFamily, [&](rocksdb::SstFileWriter& file) {
      return ForEachRow(rows.trusted, [&](std::size_t i, const auto& key, const auto& value) {
        return rows.known[i] != 0 ? file.Merge(key, value) : file.Put(key, value);
      });
    });
  }

  static rocksdb::Status WriteQuarantine(SstFiles& files, const SortedRows& rows) {
    if (rows.size() == 0) return rocksdb::Status::OK();
    return files.Write(kQuarantineFamily, [&](rocksdb::SstFileWriter& file) {
      return ForEachRow(rows, [&](std::size_t, const auto& key, const auto& value) {
        return file.Merge(key, value);
      });
    });
  }

  static rocksdb::Status WriteReverse(SstFiles& files, const ReverseRows& rows) {
    if (rows.size() == 0) return rocksdb::Status::OK();
    return files.Write(kReverseFamily, [&](rocksdb::SstFileWriter& file) {
      rocksdb::Status status;
      for (std::size_t i = 0; i < rows.size() && status.ok(); ++i) {
        rows.Fetch(i);
        status = file.Put(ToSlice(rows[i]), {});
      }
      return status;
    });
  }

  static rocksdb::Status WriteMeta(SstFiles& files, const MetaRows& rows) {
    if (rows.empty()) return rocksdb::Status::OK();
    return files.Write(kMeta, [&](rocksdb::SstFileWriter& file) {
      rocksdb::Status status;
      for (auto row = rows.begin(); row != rows.end() && status.ok(); ++row)
        status = file.Put(row->first, row->second);
      return status;
    });
  }

  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  SeenCache seen_;
  record::Counters counters_;  // as they stand in the database
};

// RocksDB locks this file with fcntl; asking for the lock tells who has it.
Status CheckLock(const std::string& path) {
  const int fd = open((path + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return {};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  if (!held) return {};
  const std::string holder = lock.l_pid > 0 ? " (pid " + std::to_string(lock.l_pid) + ")" : "";
  return Status::Io("database " + path + ": in use by another ingester" + holder);
}

// A directory that holds other things must not be filled with a database.
Status CheckPath(const std::string& path) {
  std::error_code error;
  const auto kind = fs::status(path, error);
  if (!fs::exists(kind)) {
    fs::create_directories(path, error);
    return error ? Status::Io("database " + path + ": cannot be made: " + error.message())
                 : Status();
  }
  if (!fs::is_directory(kind)) return Status::NoInput("database " + path + ": not a directory");
  if (fs::exists(path + "/CURRENT", error)) return CheckLock(path);
  // RocksDB's lock and log are there before CURRENT is: a creation that was cut off goes on.
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    const bool beginnings = name == "LOCK" || name == "IDENTITY" || name.starts_with("LOG") ||
                            name.starts_with("MANIFEST-") || name.ends_with(".dbtmp");
    if (!beginnings) {
      return Status::NoInput(
          fmt::format("database {}: a directory of other files, such as {}", path, name));
    }
  }
  if (error) return Status::Io("database " + path + ": cannot be read: " + error.message());
  return {};
}

// Opening makes the families that are missing, which another program's database would not survive:
// one without all of ours must be empty, as where our own making was cut off.
Status CheckForeign(const std::string& path) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies({}, path, &names).ok()) return {};  // opening will say why
  const bool whole =
      std::all_of(kFamilyNames.begin(), kFamilyNames.end(), [&](std::string_view ours) {
        return std::find(names.begin(), names.end(), ours) != names.end();
      });
  if (whole) return {};
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly({}, path, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return CheckSchema(path, {});
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  it->SeekToFirst();
  return it->Valid() || !it->status().ok() ? CheckSchema(path, {}) : Status();
}

}  // namespace

Result<std::unique_ptr<Writer>> OpenRocksWriter(const std::string& path, std::size_t memory) {
  if (Status checked = CheckPath(path); !checked.ok()) return checked;
  if (Status checked = CheckForeign(path); !checked.ok()) return checked;
  const MemoryPlan plan = PlanMemory(memory);
  auto writer = std::make_unique<RocksWriter>(path, plan);
  if (Status opened = writer->Open(plan); !opened.ok()) return opened;
  return std::unique_ptr<Writer>(std::move(writer));
}

}  // namespace pdns::store
