// A moment of a database: Instance -> [RocksSnapshot] -> store::Snapshot. Guest: rocksdb.
#pragma once

#include <memory>

#include "store/database.h"
#include "store_rocks/read/instance.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

// One thread at a time.
class RocksSnapshot final : public store::Snapshot {
 public:
  using Snapshot::Scan;
  using Snapshot::ScanNew;
  using Snapshot::ScanOwners;

  explicit RocksSnapshot(std::shared_ptr<const Instance> instance)
      : instance_(std::move(instance)), walker_(instance_->source()) {}

  store::Scanned Scan(const store::Selection& selection, const store::RowSink& sink,
                      const store::Watch& watch) override;
  store::Scanned ScanEach(const store::SelectionAt& at, const store::EachRowSink& sink,
                          const store::Watch& watch) override;
  store::Scanned ScanOwners(const store::Selection& selection, const OwnerSink& sink,
                            const store::Watch& watch) override;
  const std::vector<std::string>& sensors() const override { return instance_->sensors(); }
  Status Totals(record::Statistics& statistics) override;
  Status Count(const CountWatch& watch, record::Statistics& statistics) override;
  store::Scanned ScanLedger(const LedgerSink& sink, const store::Watch& watch) override;
  Result<Sha256Digest> Identity() override;
  Result<store::JournalSpan> Journal() override;
  store::Scanned ScanNew(const store::NewSelection& selection, const store::NewSink& sink,
                         const store::Watch& watch) override;

 private:
  std::shared_ptr<const Instance> instance_;
  Walker walker_;  // destroyed before what it reads from
};

}  // namespace pdns::store_rocks
