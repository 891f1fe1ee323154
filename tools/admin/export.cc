#include "tools/admin/export.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include "admin/export.h"
#include "admin/report.h"
#include "admin/work.h"
#include "base/log.h"
#include "frame/zstd_output.h"
#include "net/descriptor.h"
#include "tools/common/progress_line.h"
#include "tools/common/signals.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

Status WriteAll(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Status::DiskErrno(name, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// Where the lines go: standard output, or a file that has its name once it is whole and on the
// disk.
class Target {
 public:
  explicit Target(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  ~Target() {
    if (file_.has_value()) unlink(part_.c_str());  // not finished
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  Status Open() {
    if (path_.empty()) return {};
    std::error_code error;
    // An export takes long, and what it would replace may be the only one.
    if (std::filesystem::exists(path_, error))
      return Status::NoInput(path_ + ": it is there already");
    const int fd = open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) return Status::DiskErrno(part_, errno);
    file_.emplace(fd);
    return {};
  }

  Status Write(std::string_view bytes) {
    if (!file_.has_value()) return WriteAll(STDOUT_FILENO, bytes, "standard output");
    Status done = WriteAll(file_->get(), bytes, part_);
    written_ += bytes.size();
    if (done.code() != Code::kDisk) return done;
    return Status::Disk(fmt::format("{}; {} bytes were written, and {} was not made",
                                    done.message(), written_ - bytes.size(), path_));
  }

  Status Finish() {
    if (!file_.has_value()) return {};
    if (fsync(file_->get()) != 0) return Status::DiskErrno(part_, errno);
    if (rename(part_.c_str(), path_.c_str()) != 0) return Status::DiskErrno(path_, errno);
    file_.reset();
    return {};
  }

 private:
  std::string path_;  // empty: standard output
  std::string part_;
  std::optional<net::Descriptor> file_;
  std::uint64_t written_ = 0;  // bytes
};

std::string DescribeExport(const source::Progress& progress, double seconds) {
  const auto rows = static_cast<double>(progress.frames);
  return fmt::format("{:.1f} M rows, {:.0f} rows/s; Ctrl-C ends it", rows / 1e6,
                     seconds > 0 ? rows / seconds : 0);
}

Result<admin::Exported> Write(store::Snapshot& snapshot, Target& target, bool zstd) {
  Stop stop;
  StopOnSignals(stop);
  source::Progress progress;
  const ProgressLine line(progress, &DescribeExport);
  const auto write = [&target](std::string_view bytes) { return target.Write(bytes); };
  if (!zstd) return admin::ExportRows(snapshot, write, stop, progress);
  frame::ZstdOutput packed(write);
  auto exported = admin::ExportRows(
      snapshot, [&packed](std::string_view text) { return packed.Write(text); }, stop, progress);
  if (!exported.ok()) return exported;
  if (Status ended = packed.Finish(); !ended.ok()) return ended;
  return exported;
}

Status Print(const admin::Exported& exported, bool to_file, bool json) {
  admin::Report report;
  report.Flag("complete", exported.whole);
  report.Number("rows", exported.trusted + exported.quarantined);
  report.Number("quarantined rows", exported.quarantined);
  report.Number("bytes of lines", exported.bytes);
  const std::string text = json ? report.json("export") + "\n" : report.text();
  // Standard output may be the rows'.
  std::FILE* const out = to_file ? stdout : stderr;
  const bool printed = std::fputs(text.c_str(), out) >= 0 && std::fflush(out) == 0;
  return printed || !to_file ? Status()
                             : Status::Io("the report cannot be written to standard output");
}

Result<int> Run(const CommandInput& input) {
  const bool to_file = !input.words.empty() && input.words.front() != "-";
  if (!to_file && isatty(STDOUT_FILENO) != 0 && input.Has("zstd"))
    return Status::Usage("export --zstd: not to a terminal: name a file, or send it to one");
  Target target(to_file ? input.words.front() : "");
  if (Status opened = target.Open(); !opened.ok()) return opened;
  const auto snapshot = OpenForQuery(input.Text("database"));
  if (!snapshot.ok()) return snapshot.status();
  const auto exported = Write(**snapshot, target, input.Has("zstd"));
  if (!exported.ok()) return exported.status();
  if (exported->whole) {
    if (Status finished = target.Finish(); !finished.ok()) return finished;
  } else {
    LogWarning(to_file ? "interrupted: no file was made"
                       : "interrupted: the line that ends an export is missing");
  }
  if (Status printed = Print(*exported, to_file, input.Has("json")); !printed.ok()) return printed;
  return exported->whole ? 0 : admin::kIncomplete;
}

}  // namespace

Command ExportCommand() {
  using enum OptionKind;
  return {"export",
          "[FILE]",
          "Write all rows, with every column, as lines that import reads",
          1,
          {"export",
           {
               {"zstd", kFlag, "", OptionRow::kAbsent, "Compress what is written, with zstd"},
           }},
          &Run};
}

}  // namespace pdns::tools
