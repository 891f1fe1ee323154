// What merge, copy and split share: databases that are read, and the one that is written.
//
//   path or address -> [OpenOrigins], [Target] -> admin/transfer -> report
//
// One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/transfer/origin.h"
#include "admin/transfer/transfer.h"
#include "base/status.h"
#include "base/stop.h"
#include "store/writer.h"

namespace pdns::tools {

// Databases open to be read, with what a transfer needs to know of each.
struct OpenedOrigins {
  std::vector<std::unique_ptr<store::Snapshot>> snapshots;
  std::vector<admin::Origin> origins;  // borrow them
};

// Of directories. `idle`: none may be written meanwhile, since a merge that was killed goes on only
// with what it began with. kUsage, kNoInput, kIo, kCorrupt; kBusy: a writer has one of them.
Result<OpenedOrigins> OpenOrigins(const std::vector<std::string>& names, bool idle);

// The database into which rows go.
class Target {
 public:
  // Makes it if it is not there; a cluster has to have its tables. Batches that wait for a cluster
  // are delivered first. Errors as OpenWriter; kBusy: another process writes it, and the message
  // says so.
  Status Open(const std::string& name);

  store::Writer& writer() { return *writer_; }
  // As it was when it was opened, or when Read was called last.
  admin::Destination destination() { return {name_, snapshot_.get()}; }
  store::Snapshot& snapshot() { return *snapshot_; }

  // A moment that has all that was written. kIo: a cluster did not get all of it yet.
  Status Read();

  // Last.
  Status Close();

 private:
  std::string name_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::Snapshot> snapshot_;
};

// What was transferred, over all origins.
struct TransferSum {
  std::uint64_t rows = 0;
  std::uint64_t rows_before = 0;
  std::uint64_t captures = 0;
  bool whole = true;

  void Add(const admin::Transferred& one);
};

// Rows of each origin in turn, with a line that tells how far it is, until the stop. The error says
// that the same command goes on, where it does.
Result<TransferSum> TransferAll(const std::vector<admin::Origin>& origins, const admin::Part& part,
                                store::Writer& writer, const Stop& stop);

}  // namespace pdns::tools
