// The writer's expiry: rows of a selection go, step after step.
#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <string>

#include "store_rocks/common.h"
#include "store_rocks/read/scan.h"
#include "store_rocks/write/gone_rows.h"
#include "store_rocks/write/table_files.h"
#include "store_rocks/write/writer.h"

namespace pdns::store_rocks {
namespace {

// From so many keys on they go by table files: a tombstone costs the log, a memtable and a flush
// more than all else of its row's expiry.
constexpr std::size_t kManyKeys = 8192;

rocksdb::Status WriteLog(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
                         const GoneRows::KeysByFamily& gone, const MetaRows& meta) {
  rocksdb::WriteBatch writes;
  rocksdb::Status status;
  for (std::size_t family = 0; family < gone.size(); ++family) {
    for (const std::string& key : gone[family]) {
      if (status.ok()) status = writes.Delete(handles[family], key);
    }
  }
  for (const auto& [key, value] : meta) {
    if (status.ok()) status = writes.Put(handles[kMeta], key, value);
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return status.ok() ? db.Write(options, &writes) : status;
}

rocksdb::Status FillFiles(TableFiles& files, const GoneRows::KeysByFamily& gone,
                          const MetaRows& meta) {
  rocksdb::Status status;
  for (std::size_t family = 0; family < gone.size() && status.ok(); ++family) {
    if (gone[family].empty()) continue;
    status = files.Write(static_cast<Family>(family), [&](rocksdb::SstFileWriter& file) {
      rocksdb::Status each;
      for (const std::string& key : gone[family]) {
        if (each.ok()) each = file.Delete(key);
      }
      return each;
    });
  }
  if (!status.ok()) return status;
  return files.Write(kMeta, [&meta](rocksdb::SstFileWriter& file) {
    rocksdb::Status each;
    for (const auto& [key, value] : meta) {
      if (each.ok()) each = file.Put(key, value);
    }
    return each;
  });
}

}  // namespace

Result<store::Expired> RocksWriter::Expire(const store::Selection& selection, const RowTest& test,
                                           const std::string& rule, const store::Watch& watch) {
  if (!failed_.ok()) return failed_;
  store::Expired expired;
  // All that is to go is looked for as of one moment; what comes in since stays.
  const auto release = [this](const rocksdb::Snapshot* moment) { db_->ReleaseSnapshot(moment); };
  const std::unique_ptr<const rocksdb::Snapshot, decltype(release)> moment(db_->GetSnapshot(),
                                                                           release);
  Walker walker({*db_, handles_, path_, moment.get()});
  GoneRows going(selection);
  Status failed;
  const auto remove = [&] {
    failed = Delete(going, rule);
    expired.rows += failed.ok() ? going.rows() : 0;
    going.Clear();
    return failed.ok();
  };
  const auto take = [&](const store::Row& row) {
    going.Add(row, test(row));
    return !going.full() || remove();
  };
  const store::Scanned scanned = Scan(walker, selection, take, watch);
  if (scanned.status.ok() && !scanned.stopped) going.End();
  if (failed.ok() && going.rows() > 0) remove();
  if (!failed.ok()) return failed;
  if (!scanned.status.ok()) return scanned.status;
  expired.stopped = scanned.stopped;
  return expired;
}

Status RocksWriter::Delete(GoneRows& gone, const std::string& rule) {
  Totals totals = totals_;
  gone.Count(*db_, handles_[kForward], rule, totals);
  MetaRows meta;
  totals.Put(meta);
  Commits commits = commits_;
  const bool by_files = gone.size() >= kManyKeys;
  commits.Add(by_files, meta);
  if (Status written = WriteGone(gone, by_files, meta); !written.ok()) return written;
  totals_ = std::move(totals);
  commits_ = commits;
  WriteMark(path_, commits_.sum());
  // Behind the write, and needed: a tuple that the cache still holds would be merged when it comes
  // again, without its reverse rows.
  for (const auto& key : gone.keys()[kForward]) seen_.Forget(seen_.Hash(AsBytes(key)));
  for (const auto& owner : gone.owners()) seen_.Forget(seen_.Hash(AsBytes(owner)));
  return {};
}

// Rows of both directions, owner rows and totals in one write, as they were stored: a reader never
// finds one without the other. The journal is left alone: who reads it passes numbers without a
// row.
Status RocksWriter::WriteGone(const GoneRows& gone, bool by_files, const MetaRows& meta) {
  rocksdb::Status status;
  if (by_files) {
    TableFiles files(*db_, handles_);
    status = FillFiles(files, gone.keys(), meta);
    // Up to here the database knows nothing of the files: this writer goes on.
    if (!status.ok()) return FromRocks(path_, "expiry: nothing of this step was removed", status);
    status = files.Ingest();
  } else {
    status = WriteLog(*db_, handles_, gone.keys(), meta);
  }
  // After a failed sync nobody knows whether they are gone, as in Apply.
  if (!status.ok()) return failed_ = FromRocks(path_, "expiry", status);
  return {};
}

}  // namespace pdns::store_rocks
