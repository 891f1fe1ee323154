#include "tools/ingest/backfill.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/wait.h"
#include "control/client.h"
#include "tools/common/progress_line.h"
#include "tools/ingest/signal_supervisor.h"

namespace pdns::tools {
namespace {

Result<control::Request> RequestFor(const IngestOptions& options) {
  control::Request request;
  request.operation = control::Request::Operation::kBackfill;
  if (options.types_given) request.accepted = options.policy.accepted;
  if (options.untrusted_given) request.untrusted = options.policy.untrusted;
  for (const std::string& path : options.paths) {
    if (path == "-")
      return Status::Usage("a live ingester owns the database, and cannot read our standard input");
    std::error_code error;
    request.paths.push_back(std::filesystem::absolute(path, error));
    if (error) return Status::Io(path + ": " + error.message());
  }
  return request;
}

// While the ingester has as many clients as it takes. False: the stop came.
bool PauseForBusy(const Status& busy, bool told, const Stop& stop) {
  if (!told) LogInfo(busy.message() + ": waiting for it (--no-wait does not)");
  constexpr std::chrono::milliseconds kPause(500);
  return !WaitForStop(stop, kPause);
}

Result<control::Reply::Report> Ask(control::Client& client, const control::Request& request,
                                   const Stop& stop) {
  source::Progress progress;
  const ProgressLine line(progress);
  return control::Backfill(client, request, stop, progress);
}

Result<int> Print(const control::Reply::Report& report, bool json) {
  std::fputs(report.text.c_str(), stderr);
  if (json && std::puts(report.json.c_str()) < 0)
    return Status::Io("the report cannot be written to standard output");
  return report.exit_code;
}

}  // namespace

std::string ControlPath(const IngestOptions& options, const std::string& path) {
  return options.control.empty() ? path + "/control.sock" : options.control;
}

Result<control::Writers> WritersOf(const IngestOptions& options) {
  auto writers = control::MakeWriters(options.backfill_group);
  if (writers.ok()) return writers;
  return Status(writers.status().code(), "--backfill-group: " + writers.status().message());
}

Result<std::optional<int>> BackfillByLive(const IngestOptions& options,
                                          const std::string& control) {
  auto client = control::Client::Connect(control);
  if (!client.ok()) return client.status();
  if (!client->has_value()) return std::optional<int>();
  const auto request = RequestFor(options);
  if (!request.ok()) return request.status();
  if (options.compact) LogWarning("--compact is not for a database that a live ingester owns");
  LogInfo("a live ingester owns the database: it takes the files");
  Stop stop;
  const SignalSupervisor supervisor(stop, {});
  int code = 0;
  // One that is about to end may still accept a connection, and then closes it without a word.
  constexpr int kMostSilent = 10;
  bool told = false;
  for (int silent = 0; silent < kMostSilent; ++silent) {
    const auto report = Ask(**client, *request, stop);
    const bool busy = report.status().code() == Code::kBusy && !options.no_wait;
    if (busy && PauseForBusy(report.status(), std::exchange(told, true), stop)) {
      silent = 0;
      auto next = control::Client::ConnectAgain(control, stop);
      if (!next.ok()) return next.status();
      *client = std::move(*next);
      continue;
    }
    if (!report.ok() && !(*client)->gone()) return report.status();
    if (report.ok()) {
      silent = 0;
      const auto printed = Print(*report, options.report_json);
      if (!printed.ok()) return printed.status();
      code = std::max(code, *printed);
      if (!report->again || stop.requested()) return std::optional<int>(code);
    }
    LogInfo("the live ingester is started anew: going on with the next one");
    auto next = control::Client::ConnectAgain(control, stop);
    if (!next.ok()) return next.status();
    *client = std::move(*next);
  }
  return Status::Io("the live ingester ends whenever it is asked; what it took is stored");
}

}  // namespace pdns::tools
