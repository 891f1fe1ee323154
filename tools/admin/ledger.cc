#include "tools/admin/ledger.h"

#include <csignal>
#include <cstdio>
#include <limits>
#include <optional>

#include "admin/ledger.h"
#include "base/log.h"
#include "base/stop.h"
#include "source/listing.h"
#include "tools/common/progress_line.h"
#include "tools/common/signals.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

Status FinishPrint() {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return written ? Status() : Status::Io("the report cannot be written to standard output");
}

Result<int> PrintAll(store::Snapshot& snapshot, bool json, const Stop& stop) {
  const admin::LedgerEnd end = admin::PrintLedger(
      snapshot, json, [&stop](std::uint64_t) { return !stop.requested(); },
      [](std::string_view text) {
        return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
      });
  if (Status printed = FinishPrint(); !printed.ok()) return printed;
  if (!end.status.ok()) return end.status;
  if (!end.whole) LogWarning("interrupted: the list is incomplete");
  return end.whole ? 0 : kIncomplete;
}

// Whole, or nothing to take? Then nothing has to be done.
bool IsDone(const admin::CaptureState& capture) {
  using State = admin::CaptureState::State;
  return capture.state == State::kWhole || capture.state == State::kEmpty;
}

Result<int> PrintFiles(store::Snapshot& snapshot, const CommandInput& input, const Stop& stop) {
  const auto files = source::ListPaths(input.words);
  source::Progress progress;
  std::optional<ProgressLine> line(std::in_place, progress);
  const auto captures = admin::LookUpCaptures(snapshot, files, stop, progress);
  line.reset();
  if (!captures.ok()) return captures.status();
  const std::string text =
      input.Has("json") ? admin::CapturesJson(*captures) : admin::CapturesText(*captures);
  std::fputs(text.c_str(), stdout);
  if (Status printed = FinishPrint(); !printed.ok()) return printed;
  if (stop.requested()) {
    LogWarning("interrupted: not all files were looked at");
    return kIncomplete;
  }
  for (const admin::CaptureState& capture : *captures)
    if (!IsDone(capture)) return kNothingFound;
  return 0;
}

Result<int> Run(const CommandInput& input) {
  Stop stop;
  StopOnSignals(stop);
  std::signal(SIGPIPE, SIG_DFL);
  const auto snapshot = OpenForQuery(input.Text("database"));
  if (!snapshot.ok()) return snapshot.status();
  return input.words.empty() ? PrintAll(**snapshot, input.Has("json"), stop)
                             : PrintFiles(**snapshot, input, stop);
}

}  // namespace

Command LedgerCommand() {
  return {"ledger",
          "[FILE | DIR]...",
          "Print which captures were taken and how far, or how far these files were",
          std::numeric_limits<std::size_t>::max(),
          {"ledger", {}},
          &Run};
}

}  // namespace pdns::tools
