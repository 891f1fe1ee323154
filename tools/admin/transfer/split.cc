#include "tools/admin/transfer/split.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "admin/report.h"
#include "admin/transfer/removal.h"
#include "admin/work.h"
#include "base/log.h"
#include "record/statistics.h"
#include "tools/admin/transfer/transfer.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/progress_line.h"
#include "tools/common/signals.h"
#include "tools/query/database.h"

namespace pdns::tools {
namespace {

constexpr const char* kNo = OptionRow::kAbsent;

// New, or begun by an earlier run of this split.
Status CheckNew(Target& target, const std::vector<admin::Origin>& origins) {
  if (origins.front().taken.has_value()) return {};
  record::Statistics numbers;
  if (Status told = target.snapshot().Totals(numbers); !told.ok()) return told;
  if (numbers.tuples == 0 && numbers.quarantined.empty() && numbers.captures == 0) return {};
  return Status::Usage(target.destination().name +
                       ": it has other rows; split into a new database");
}

// `removes`: once the copy is whole, the source has less than it had, and is not compared with it.
Result<TransferSum> Split(OpenedOrigins& from, const admin::Part& part, Target& target,
                          bool removes, const Stop& stop) {
  const auto shared = admin::JoinLedgers(target.destination(), from.origins);
  if (!shared.ok()) return shared.status();
  if (Status is_new = CheckNew(target, from.origins); !is_new.ok()) return is_new;
  const auto& taken = from.origins.front().taken;
  if (!removes || !taken.has_value() || taken->broken)
    return TransferAll(from.origins, part, target.writer(), stop);
  record::Statistics numbers;
  if (Status told = target.snapshot().Totals(numbers); !told.ok()) return told;
  TransferSum sum;
  sum.rows_before = numbers.tuples + numbers.AllQuarantined();
  return sum;
}

std::string DescribeRemoval(const source::Progress& progress, double /*seconds*/) {
  return fmt::format("looked at {:.1f} M rows, removed {}; Ctrl-C ends it",
                     static_cast<double>(progress.bytes_done) / 1e6, progress.frames.load());
}

admin::Removal::Side SideOf(Target& target) {
  const std::string name = target.destination().name;
  return {name, target.writer(), [name] { return OpenForQuery(name); }};
}

Result<admin::Removed> Remove(Target& source, Target& copy, const admin::Part& part,
                              const query::NamedTexts& options, const Stop& stop) {
  const auto identity = copy.snapshot().Identity();
  if (!identity.ok()) return identity.status();
  source::Progress progress;
  const ProgressLine line(progress, &DescribeRemoval);
  return admin::Removal(SideOf(source), SideOf(copy), part, admin::RemovalRule(*identity, options),
                        stop, progress)
      .Run();
}

Result<int> Print(const CommandInput& input, const TransferSum& sum,
                  const std::optional<admin::Removed>& removed) {
  const bool whole = sum.whole && (!removed.has_value() || removed->whole);
  admin::Report report;
  report.Flag("complete", whole);
  report.Number("rows copied", sum.rows);
  report.Number("rows copied before", sum.rows_before);
  report.Number("captures", sum.captures);
  if (removed.has_value()) {
    report.Number("rows removed", removed->rows);
    report.Number("rows removed before", removed->rows_before);
    report.Number("rows seen again", removed->seen_again);
  }
  const std::string text = input.Has("json") ? report.json(input.command) + "\n" : report.text();
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) return Status::Io("the report cannot be written to standard output");
  if (!whole) LogWarning("interrupted: run it again to go on");
  return whole ? 0 : admin::kIncomplete;
}

// The names by which the library knows the options: "name" is read as a question.
query::NamedTexts Filters(const CommandInput& input) {
  query::NamedTexts texts;
  for (const auto& [name, text] : input.options) texts.Add(name, text);
  return texts;
}

struct Places {
  std::string from;
  std::string to;
};

Result<Places> ReadPlaces(const CommandInput& input) {
  const std::string to = input.Text("to");
  if (to.empty()) return Status::Usage("split: give the new database (--to)");
  const bool removes = input.Has("remove");
  auto path = DatabasePath(input.Text("database"), removes ? Access::kWrite : Access::kRead);
  if (!path.ok()) return path.status();
  if (IsCluster(*path) || IsCluster(to))
    return Status::Usage("split: directories only; copy a cluster to a directory first");
  std::error_code error;
  if (std::filesystem::equivalent(*path, to, error))
    return Status::Usage("split: " + to + " is the database itself: name a new one");
  return Places{std::move(*path), to};
}

Result<int> Run(const CommandInput& input) {
  const auto places = ReadPlaces(input);
  if (!places.ok()) return places.status();
  const query::NamedTexts options = Filters(input);
  const auto part = admin::ReadPart(options);
  if (!part.ok()) return part.status();
  auto from = OpenOrigins({places->from}, false);
  if (!from.ok()) return from.status();
  std::optional<Target> source;
  if (input.Has("remove")) {
    source.emplace();
    if (Status opened = source->Open(places->from); !opened.ok()) return opened;
    from = OpenOrigins({places->from}, false);  // nobody writes to it any longer
    if (!from.ok()) return from.status();
  }
  Target target;
  if (Status opened = target.Open(places->to); !opened.ok()) return opened;
  Stop stop;
  StopOnSignals(stop);
  const auto sum = Split(*from, *part, target, source.has_value(), stop);
  *from = {};  // of what is removed, files stay for those who read them
  std::optional<admin::Removed> removed;
  Status status = sum.status();
  if (sum.ok() && sum->whole && source.has_value()) {
    auto done = Remove(*source, target, *part, options, stop);
    status = done.status();
    if (done.ok()) removed = *done;
  }
  Status closed = target.Close();
  if (source.has_value()) {
    Status other = source->Close();
    if (closed.ok()) closed = std::move(other);
  }
  if (!status.ok()) return status;
  if (!closed.ok()) return closed;
  return Print(input, *sum, removed);
}

}  // namespace

Command SplitCommand() {
  using enum OptionKind;
  return {"split",
          "",
          "Copy some of the rows into a new database, and with --remove, remove them here",
          0,
          {"split",
           {
               {"to", kText, "PATH", kNo, "Make the new database in directory PATH"},
               {"remove", kFlag, "", kNo,
                "Remove the rows from the database of -d once they are copied"},
               {"last-before", kText, "TIME", kNo,
                "Copy rows that were last seen at TIME or earlier: 2025-01-01, @1795372876"},
               {"name", kTexts, "NAME", kNo,
                "Copy rows of these rrnames: a name, or *.blah.org for it and all below"},
               {"glob", kFlag, "", kNo,
                "Read --name as a pattern: * is any run, ? one character, [a-z] one of a class"},
               {"regex", kFlag, "", kNo,
                "Read --name as a regular expression (RE2) that matches anywhere in a name"},
           }},
          &Run};
}

}  // namespace pdns::tools
