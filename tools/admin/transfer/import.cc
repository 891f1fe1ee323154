#include "tools/admin/transfer/import.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "admin/work.h"
#include "base/log.h"
#include "ingest/report.h"
#include "ingest/service.h"
#include "tools/admin/transfer/transfer.h"
#include "tools/admin/writing.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/progress_line.h"
#include "tools/common/signals.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

using control::Reply;

// Reads the files as pdns-ingest does, with as much memory as it has by default.
Result<ingest::RunReport> Read(const CommandInput& input, const ingest::Sink& sink, Stop& stop,
                               source::Progress& progress) {
  ingest::ServiceOptions plan;
  plan.sources = source::ListPaths(input.words);
  ingest::Service service(std::move(plan), {}, sink, stop);
  if (Status opened = service.Open(progress); !opened.ok()) return opened;
  return service.Run();
}

Result<Reply::Report> Store(const CommandInput& input, const std::string& path, Stop& stop,
                            source::Progress& progress) {
  Target target;
  if (Status opened = target.Open(path); !opened.ok()) return opened;
  store::Writer& writer = target.writer();
  const ingest::Sink sink{[&](const record::SourceId& id) { return writer.Progress(id); },
                          [&](const record::Batch& batch) { return writer.Apply(batch); }};
  const auto report = Read(input, sink, stop, progress);
  if (report.ok()) writer.WaitForMerges([&stop] { return stop.requested(); });
  const Status closed = target.Close();
  if (!report.ok()) return report.status();
  if (!closed.ok()) return closed;
  return ingest::ReplyOf(*report);
}

// What is taken already, of a database that may not be there yet.
Result<std::map<record::SourceId, record::Position>> ReadLedger(const std::string& path) {
  std::map<record::SourceId, record::Position> taken;
  std::error_code error;
  if (!IsCluster(path) && !std::filesystem::exists(path, error)) return taken;
  const auto snapshot = OpenForQuery(path);
  if (!snapshot.ok()) return snapshot.status();
  const auto keep = [&taken](const record::SourcePosition& row) {
    taken[row.id] = row.position;
    return true;
  };
  if (Status read = (*snapshot)->ScanLedger(keep, {}).status; !read.ok()) return read;
  return taken;
}

// Reads all and stores nothing.
Result<Reply::Report> Rehearse(const CommandInput& input, const std::string& path, Stop& stop,
                               source::Progress& progress) {
  const auto taken = ReadLedger(path);
  if (!taken.ok()) return taken.status();
  using Found = Result<std::optional<record::Position>>;
  const ingest::Sink sink{[&taken](const record::SourceId& id) {
                            const auto found = taken->find(id);
                            return found == taken->end() ? Found(std::nullopt)
                                                         : Found(found->second);
                          },
                          [](const record::Batch&) { return record::Applied{}; }};
  auto report = Read(input, sink, stop, progress);
  if (!report.ok()) return report.status();
  report->dry_run = true;
  return ingest::ReplyOf(*report);
}

Result<control::Request> RequestOf(const CommandInput& input) {
  control::Request request;
  request.operation = control::Request::Operation::kBackfill;
  for (const std::string& word : input.words) {
    if (word == "-") {
      return Status::Usage(
          "import: a live ingester owns the database, and cannot read this standard input: name a "
          "file");
    }
    std::error_code error;
    request.paths.push_back(std::filesystem::absolute(word, error));
    if (error) return Status::Io(word + ": " + error.message());
  }
  return request;
}

Result<Reply::Report> Import(const CommandInput& input, const std::string& path, Stop& stop,
                             source::Progress& progress) {
  if (input.Has("dry-run")) return Rehearse(input, path, stop, progress);
  if (!IsCluster(path)) {
    const std::string control = ControlOf(input, path);
    auto client = control::Client::Connect(control);
    if (!client.ok()) return client.status();
    if (client->has_value()) {
      const auto request = RequestOf(input);
      if (!request.ok()) return request.status();
      return AskLive(std::move(**client), control, *request, stop, progress);
    }
  }
  return Store(input, path, stop, progress);
}

Result<int> Run(const CommandInput& input) {
  if (input.words.empty())
    return Status::Usage("import: give the files with the rows, or - for standard input");
  const auto path = DatabasePath(input.Text("database"), Access::kWrite);
  if (!path.ok()) return path.status();
  if (IsCluster(*path) && input.Has("control"))
    return Status::Usage("import: no ingester is asked for a cluster: omit --control");
  Stop stop;
  StopOnSignals(stop);
  source::Progress progress;
  std::optional<ProgressLine> line(std::in_place, progress);
  auto report = Import(input, *path, stop, progress);
  line.reset();
  if (!report.ok()) return report.status();
  if (stop.requested()) report->exit_code = std::max(report->exit_code, admin::kIncomplete);
  return PrintReport(*report, input.Has("json"));
}

}  // namespace

Command ImportCommand() {
  return {"import",
          "FILE...",
          "Add rows that export, pdns-query --json or dnsdbq -j wrote, each file once",
          1024,
          {"import", WritingOptions()},
          &Run};
}

}  // namespace pdns::tools
