// The writer over RocksDB: store/writer.h -> [RocksWriter] -> the database. Guest: rocksdb.
//
// writer.cc opens and closes it and applies batches; expire.cc and writer_tidy.cc have the rest.
// Threads as store/writer.h says: RocksDB's handles, which Progress, figures and Compact use, may
// be used by any thread; everything else here is for one.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/writer.h"
#include "store_rocks/commits.h"
#include "store_rocks/common.h"
#include "store_rocks/open.h"
#include "store_rocks/totals.h"
#include "store_rocks/write/batch_rows.h"
#include "store_rocks/write/gone_rows.h"
#include "store_rocks/write/known.h"
#include "store_rocks/write/seen_cache.h"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

class RocksWriter final : public store::Writer {
 public:
  using Writer::Expire;

  RocksWriter(std::string path, const WriteOptions& options);
  ~RocksWriter() override;
  RocksWriter(const RocksWriter&) = delete;
  RocksWriter& operator=(const RocksWriter&) = delete;

  // Once, before all else. Errors as OpenWriter (open.h).
  Status Open();

  Result<std::optional<record::Position>> Progress(const record::SourceId& id) override;
  Result<record::Applied> Apply(const record::Batch& batch) override;
  Result<store::Expired> Expire(const store::Selection& selection, const RowTest& test,
                                const std::string& rule, const store::Watch& watch) override;
  Status Checkpoint(const std::string& directory) override;
  void WaitForMerges(const Hurry& hurry) override;
  Status Compact(const Hurry& hurry) override;
  store::Figures figures() const override;
  Status Close() override;

 private:
  Status OpenSchema();
  Status LoadJournalEnd();
  Status PutSchema(const MetaRows& more);
  static void AddOtherTotals(const record::Batch& batch, Totals& totals);
  static record::Applied Count(const SortedRows& rows, const Known& known, Totals& totals,
                               JournalRows& journal);
  Result<std::vector<std::uint8_t>> CountQuarantined(const SortedRows& rows, Totals& totals) const;
  std::chrono::sys_seconds CommitTime();
  struct OldChunks {
    std::optional<std::uint64_t> keep_from;  // what stands before it may go
    bool waits = false;  // an old one may not go yet: time goes on adding up for it
  };
  Result<OldChunks> FindOldChunks(std::chrono::sys_seconds now,
                                  std::chrono::steady_clock::duration passed) const;
  Status TrimJournal();
  Status DropJournal(std::optional<std::uint64_t> keep_from, std::chrono::sys_seconds now);
  void LoadJournalAge();
  std::uint64_t MostToAge(std::chrono::steady_clock::duration passed) const;
  std::chrono::sys_seconds LatestBelieved() const;
  bool TrimDue(std::chrono::sys_seconds now) const;
  Status Delete(GoneRows& gone, const std::string& rule);
  Status WriteGone(const GoneRows& gone, bool by_files, const MetaRows& meta);
  std::uint64_t LogBytes() const;
  std::uint64_t Sum(const std::string& property) const;

  std::string path_;
  WriteOptions options_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  SeenCache seen_;
  Totals totals_;                       // as they stand in the database
  Commits commits_;                     // likewise
  std::chrono::sys_seconds committed_;  // of the last row of the journal
  // Not earlier than this it was when this object was made, as far as the database tells: with an
  // empty journal, which has nothing to lose, as the clock says. And the steady clock then.
  std::chrono::sys_seconds was_late_;
  std::chrono::steady_clock::time_point opened_steady_;
  // Since when rows may go by age: when they last went, or when none was old. What passed between
  // two processes counts, an hour at most (LoadJournalAge).
  std::chrono::steady_clock::time_point aged_steady_;
  std::chrono::sys_seconds trimmed_;  // when old rows of the journal were last looked for
  std::uint64_t trimmed_next_ = 0;    // the journal's next number then
  Status failed_;  // of a write that may be stored: what this object knows may be out of date
};

}  // namespace pdns::store_rocks
