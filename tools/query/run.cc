#include "tools/query/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/log.h"
#include "base/stop.h"
#include "query/run.h"
#include "render/notes.h"
#include "tools/common/phrase.h"
#include "tools/common/signals.h"
#include "tools/query/answer_printer.h"
#include "tools/query/database.h"
#include "tools/query/list_file.h"

namespace pdns::tools {
namespace {

using End = query::Outcome::End;

void TellNotices(const QueryOptions& options) {
  if (options.request.pivot.has_value()) return;  // which asks none of them
  for (const query::Asking& asking : options.request.questions) {
    const ask::Question& question = asking.question;
    if (!question.notice.empty()) LogInfo(question.notice + (question.turned ? " (--rdata)" : ""));
  }
}

std::string GoingOn(const query::Outcome& outcome) {
  return outcome.cursor.empty() ? "" : "; to go on: --cursor " + outcome.cursor;
}

void TellEnd(const query::Request& request, const query::Outcome& outcome) {
  if (!outcome.status.ok()) {
    // Of all that can be wrong with an answer, the request's own fault is the size of its pivot.
    const bool too_large = outcome.status.code() == Code::kUsage;
    LogError("the answer is incomplete: " + outcome.status.message() +
             (too_large ? "; fewer steps or a lower --max-fanout give a whole answer" : ""));
  }
  if (outcome.end == End::kLimit) {
    const std::string on = request.may_have_cursor() ? GoingOn(outcome)
                                                     : fmt::format("; to go on: --offset {}",
                                                                   request.offset + request.limit);
    LogWarning(fmt::format("there is more: cut at --limit {}{}", request.limit, on));
  } else if (outcome.end == End::kInterrupted) {
    LogWarning("interrupted: this is what was found until then" + GoingOn(outcome));
  }
}

// That nothing is there does not say that nothing was: a script is told of expired rows as well.
void TellNothing(store::Snapshot& snapshot) {
  record::Statistics statistics;
  const Status told = snapshot.Totals(statistics);
  const auto expired = told.ok() ? render::ExpiredNote(statistics) : std::nullopt;
  if (expired.has_value()) {
    LogInfo("nothing found; " + *expired);
  } else if (isatty(STDERR_FILENO) != 0) {
    LogInfo("nothing found");
  }
}

// What a person is told of an answer that is printed, and the exit code.
int Conclude(store::Snapshot& snapshot, const QueryOptions& options, const query::Outcome& outcome,
             std::uint64_t bad) {
  const auto cuts = render::CutNotes(options.request, outcome, "--");
  const bool cut = !cuts.empty();
  for (const std::string& note : cuts) LogInfo(note);
  for (const std::string& note : render::ScanNotes(outcome)) LogInfo(note);
  if (const auto note = render::GapNote(outcome, options.local)) LogWarning(*note);
  if (bad > kMostBadTold)
    LogWarning(fmt::format("{} more are not valid indicators", bad - kMostBadTold));
  TellEnd(options.request, outcome);
  const bool whole =
      outcome.status.ok() && outcome.end == End::kWhole && bad == 0 && !outcome.gap.has_value();
  const bool nothing = outcome.rows == 0;
  if (whole && nothing && !cut) TellNothing(snapshot);
  if (!whole || (nothing && cut)) return kIncomplete;
  return nothing ? kNothingFound : 0;
}

}  // namespace

Result<int> RunQuery(QueryOptions options) {
  Stop stop;
  StopOnSignals(stop);
  for (const std::string& notice : options.notices) LogInfo(notice);
  std::signal(SIGPIPE, SIG_DFL);  // who reads no more of the answer wants no word about it
  std::uint64_t bad = 0;
  if (!options.list.empty()) {
    auto read = ReadListFile(options.list, stop);
    if (!read.ok()) return read.status();
    if (!read->has_value()) {
      LogWarning("interrupted while the list was read: nothing was asked");
      return kIncomplete;
    }
    bad = (*read)->bad;
    options.request.list = std::move((*read)->list);
    for (const std::string& note : options.request.list->notes()) LogInfo(note);
    if (const std::uint64_t others = options.request.list->passed_over(); others > 0)
      LogInfo(fmt::format("{} attributes or objects of other kinds passed over", others));
  }
  const auto snapshot = OpenForQuery(options.database);
  if (!snapshot.ok()) return snapshot.status();
  if (options.request.new_since.has_value()) {
    // An engine that keeps no journal has no answer, and not an incomplete one.
    const auto journal = (*snapshot)->Journal();
    if (!journal.ok() && journal.status().code() == Code::kUsage) return journal.status();
  }
  TellNotices(options);
  AnswerPrinter printer(options, (*snapshot)->sensors(), stop);
  const auto outcome = query::Run(**snapshot, options.request, printer);
  if (!outcome.ok()) return outcome.status();
  if (Status told = printer.Finish(*outcome); !told.ok()) return told;
  return Conclude(**snapshot, options, *outcome, bad);
}

}  // namespace pdns::tools
