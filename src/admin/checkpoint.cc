#include "admin/checkpoint.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "admin/report.h"
#include "base/folder.h"

namespace pdns::admin {
namespace {

namespace fs = std::filesystem;

struct Size {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

Size SizeOf(const fs::path& directory) {
  Size size;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const auto bytes = it->file_size(gone);
    if (gone) continue;
    ++size.files;
    size.bytes += bytes;
  }
  return size;
}

Status Check(const fs::path& directory, const std::string& database) {
  if (directory.empty()) return Status::Usage("checkpoint: give the directory that is to be made");
  if (!directory.is_absolute())
    return Status::Usage("checkpoint " + directory.string() + ": not an absolute path");
  std::error_code error;
  if (fs::exists(fs::symlink_status(directory, error)))
    return Status::NoInput("checkpoint " + directory.string() + ": it is there already");
  if (!fs::is_directory(directory.parent_path(), error)) {
    return Status::NoInput("checkpoint " + directory.string() + ": there is no directory " +
                           directory.parent_path().string());
  }
  if (IsWithin(directory, database)) {
    return Status::Usage("checkpoint " + directory.string() +
                         ": a directory inside the database: name another");
  }
  return {};
}

// On another disk the table files are copied. Where the disk fills up beside others that write to
// it, RocksDB removes what it made.
Status CheckRoom(const Job& job, const fs::path& directory) {
  struct stat database {};
  struct stat parent {};
  const bool known = stat(job.access.path().c_str(), &database) == 0 &&
                     stat(directory.parent_path().c_str(), &parent) == 0;
  if (!known || database.st_dev == parent.st_dev) return {};
  const auto writer = job.access.Beside();
  if (!writer.ok()) return writer.status();
  const store::Figures figures = (*writer)->figures();
  const std::uint64_t bytes = figures.disk_bytes + figures.log_bytes;
  const std::uint64_t room = FreeBytes(directory.parent_path());
  if (bytes <= room) return {};
  return Status::Disk(
      fmt::format("checkpoint {}: {} bytes are to be copied, and {} are free: nothing was made",
                  directory.string(), bytes, room));
}

}  // namespace

Result<control::Reply::Report> Checkpoint(const Job& job) {
  // "x/" means x: the parent of "x/" would be "x" itself.
  std::string text(job.options.One("directory").value_or(""));
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  if (Status checked = Check(text, job.access.path()); !checked.ok()) return checked;
  if (Status room = CheckRoom(job, text); !room.ok()) return room;
  const bool dry_run = job.options.Has("dry-run");
  if (!dry_run) {
    const Status made =
        job.access.With([&text](store::Writer& writer) { return writer.Checkpoint(text); });
    if (!made.ok()) return made;
  }
  const Size size = dry_run ? Size() : SizeOf(text);
  Report report;
  report.Flag("dry run", dry_run);
  report.Text("directory", text);
  report.Number("files", size.files);
  report.Number("bytes", size.bytes);
  return control::Reply::Report{0, report.text(), report.json("checkpoint"), false};
}

}  // namespace pdns::admin
