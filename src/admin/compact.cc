#include "admin/compact.h"

#include <fmt/format.h>

#include "admin/report.h"
#include "base/folder.h"

namespace pdns::admin {

Status MergeAll(const Job& job) {
  const auto writer = job.access.Beside();
  if (!writer.ok()) return writer.status();
  const std::uint64_t bytes = (*writer)->figures().disk_bytes;
  const std::uint64_t room = FreeBytes(job.access.path());
  // A live ingester that meets a full disk stops storing.
  if (room < bytes) {
    return Status::Disk(fmt::format(
        "database {}: to merge its table files needs room for a second copy, {} bytes, and {} are "
        "free: nothing was merged",
        job.access.path(), bytes, room));
  }
  return (*writer)->Compact([&job] { return job.stop.requested(); });
}

Result<control::Reply::Report> Compact(const Job& job) {
  const auto writer = job.access.Beside();
  if (!writer.ok()) return writer.status();
  const bool dry_run = job.options.Has("dry-run");
  const store::Figures before = (*writer)->figures();
  const std::uint64_t room = FreeBytes(job.access.path());
  if (!dry_run) {
    if (const Status merged = MergeAll(job); !merged.ok()) return merged;
  }
  const store::Figures after = (*writer)->figures();
  Report report;
  const bool whole = dry_run || !job.stop.requested();
  report.Flag("complete", whole);
  report.Flag("dry run", dry_run);
  report.Number("table files before", before.files);
  report.Number("bytes before", before.disk_bytes);
  report.Number("table files after", after.files);
  report.Number("bytes after", after.disk_bytes);
  if (room != kUnknownBytes) report.Number("bytes free", room);  // else of servers, who know
  return control::Reply::Report{whole ? 0 : kIncomplete, report.text(), report.json("compact"),
                                false};
}

}  // namespace pdns::admin
