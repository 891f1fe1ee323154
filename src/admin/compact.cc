#include "admin/compact.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <limits>

#include "admin/report.h"

namespace pdns::admin {
namespace {

// Where the disk does not tell, there may be room.
std::uint64_t FreeOf(const std::string& path) {
  struct statvfs disk {};
  if (statvfs(path.c_str(), &disk) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace

Result<control::Reply::Report> Compact(const Job& job) {
  const auto writer = job.access.Beside();
  if (!writer.ok()) return writer.status();
  const bool dry_run = job.options.Has("dry-run");
  const store::Figures before = (*writer)->figures();
  const std::uint64_t room = FreeOf(job.access.path());
  // A live ingester that meets a full disk stops storing.
  if (room < before.disk_bytes && !dry_run) {
    return Status::Disk(fmt::format(
        "database {}: compact needs room for a second copy, {} bytes, and {} are free: nothing was "
        "done",
        job.access.path(), before.disk_bytes, room));
  }
  if (!dry_run) {
    const Status compacted = (*writer)->Compact([&job] { return job.stop.requested(); });
    if (!compacted.ok()) return compacted;
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
  report.Number("bytes free", room);
  return control::Reply::Report{whole ? 0 : kIncomplete, report.text(), report.json("compact"),
                                false};
}

}  // namespace pdns::admin
