#include "store_rocks/read/snapshot.h"

#include <rocksdb/cache.h>

#include <mutex>

#include "store_rocks/open.h"
#include "store_rocks/read/count.h"
#include "store_rocks/read/journal_scan.h"
#include "store_rocks/read/ledger_scan.h"
#include "store_rocks/read/reverse_scan.h"
#include "store_rocks/read/scan.h"

namespace pdns::store_rocks {

store::Scanned RocksSnapshot::Scan(const store::Selection& selection, const store::RowSink& sink,
                                   const store::Watch& watch) {
  return store_rocks::Scan(walker_, selection, sink, watch);
}

store::Scanned RocksSnapshot::ScanEach(const store::SelectionAt& at, const store::EachRowSink& sink,
                                       const store::Watch& watch) {
  return store_rocks::ScanEach(walker_, at, sink, watch);
}

store::Scanned RocksSnapshot::ScanOwners(const store::Selection& selection, const OwnerSink& sink,
                                         const store::Watch& watch) {
  return store_rocks::ScanOwners(walker_, selection, sink, watch);
}

Status RocksSnapshot::Totals(record::Statistics& statistics) {
  return TellTotals(walker_, statistics);
}

Status RocksSnapshot::Count(const CountWatch& watch, record::Statistics& statistics) {
  return CountRows(walker_, watch, statistics);
}

store::Scanned RocksSnapshot::ScanLedger(const LedgerSink& sink, const store::Watch& watch) {
  return store_rocks::ScanLedger(walker_, sink, watch);
}

Result<Sha256Digest> RocksSnapshot::Identity() { return IdentityOf(walker_); }

Result<store::JournalSpan> RocksSnapshot::Journal() { return SpanOfJournal(walker_); }

store::Scanned RocksSnapshot::ScanNew(const store::NewSelection& selection,
                                      const store::NewSink& sink, const store::Watch& watch) {
  return ScanJournal(walker_, selection, sink, watch);
}

namespace {

class RocksDatabase final : public store::Database {
 public:
  RocksDatabase(std::string path, std::shared_ptr<rocksdb::Cache> cache, bool filters,
                std::shared_ptr<const Instance> instance)
      : path_(std::move(path)),
        cache_(std::move(cache)),
        filters_(filters),
        instance_(std::move(instance)) {}

  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() override {
    return std::unique_ptr<store::Snapshot>(std::make_unique<RocksSnapshot>(Now()));
  }

  // The next instance is opened beside the current one, which goes with its last snapshot.
  Status Refresh() override {
    // One opens at a time; whoever waited here finds the version that the other has opened.
    const std::lock_guard refreshing(refresh_);
    // A look at names and sizes of a few files, in place of an open, which takes 0.1 ms a table
    // file (common.cc).
    if (VersionOf(path_) == Now()->version()) return {};
    auto next = Instance::Open(path_, cache_, filters_);
    if (!next.ok()) return next.status();
    const std::lock_guard lock(mutex_);
    instance_ = std::move(*next);
    return {};
  }

 private:
  std::shared_ptr<const Instance> Now() const {
    const std::lock_guard lock(mutex_);
    return instance_;
  }

  std::string path_;
  std::shared_ptr<rocksdb::Cache> cache_;
  bool filters_;
  std::mutex refresh_;        // taken before mutex_: one opens, others go on reading
  mutable std::mutex mutex_;  // of instance_
  std::shared_ptr<const Instance> instance_;
};

}  // namespace

Result<std::unique_ptr<store::Database>> OpenDatabase(const std::string& path,
                                                      const ReadOptions& options) {
  // One cache for all instances of the database: blocks of files that stay are found again after a
  // Refresh.
  auto cache = NewCache(options.memory);
  auto instance = Instance::Open(path, cache, options.filters);
  if (!instance.ok()) return instance.status();
  return std::unique_ptr<store::Database>(std::make_unique<RocksDatabase>(
      path, std::move(cache), options.filters, std::move(*instance)));
}

}  // namespace pdns::store_rocks
