#include "admin/expire.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/compact.h"
#include "admin/owner_request.h"
#include "admin/report.h"
#include "ask/sensors.h"
#include "base/amount.h"
#include "base/bytes.h"
#include "query/request.h"
#include "record/tuple_key.h"
#include "store/meta_rows.h"

namespace pdns::admin {
namespace {

using std::chrono::sys_seconds;

// In the order in which a rule names them.
constexpr std::array<std::string_view, 9> kFilters{
    "type", "name", "exclude", "bailiwick", "sensor", "first-before", "max-count", "glob", "regex"};

sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// A month as "2026-11", by which the database counts what expired.
std::string MonthOf(sys_seconds time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:04}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()));
}

Result<query::Request> ReadRequest(const query::NamedTexts& options, sys_seconds now) {
  const bool older = options.Has("older");
  if (older == options.Has("last-before"))
    return Status::Usage("expire: give an age (older) or a time (last-before), one of them");
  query::NamedTexts texts;
  if (older) {
    const auto age = ParseDuration(*options.One("older"));
    if (!age.ok() || age->count() <= 0)
      return Status::Usage("expire: older is an age, such as 400d");
    // Whatever the age, this is how long ago, and no number that may be a slip.
    texts.Add("last-before", fmt::format("{}s", age->count()));
  } else {
    texts.Add("last-before", *options.One("last-before"));
  }
  for (const std::string_view name : kFilters)
    for (const std::string& text : options.Of(name)) texts.Add(name == "name" ? "q" : name, text);
  if (options.Has("quarantined")) texts.Add("quarantined", "");
  return ReadOwnerRequest("expire", std::move(texts), now);
}

// Is the clock one to remove rows by? `newest`: the latest last-seen of the database.
Status CheckClock(sys_seconds newest, sys_seconds now) {
  const auto apart = newest > now ? newest - now : now - newest;
  if (apart <= kBelievedApart) return {};
  return Status::Usage(fmt::format(
      "expire: the newest row was last seen {} days {} this machine's clock, which may be wrong: "
      "nothing was removed; if it is right, say so (trust-clock)",
      std::chrono::duration_cast<std::chrono::days>(apart).count(),
      newest > now ? "after" : "before"));
}

class Expiry {
 public:
  Expiry(const Job& job, query::Request request, bool clock_believed)
      : job_(job),
        request_(std::move(request)),
        rule_(ExpiryRule(job.options)),
        clock_believed_(clock_believed) {}

  Result<control::Reply::Report> Run(store::Snapshot& snapshot) {
    const auto sensors = ask::SensorsNamed(request_.sensors, snapshot.sensors());
    if (!sensors.ok()) return sensors.status();
    request_.filter.sensors = *sensors;
    const bool dry_run = job_.options.Has("dry-run");
    auto bytes = BytesOnDisk();
    if (!bytes.ok()) return bytes.status();
    bytes_before_ = *bytes;
    for (std::size_t i = 0; i < request_.questions.size() && whole_; ++i) {
      Status done = dry_run ? Count(snapshot, i) : Remove(i);
      if (!done.ok()) return done;
    }
    if (whole_ && !dry_run && job_.options.Has("compact")) {
      if (const Status merged = MergeAll(job_); !merged.ok()) return merged;
      whole_ = !job_.stop.requested();
    }
    bytes = BytesOnDisk();
    if (!bytes.ok()) return bytes.status();
    bytes_after_ = *bytes;
    return Told(dry_run);
  }

 private:
  Result<std::uint64_t> BytesOnDisk() const {
    const auto writer = job_.access.Beside();
    if (!writer.ok()) return writer.status();
    const store::Figures figures = (*writer)->figures();
    return figures.disk_bytes + figures.log_bytes;
  }

  store::Selection SelectionOf(std::size_t number) const {
    const ask::Question& question = request_.questions[number].question;
    store::Selection selection;
    selection.trust = request_.trust;
    selection.span = question.span;
    selection.names = question.names;
    selection.types = request_.filter.types.PlainList();
    return selection;
  }

  bool Wanted(std::size_t number, const store::Row& row) const {
    return IsRowOf(request_, number, row);
  }

  Status Count(store::Snapshot& snapshot, std::size_t number) {
    const auto count = [&](const store::Row& row) {
      if (Wanted(number, row)) Add(row);
      return true;
    };
    const store::Scanned scanned =
        snapshot.Scan(SelectionOf(number), count, [this](std::uint64_t keys) {
          job_.progress.bytes_done = keys;
          return !job_.stop.requested();
        });
    whole_ = !scanned.stopped;
    return scanned.status;
  }

