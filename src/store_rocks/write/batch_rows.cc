#include "store_rocks/write/batch_rows.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include <future>

#include "store/journal.h"
#include "store/value.h"
#include "store_rocks/common.h"
#include "store_rocks/write/reverse_rows.h"
#include "store_rocks/write/table_files.h"

namespace pdns::store_rocks {
namespace {

// Larger batches go around the log: of rows, or of bytes, which the log would hold in memory twice.
constexpr std::size_t kLargeBatch = 8192;
constexpr std::size_t kLargeBytes = 4U << 20;

constexpr std::string_view kNothingStored = "write failed, nothing of this batch was stored";
constexpr std::string_view kMayBeStored =
    "write failed at its last step; whether this batch was stored is told by the ledger when the "
    "database is opened again";

// New rows are put: a merge without a row to merge into would be resolved again by every reader and
// costs a compaction half as much again. A merge leaves long rdata to the row that has it.
template <class Put, class Merge>
rocksdb::Status WriteRow(const SortedRows& rows, std::size_t i, const SensorMap& sensors,
                         bool known, const Put& put, const Merge& merge) {
  record::History history = rows.history(i);
  // A process numbers sensors as they come; the database has numbers of its own (sensor_map.h).
  history.sensors = sensors(history.sensors);
  // Of the thread, since forward rows have one of their own; it keeps its room from row to row.
  thread_local std::string value;
  value.clear();
  store::AppendValue(value, history, known ? Bytes() : rows.long_rdata(i));
  return known ? merge(ToSlice(rows.key(i)), rocksdb::Slice(value))
               : put(ToSlice(rows.key(i)), rocksdb::Slice(value));
}

template <class Put, class Merge>
rocksdb::Status WriteTrusted(const BatchRows& rows, const Put& put, const Merge& merge) {
  rocksdb::Status status;
  for (std::size_t i = 0; i < rows.trusted.size() && status.ok(); ++i) {
    // The owner's row has the shorter key, so it comes before the rows of its owner: a table file
    // takes keys in order only.
    if (rows.known.BeginsOwner(i)) {
      status =
          put(ToSlice(AsText(rows.known.parts(rows.trusted, i).ordered_owner)), rocksdb::Slice());
    }
    if (!status.ok()) break;
    status = WriteRow(rows.trusted, i, rows.sensors, rows.known.row(i), put, merge);
  }
  return status;
}

template <class Put, class Merge>
rocksdb::Status WriteQuarantined(const BatchRows& rows, const Put& put, const Merge& merge) {
  rocksdb::Status status;
  for (std::size_t i = 0; i < rows.quarantined.size() && status.ok(); ++i) {
    status =
        WriteRow(rows.quarantined, i, rows.sensors, rows.quarantined_known[i] != 0, put, merge);
  }
  return status;
}

template <class Put>
rocksdb::Status WriteReverse(const ReverseRows& rows, const Put& put) {
  rocksdb::Status status;
  for (std::size_t i = 0; i < rows.size() && status.ok(); ++i) {
    rows.Fetch(i);
    status = put(ToSlice(rows.key(i)), ToSlice(rows.value(i)));
  }
  return status;
}

template <class Rows, class Put>
rocksdb::Status WriteEach(const Rows& rows, const Put& put) {
  rocksdb::Status status;
  for (auto row = rows.begin(); row != rows.end() && status.ok(); ++row)
    status = put(rocksdb::Slice(row->first), rocksdb::Slice(row->second));
  return status;
}

rocksdb::Status WriteLog(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
                         const BatchRows& rows) {
  rocksdb::WriteBatch writes;
  const auto put = [&](Family family) {
    return [&writes, handle = handles[family]](const auto& key, const auto& value) {
      return writes.Put(handle, key, value);
    };
  };
  const auto merge = [&](Family family) {
    return [&writes, handle = handles[family]](const auto& key, const auto& value) {
      return writes.Merge(handle, key, value);
    };
  };
  // The order of families means nothing here: the batch is one record.
  auto status = WriteTrusted(rows, put(kForward), merge(kForward));
  if (status.ok()) status = WriteReverse(ReverseRows(rows.trusted, rows.known), put(kReverse));
  if (status.ok()) status = WriteQuarantined(rows, put(kQuarantine), merge(kQuarantine));
  if (status.ok()) status = WriteEach(rows.journal, put(kNew));
  if (status.ok()) status = WriteEach(rows.meta, put(kMeta));
  // One write for all families: RocksDB's log has a WriteBatch whole or not at all.
  if (!status.ok() || writes.Count() == 0) return status;
  rocksdb::WriteOptions options;
  // What Apply returns is durable: by the ledger row in it no run reads these frames again.
  options.sync = true;
  return db.Write(options, &writes);
}

// The file of one family, from what `write(put, merge)` writes.
template <class Write>
rocksdb::Status WriteFile(TableFiles& files, Family family, const Write& write) {
  return files.Write(family, [&](rocksdb::SstFileWriter& file) {
    return write([&](const auto& key, const auto& value) { return file.Put(key, value); },
                 [&](const auto& key, const auto& value) { return file.Merge(key, value); });
  });
}

rocksdb::Status WriteFiles(TableFiles& files, const BatchRows& rows) {
  // The forward rows by a thread of their own: half of the work.
  auto forward = std::async(kBeside, [&] {
    if (rows.trusted.size() == 0) return rocksdb::Status::OK();
    return WriteFile(files, kForward, [&](const auto& put, const auto& merge) {
      return WriteTrusted(rows, put, merge);
    });
  });
  rocksdb::Status status;
  const auto write = [&](Family family, bool any, const auto& each) {
    if (any && status.ok()) status = WriteFile(files, family, each);
  };
  const ReverseRows reverse(rows.trusted, rows.known);
  write(kReverse, reverse.size() > 0,
        [&](const auto& put, const auto&) { return WriteReverse(reverse, put); });
  write(kQuarantine, rows.quarantined.size() > 0,
        [&](const auto& put, const auto& merge) { return WriteQuarantined(rows, put, merge); });
  write(kNew, !rows.journal.empty(),
        [&](const auto& put, const auto&) { return WriteEach(rows.journal, put); });
  write(kMeta, !rows.meta.empty(),
        [&](const auto& put, const auto&) { return WriteEach(rows.meta, put); });
  // Waited for whatever became of the others: it uses what stands here.
  const auto forward_status = forward.get();
  return status.ok() ? forward_status : status;
}

}  // namespace

void JournalRows::Add(std::string_view row_key, store::NewKind kind) {
  chunk_.Add(row_key, kind);
  ++next_;
  if (chunk_.full()) End();
}

void JournalRows::End() {
  if (!chunk_.empty()) rows_.emplace_back(chunk_.key(), chunk_.value());
  // Here and not in Add: the next chunk's number is that of the first tuple behind this one.
  chunk_.Begin(next_, committed_);
}

std::vector<std::pair<std::string, std::string>> JournalRows::Release() {
  End();
  return std::move(rows_);
}

bool IsLarge(const SortedRows& trusted, const SortedRows& quarantined) {
  return trusted.size() + quarantined.size() >= kLargeBatch ||
         trusted.bytes() + quarantined.bytes() >= kLargeBytes;
}

Written Write(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
              const std::string& path, const BatchRows& rows) {
  if (!IsLarge(rows.trusted, rows.quarantined)) {
    const auto written = WriteLog(db, handles, rows);
    if (written.ok()) return {};
    return {FromRocks(path, kMayBeStored, written), true};
  }
  // Up to Ingest the database knows nothing of the files, so a failure leaves it as it was.
  TableFiles files(db, handles);
  const auto filled = WriteFiles(files, rows);
  if (!filled.ok()) return {FromRocks(path, kNothingStored, filled), false};
  const auto taken = files.Ingest();
  if (taken.ok()) return {};
  return {FromRocks(path, kMayBeStored, taken), true};
}

}  // namespace pdns::store_rocks
