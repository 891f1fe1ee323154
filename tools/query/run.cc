#include "tools/query/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>

#include "ask/list.h"
#include "base/log.h"
#include "base/stop.h"
#include "query/run.h"
#include "render/text.h"
#include "tools/common/phrase.h"
#include "tools/common/signals.h"
#include "tools/query/answer_printer.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

using End = query::Outcome::End;

constexpr std::size_t kMostBadTold = 20;  // indicators of a list; the others are counted

struct ListFile {
  std::shared_ptr<const ask::List> list;
  std::uint64_t bad = 0;  // lines that are no indicators
};

Result<ListFile> ReadListFile(const std::string& path) {
  std::ifstream file;
  const bool standard = path == "-";
  if (!standard) file.open(path);
  if (!standard && !file) {
    return Status::NoInput(fmt::format("list {}: cannot be read: {}", Printable(path),
                                       std::generic_category().message(errno)));
  }
  ListFile read;
  const auto bad = [&read](const std::string& place, std::string_view /*text*/, const Status& why) {
    if (++read.bad <= kMostBadTold) LogWarning(fmt::format("{}: {}", place, Phrased(why)));
  };
  auto list = ask::ReadList(standard ? std::cin : static_cast<std::istream&>(file), bad);
  // std::cin keeps no word of it.
  const bool failed = standard && std::ferror(stdin) != 0;
  if (failed) return Status::Io("list -: standard input cannot be read to its end");
  if (!list.ok()) {
    return Status(list.status().code(), "list " + Printable(path) + ": " + list.status().message());
  }
  if (list->passed_over() > 0) {
    LogInfo(
        fmt::format("{} attributes or objects of other kinds passed over", list->passed_over()));
  }
  read.list = std::make_shared<const ask::List>(std::move(*list));
  return read;
}

void TellNotices(const QueryOptions& options) {
  if (options.request.pivot.has_value()) return;  // which asks none of them
  for (const query::Asking& asking : options.request.questions) {
    const ask::Question& question = asking.question;
    if (!question.notice.empty()) LogInfo(question.notice + (question.turned ? " (--rdata)" : ""));
  }
}

void TellScans(const query::Outcome& outcome) {
  for (const query::FullScan& scan : outcome.scans) {
    LogInfo(fmt::format("looked at {}{} {}{}: {} found", scan.whole ? "all " : "", scan.keys,
                        scan.what, scan.whole ? "" : " before it ended", scan.rows));
  }
}

void TellGap(const query::Outcome& outcome, bool local) {
  if (!outcome.gap.has_value()) return;
  const auto& oldest = outcome.gap->oldest;
  const std::string from = oldest.has_value()
                               ? "goes back to " + render::TimeText(*oldest, local) + " only"
                               : "is empty";
  LogWarning("the journal of new rows " + from + ": what came before is not in this answer");
}

// True: a pivot did not follow all.
bool TellCuts(const query::Request& request, const query::Outcome& outcome) {
  bool any = false;
  for (const query::PivotNode& node : outcome.nodes) {
    const std::string cuts = query::CutsText(node);
    if (cuts.empty()) continue;
    any = true;
    LogInfo(fmt::format("{} has {}: not followed (--max-fanout {})", node.text, cuts,
                        request.pivot->max_fanout));
  }
  return any;
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

// What a person is told of an answer that is printed, and the exit code.
int Conclude(const QueryOptions& options, const query::Outcome& outcome, std::uint64_t bad) {
  const bool cut = TellCuts(options.request, outcome);
  TellScans(outcome);
  TellGap(outcome, options.local);
  if (bad > kMostBadTold)
    LogWarning(fmt::format("{} more are not valid indicators", bad - kMostBadTold));
  TellEnd(options.request, outcome);
  const bool whole =
      outcome.status.ok() && outcome.end == End::kWhole && bad == 0 && !outcome.gap.has_value();
  const bool nothing = outcome.rows == 0;
  if (whole && nothing && !cut && isatty(STDERR_FILENO) != 0) LogInfo("nothing found");
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
    auto read = ReadListFile(options.list);
    if (!read.ok()) return read.status();
    options.request.list = std::move(read->list);
    bad = read->bad;
  }
  const auto snapshot = OpenForQuery(options.database);
  if (!snapshot.ok()) return snapshot.status();
  TellNotices(options);
  AnswerPrinter printer(options, (*snapshot)->sensors(), stop);
  const auto outcome = query::Run(**snapshot, options.request, printer);
  if (!outcome.ok()) return outcome.status();
  if (Status told = printer.Finish(*outcome); !told.ok()) return told;
  return Conclude(options, *outcome, bad);
}

}  // namespace pdns::tools
