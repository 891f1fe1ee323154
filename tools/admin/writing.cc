#include "tools/admin/writing.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "admin/work.h"
#include "base/log.h"
#include "control/client.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/maintain/open.h"
#include "store_rocks/open.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/progress_line.h"
#include "tools/common/signals.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

using control::Reply;

std::string DescribeWork(const source::Progress& progress, double /*seconds*/) {
  const std::uint64_t total = progress.bytes_total;
  std::string text =
      fmt::format("looked at {:.1f} M rows", static_cast<double>(progress.bytes_done) / 1e6);
  if (total > 0) text += fmt::format(" of {:.1f} M", static_cast<double>(total) / 1e6);
  return text + fmt::format(", {} done; Ctrl-C ends it", progress.frames.load());
}

control::Request RequestOf(const CommandInput& input) {
  control::Request request;
  request.operation = control::Request::Operation::kAdmin;
  request.command = input.command;
  for (const auto& option : input.options)
    if (option.first != "control") request.options.push_back(option);
  return request;
}

Result<Reply::Report> DoAlone(const std::string& path, const control::Request& request,
                              const Stop& stop, source::Progress& progress) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return Status::NoInput("no such database: " + path);  // OpenWriter would make one
  auto writer = store_rocks::OpenWriter(path, {});
  if (!writer.ok()) return writer.status();
  admin::OwnWriter access(**writer, path, [&path] { return OpenForQuery(path); });
  auto report = admin::RunWork(request, access, stop, progress);
  const Status closed = (*writer)->Close();
  if (report.ok() && !closed.ok()) return closed;
  return report;
}

// Beside any number of ingesters, of which none is asked.
Result<Reply::Report> DoOnCluster(const std::string& text, const control::Request& request,
                                  const Stop& stop, source::Progress& progress) {
  const auto address = store_clickhouse::ParseAddress(text);
  if (!address.ok()) return address.status();
  auto writer = store_clickhouse::OpenForUpkeep(*address);
  if (!writer.ok()) return writer.status();
  admin::OwnWriter access(**writer, text, [&text] { return OpenForQuery(text); });
  return admin::RunWork(request, access, stop, progress);
}

}  // namespace

std::vector<OptionRow> WritingOptions() {
  using enum OptionKind;
  return {
      {"dry-run", kFlag, "", OptionRow::kAbsent, "Print what would be done, and change nothing"},
      {"control", kText, "SOCKET", OptionRow::kAbsent,
       "Ask a live ingester by SOCKET; without it: control.sock in the database"}};
}

std::string ControlOf(const CommandInput& input, const std::string& path) {
  return input.Has("control") ? input.Text("control") : path + "/control.sock";
}

Result<Reply::Report> AskLive(control::Client client, const std::string& control,
                              const control::Request& request, const Stop& stop,
                              source::Progress& progress) {
  LogInfo("a live ingester owns the database: it does the work");
  constexpr int kMostRestarts = 10;
  for (int i = 0; i < kMostRestarts; ++i) {
    auto report = control::Backfill(client, request, stop, progress);
    const bool again = report.ok() ? report->again : client.gone();
    if (!again || stop.requested()) return report;
    if (report.ok()) std::fputs(report->text.c_str(), stderr);
    LogInfo("the live ingester is started anew: going on with the next one");
    auto next = control::Client::ConnectAgain(control, stop);
    if (!next.ok()) return next.status();
    client = std::move(*next);
  }
  return Status::Io("the live ingester ends whenever it is asked; what was done is stored");
}

Result<int> PrintReport(const Reply::Report& report, bool json) {
  const std::string text = json ? report.json + "\n" : report.text;
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) return Status::Io("the report cannot be written to standard output");
  if (report.exit_code == admin::kIncomplete) LogWarning("interrupted: run it again to go on");
  return report.exit_code;
}

Result<Reply::Report> DoWriting(const CommandInput& input, const std::string& path,
                                const Stop& stop, source::Progress& progress) {
  const control::Request request = RequestOf(input);
  if (IsCluster(path)) {
    if (input.Has("control"))
      return Status::Usage(input.command + ": no ingester is asked for a cluster: omit --control");
    return DoOnCluster(path, request, stop, progress);
  }
  const std::string control = ControlOf(input, path);
  auto client = control::Client::Connect(control);
  if (!client.ok()) return client.status();
  return client->has_value() ? AskLive(std::move(**client), control, request, stop, progress)
                             : DoAlone(path, request, stop, progress);
}

Result<int> RunWriting(const CommandInput& input) {
  const auto path = DatabasePath(input.Text("database"), Access::kWrite);
  if (!path.ok()) return path.status();
  Stop stop;
  StopOnSignals(stop);
  source::Progress progress;
  std::optional<ProgressLine> line(std::in_place, progress, &DescribeWork);
  const auto report = DoWriting(input, *path, stop, progress);
  line.reset();
  if (!report.ok()) return report.status();
  return PrintReport(*report, input.Has("json"));
}

}  // namespace pdns::tools
