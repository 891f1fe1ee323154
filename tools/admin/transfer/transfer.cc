#include "tools/admin/transfer/transfer.h"

#include <fmt/format.h>

#include <utility>

#include "record/statistics.h"
#include "store_rocks/check/writer_checks.h"
#include "tools/common/engine.h"
#include "tools/common/open_database.h"
#include "tools/common/progress_line.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

std::string DescribeTransfer(const source::Progress& progress, double seconds) {
  const auto done = static_cast<double>(progress.bytes_done);
  return fmt::format("{:.1f} of {:.1f} M rows, {:.0f} rows/s; Ctrl-C ends it", done / 1e6,
                     static_cast<double>(progress.bytes_total) / 1e6,
                     seconds > 0 ? done / seconds : 0);
}

Status CheckIdle(const std::string& name) {
  if (IsCluster(name)) return {};
  Status checked = store_rocks::CheckLock(name);
  if (checked.code() != Code::kBusy) return checked;
  return Status::Busy(checked.message() +
                      "; stop that, or make a copy by pdns-admin checkpoint and give the copy");
}

}  // namespace

Result<OpenedOrigins> OpenOrigins(const std::vector<std::string>& names, bool idle) {
  OpenedOrigins opened;
  for (const std::string& name : names) {
    if (idle) {
      if (Status checked = CheckIdle(name); !checked.ok()) return checked;
    }
    auto snapshot = OpenForQuery(name);
    if (!snapshot.ok()) return snapshot.status();
    auto origin = admin::ReadOrigin(name, **snapshot);
    if (!origin.ok()) return origin.status();
    opened.snapshots.push_back(std::move(*snapshot));
    opened.origins.push_back(std::move(*origin));
  }
  return opened;
}

Status Target::Open(const std::string& name) {
  name_ = name;
  auto place = WritePlace(name, "");
  if (!place.ok()) return place.status();
  WriteSetup setup;
  setup.place = std::move(*place);
  auto writer = OpenWriter(setup);
  if (writer.status().code() == Code::kBusy) {
    return Status::Busy(writer.status().message() +
                        "; stop that first: only one process may write");
  }
  if (!writer.ok()) return writer.status();
  writer_ = std::move(*writer);
  return Read();
}

Status Target::Read() {
  // A cluster has what was written once the outbox is empty.
  if (IsCluster(name_)) {
    writer_->WaitForMerges({});
    if (writer_->figures().tidying)
      return Status::Io(name_ + ": it does not take what waits for it in the outbox");
  }
  auto snapshot = OpenForQuery(name_);
  if (!snapshot.ok()) return snapshot.status();
  snapshot_ = std::move(*snapshot);
  return {};
}

Status Target::Close() {
  snapshot_.reset();
  return writer_->Close();
}

void TransferSum::Add(const admin::Transferred& one) {
  rows += one.rows;
  rows_before += one.rows_before;
  captures += one.captures;
  whole = whole && one.whole;
}

Result<TransferSum> TransferAll(const std::vector<admin::Origin>& origins, const admin::Part& part,
                                store::Writer& writer, const Stop& stop) {
  source::Progress progress;
  for (const admin::Origin& origin : origins) {
    record::Statistics numbers;
    if (Status told = origin.snapshot->Totals(numbers); !told.ok()) return told;
    progress.bytes_total += numbers.tuples + numbers.AllQuarantined();
  }
  const ProgressLine line(progress, &DescribeTransfer);
  TransferSum sum;
  for (const admin::Origin& origin : origins) {
    if (!sum.whole) break;
    const auto done = admin::Transfer(origin, part, writer, stop, progress).Run();
    if (!done.ok() && done.status().code() == Code::kDisk) {
      return Status::Disk(done.status().message() +
                          "; once that is mended, the same command goes on where it stood");
    }
    if (!done.ok()) return done.status();
    sum.Add(*done);
  }
  return sum;
}

}  // namespace pdns::tools
