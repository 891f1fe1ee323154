// pdns-ingest: dnstap in, tuples in the database. Options, open, run, report.
#include <sys/resource.h>

#include <cstdio>

#include "base/log.h"
#include "database_path.h"
#include "ingest/service.h"
#include "ingest_options.h"
#include "progress_line.h"
#include "signals.h"
#include "store/rocks.h"

namespace pdns::tools {
namespace {

constexpr int kNeedsAttention = 1;

int Refuse(const Status& status) {
  LogError(status.message());
  return ExitCode(status.code());
}

// The store keeps its files open, and every peer of a socket is a descriptor more.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // else it stays as it was, which is enough for most
}

Result<ingest::RunReport> RunOn(store::Writer& writer, const std::string& path,
                                const IngestOptions& options, Stop& stop) {
  ingest::ServiceOptions service{ingest::ListSources(options.paths), options.socket, options.policy,
                                 options.flush_interval, options.memory / 3};
  const ingest::Sink sink{[&](const record::SourceId& id) { return writer.Progress(id); },
                          [&](const record::Batch& batch) { return writer.Apply(batch); }};
  ingest::Progress progress;
  auto show = std::make_unique<ProgressLine>(progress);
  if (service.sources.empty()) show.reset();
  auto report = ingest::Run(service, sink, stop, progress);
  if (!report.ok()) return report;
  const auto hurry = [&stop] { return stop.requested(); };
  writer.Settle(hurry);
  if (!options.compact || hurry()) return report;
  LogInfo("compacting " + path);
  if (Status compacted = writer.Compact(hurry); !compacted.ok()) return compacted;
  return report;
}

int Main(int argc, const char* const* argv) {
  StartLog("pdns-ingest", false);
  const auto options = ParseIngestOptions(argc, argv);
  if (!options.ok()) return Refuse(options.status());
  if (!options->print_and_exit.empty())
    return std::fputs(options->print_and_exit.c_str(), stdout) < 0;
  StartLog("pdns-ingest", options->verbose);
  RaiseDescriptorLimit();
  const auto path = DatabasePath(options->database, Access::kWrite);
  if (!path.ok()) return Refuse(path.status());
  // A third for the windows, half of which may be sorted at a time for as much again; a quarter for
  // the store. The rest is for its files' indexes and filters, and for merging them.
  auto writer = store::OpenRocksWriter(*path, options->memory / 4);
  if (!writer.ok()) return Refuse(writer.status());
  static Stop stop;
  StopOnSignals(stop);
  const auto report = RunOn(**writer, *path, *options, stop);
  if (!report.ok()) return Refuse(report.status());
  const bool took = !options->paths.empty() || !options->socket.empty();
  if (took) std::fputs(ingest::ReportText(*report).c_str(), stderr);
  if (options->report_json && std::puts(ingest::ReportJson(*report).c_str()) < 0) {
    return Refuse(Status::Io("the report cannot be written to standard output"));
  }
  if (Status closed = (*writer)->Close(); !closed.ok()) return Refuse(closed);
  return report->NeedsAttention() ? kNeedsAttention : 0;
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