  // In turns with the batches that come: each turn goes on behind the last row of the one before.
  Status Remove(std::size_t number) {
    store::Selection selection = SelectionOf(number);
    for (bool more = true; more && whole_;) {
      std::optional<store::Place> place;
      Status done = job_.access.With([&](store::Writer& writer) {
        const auto expired = RemoveSome(writer, selection, number, place);
        if (!expired.ok()) return expired.status();
        rows_ += expired->rows;
        job_.progress.frames = rows_;
        more = expired->stopped;
        return Status();
      });
      if (!done.ok()) return done;
      whole_ = !(more && job_.stop.requested());
      if (place.has_value()) selection.after = std::move(place);
    }
    return {};
  }

  // Until the end, a stop, or a batch that waits. `place` is set before the turn ends for a batch,
  // so that the next turn begins further on, however many batches there are.
  Result<store::Expired> RemoveSome(store::Writer& writer, const store::Selection& selection,
                                    std::size_t number, std::optional<store::Place>& place) {
    bool leave = false;
    const auto test = [&](const store::Row& row) {
      if (leave) {
        place = store::Place{std::string(row.at), *record::Name::FromWire(row.tuple.owner),
                             row.tuple.type, record::RdataId(row.tuple.rdata)};
      }
      const bool wanted = Wanted(number, row);
      if (wanted) Add(row);
      return wanted;
    };
    std::uint64_t before = 0;
    const auto watch = [&](std::uint64_t keys) {
      job_.progress.bytes_done += keys - std::exchange(before, keys);
      leave = leave || job_.access.MakeWay();
      return !place.has_value() && !job_.stop.requested();
    };
    return writer.Expire(selection, test, rule_, watch);
  }

  void Add(const store::Row& row) { ++months_[MonthOf(row.history.last)]; }

  control::Reply::Report Told(bool dry_run) const {
    std::uint64_t found = 0;
    std::vector<std::string> months;
    for (const auto& [month, rows] : months_) {
      found += rows;
      months.push_back(fmt::format("{} {}", month, rows));
    }
    Report report;
    report.Flag("complete", whole_);
    report.Flag("dry run", dry_run);
    report.Flag("clock believed", clock_believed_);
    report.Text("rule", rule_);
    report.Text("last seen until",
                fmt::format("@{}", request_.filter.last.to.time_since_epoch().count()));
    report.Number(dry_run ? "rows found" : "rows removed", dry_run ? found : rows_);
    // Of rows that were seen again meanwhile, or were left by a stop, the months are not known.
    if (dry_run || found == rows_) report.Texts("months", std::move(months));
    report.Number("bytes before", bytes_before_);
    report.Number("bytes after", bytes_after_);
    return {whole_ ? 0 : kIncomplete, report.text(), report.json("expire"), false};
  }

  const Job& job_;
  query::Request request_;
  const std::string rule_;
  const bool clock_believed_;
  std::uint64_t rows_ = 0;          // removed
  std::uint64_t bytes_before_ = 0;  // of table files and logs
  std::uint64_t bytes_after_ = 0;
  std::map<std::string, std::uint64_t> months_;
  bool whole_ = true;
};

}  // namespace

std::string ExpiryRule(const query::NamedTexts& options) {
  const bool older = options.Has("older");
  std::string rule = older ? "older-" : "last-before-";
  rule += options.One(older ? "older" : "last-before").value_or("");
  for (const std::string_view name : kFilters) {
    for (const std::string& text : options.Of(name))
      rule += text.empty() ? fmt::format(" {}", name) : fmt::format(" {}={}", name, text);
  }
  if (options.Has("quarantined")) rule += " quarantined";
  constexpr std::size_t kLongest = 120;
  return Printable(rule).substr(0, kLongest);
}

Result<control::Reply::Report> Expire(const Job& job) {
  const sys_seconds now = Now();
  auto request = ReadRequest(job.options, now);
  if (!request.ok()) return request.status();
  const auto snapshot = job.access.Read();
  if (!snapshot.ok()) return snapshot.status();
  record::Statistics numbers;
  if (Status told = (*snapshot)->Totals(numbers); !told.ok()) return told;
  const Status believed = CheckClock(numbers.last, now);
  // What only counts may count by any clock, and says that the removal would be refused.
  if (!believed.ok() && !job.options.Has("trust-clock") && !job.options.Has("dry-run"))
    return believed;
  job.progress.bytes_total = numbers.tuples + numbers.rrnames;
  if (job.options.Has("quarantined")) job.progress.bytes_total = numbers.AllQuarantined();
  return Expiry(job, std::move(*request), believed.ok()).Run(**snapshot);
}

}  // namespace pdns::admin
