// A cluster as a reader sees it: Cluster -> [ClusterSnapshot] -> store::Snapshot. What one moment
// is here: read/open.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/database.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

// One thread at a time. A scan has connections of its own, so a sink may begin another.
class ClusterSnapshot final : public store::Snapshot {
 public:
  using Snapshot::Scan;
  using Snapshot::ScanNew;
  using Snapshot::ScanOwners;

  ClusterSnapshot(std::shared_ptr<Shards> shards,
                  std::shared_ptr<const std::vector<std::string>> sensors,
                  const Sha256Digest& identity)
      : shards_(std::move(shards)), sensors_(std::move(sensors)), identity_(identity) {}

  store::Scanned Scan(const store::Selection& selection, const store::RowSink& sink,
                      const store::Watch& watch) override;
  store::Scanned ScanEach(const store::SelectionAt& at, const store::EachRowSink& sink,
                          const store::Watch& watch) override;
  store::Scanned ScanOwners(const store::Selection& selection, const OwnerSink& sink,
                            const store::Watch& watch) override;
  const std::vector<std::string>& sensors() const override { return *sensors_; }
  Status Totals(record::Statistics& statistics) override;
  Status Count(const CountWatch& watch, record::Statistics& statistics) override;
  store::Scanned ScanLedger(const LedgerSink& sink, const store::Watch& watch) override;
  Result<Sha256Digest> Identity() override { return identity_; }
  Result<store::JournalSpan> Journal() override;
  store::Scanned ScanNew(const store::NewSelection& selection, const store::NewSink& sink,
                         const store::Watch& watch) override;

 private:
  std::shared_ptr<Shards> shards_;
  std::shared_ptr<const std::vector<std::string>> sensors_;
  Sha256Digest identity_;
};

}  // namespace pdns::store_clickhouse
