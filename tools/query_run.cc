#include "query_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>

#include "answer.h"
#include "base/log.h"
#include "base/stop.h"
#include "query/hit_sorter.h"
#include "query/list.h"
#include "query/lookup.h"
#include "query/new_rows.h"
#include "query/sensors.h"
#include "query_database.h"
#include "render/text.h"
#include "scan_line.h"
#include "signals.h"

namespace pdns::tools {
namespace {

using Show = QueryOptions::Show;
using render::FormatKind;

class QueryRun {
 public:
  explicit QueryRun(QueryOptions options) : options_(std::move(options)) {}

  Result<int> Run() {
    StopOnSignals(stop_);
    for (const std::string& notice : options_.notices) LogInfo(notice);
    std::signal(SIGPIPE, SIG_DFL);  // who reads no more of the answer wants no word about it
    Status status = ReadListed();
    if (status.ok()) status = Open();
    BeginSort();
    if (status.ok()) status = TakeUpCursor();
    if (!status.ok()) return status;
    if (options_.pivot_from.has_value()) {
      Pivot();
    } else if (options_.new_since.has_value()) {
      AskNew();
    } else {
      AskAll();
    }
    EndSort();
    // Damage, and no row: "nothing found" would not be true, nor would a count.
    const bool damage = status_.code() == Code::kIo || status_.code() == Code::kDisk ||
                        status_.code() == Code::kCorrupt;
    if (damage && answer_->rows() == 0) return status_;
    if (Status told = answer_->Finish(); !told.ok()) return told;
    return Conclude();
  }

 private:
  static constexpr std::size_t kMostBadTold = 20;

  Status ReadListed() {
    if (options_.list.empty()) return {};
    std::ifstream file;
    const bool standard = options_.list == "-";
    if (!standard) file.open(options_.list);
    if (!standard && !file)
      return Status::NoInput("list " + Printable(options_.list) + ": cannot be read");
    const auto bad = [this](const std::string& place, std::string_view /*text*/,
                            const Status& why) {
      if (++bad_indicators_ <= kMostBadTold)
        LogWarning(fmt::format("{}: {}", place, why.message()));
    };
    auto read = query::ReadList(standard ? std::cin : static_cast<std::istream&>(file), bad);
    if (!read.ok()) {
      return {read.status().code(),
              "list " + Printable(options_.list) + ": " + read.status().message()};
    }
    list_ = std::move(*read);
    if (list_.passed_over() > 0) {
      LogInfo(
          fmt::format("{} attributes or objects of other kinds passed over", list_.passed_over()));
    }
    return {};
  }

  Status Open() {
    auto opened = OpenForQuery(options_.database);
    if (!opened.ok()) return opened.status();
    snapshot_ = std::move(*opened);
    const std::vector<std::string>& known = snapshot_->sensors();
    const auto sensors = query::SensorsNamed(options_.sensor, known);
    if (!sensors.ok()) return sensors.status();
    options_.filter.sensors = *sensors;
    answer_.emplace(options_, known, scan_line_);
    return {};
  }

  store::Trust trust() const {
    return options_.quarantined ? store::Trust::kQuarantined : store::Trust::kTrusted;
  }

  // Names and values are each told once: where they come in another order than their own, they are
  // sorted.
  void BeginSort() {
    if (options_.new_since.has_value()) return;  // in the order of the journal
    query::HitSorter::Order order;
    const bool told_once = options_.told_once();
    const bool names = told_once && options_.format == FormatKind::kNames;
    const bool by_name = !options_.several() && !options_.pivot_from.has_value() &&
                         options_.questions[0].question.side == store::Side::kOwner;
    if (options_.sort.has_value() &&
        (options_.show == Show::kRows || options_.show == Show::kTimeline)) {
      order.by = *options_.sort;
      order.reverse = options_.reverse;
    } else if (told_once && !(names && by_name)) {
      order.by = names ? query::SortBy::kName : query::SortBy::kRdata;
      order.unique = true;
    } else {
      return;
    }
    // One more than is shown tells that there is more.
    order.places = options_.limit != 0;
    if (order.places && !(told_once && !order.unique))
      order.keep = options_.offset + options_.limit + 1;
    sorted_by_ = order.by;
    sorter_.emplace(order);
  }

  // A line told before the cut may come up again behind it where the order is not the lines' own.
  bool HasCursors() const {
    const bool any_order = options_.sort.has_value() || options_.new_since.has_value();
    return !options_.pivot_from.has_value() && !(options_.told_once() && any_order);
  }

  // All that decides about rows and their order.
  std::string AskedAll() const {
    std::string asked = options_.asked;
    for (std::size_t i = 0; i < list_.size(); ++i) asked.append(1, '\n').append(list_[i].text);
    return asked;
  }

  const query::Question* QuestionAt(std::uint64_t number, std::optional<query::Question>& made) {
    const std::uint64_t direct = options_.questions.size();
    if (number < direct) return &options_.questions[number].question;
    if (number - direct >= list_.size()) return nullptr;
    auto question = query::AskName(list_[number - direct].text);
    if (!question.ok()) return nullptr;
    return &made.emplace(std::move(*question));
  }

  Status TakeUpCursor() {
    if (options_.cursor.empty()) return {};
    if (!HasCursors()) {
      return Status::Usage(
          "--cursor goes neither with --pivot nor with names or values in an order of your choice; "
          "take --offset");
    }
    const auto cursor = query::CursorFromText(options_.cursor, AskedAll());
    Status status = cursor.ok() ? GoOnAt(*cursor) : cursor.status();
    if (status.code() == Code::kUsage) status = Status::Usage("--cursor: " + status.message());
    return status;
  }

  Status GoOnAt(const query::AnswerCursor& cursor) {
    if (options_.new_since.has_value()) {
      new_after_ = query::NewPlace{cursor.number, cursor.place.question};
      return {};
    }
    std::optional<query::Question> made;
    const query::Question* question = QuestionAt(cursor.place.question, made);
    if (question == nullptr) return Status::Usage("no such question");
    if (!sorter_.has_value()) {
      after_ = cursor.place;
      return {};
    }
    const store::Side side = query::OrderOf(*question, options_.quarantined);
    const auto hit = query::Recall(*snapshot_, trust(), side, cursor, sorted_by_);
    if (!hit.ok()) return hit.status();
    sorter_->StartAfter(*hit);
    return {};
  }

  void EndSort() {
    if (!sorter_.has_value()) return;
    const Status status =
        sorter_->ForEach([this](const query::Hit& hit) { return answer_->Add(hit); });
    if (!status.ok()) status_ = status;
  }

  bool Take(const query::Hit& hit) {
    if (stop_.requested() || answer_->unread()) return false;
    if (!sorter_.has_value()) return answer_->Add(hit);
    const Status added = sorter_->Add(hit);
    if (!added.ok()) status_ = added;
    return added.ok();
  }

  void Pivot() {
    query::PivotOptions how = options_.pivot;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    const auto outcome =
        query::Pivot(*snapshot_, *options_.pivot_from, how, [this](const query::Hit& hit) {
          return !options_.filter.Passes(hit.tuple, hit.history) || Take(hit);
        });
    if (!outcome.status.ok()) status_ = outcome.status;
    if (status_.code() == Code::kUsage) {
      status_ = Status::Usage(status_.message() +
                              "; fewer steps or a lower --max-fanout give a whole answer");
    }
    for (const query::PivotNode& node : outcome.nodes) {
      const std::string cuts = query::CutsText(node);
      if (cuts.empty()) continue;
      cut_ = true;
      scan_line_.Wipe();
      LogInfo(fmt::format("{} has {}: not followed (--max-fanout {})", node.text, cuts,
                          options_.pivot.max_fanout));
    }
    if (options_.show == Show::kDot) answer_->ShowGraph(outcome);
  }

  static void TellNotice(const query::Question& question) {
    if (!question.notice.empty()) LogInfo(question.notice + (question.turned ? " (--rdata)" : ""));
  }

  void AskAll() {
    answer_->Expect(options_.questions.size() + list_.size());
    std::uint64_t number = 0;
    for (const Asking& asking : options_.questions) {
      TellNotice(asking.question);
      if (!Ask(asking.question, {asking.text, 0}, number++)) return;
    }
    for (std::size_t i = 0; i < list_.size(); ++i) {
      const query::Listed listed = list_[i];
      const auto question = query::AskName(listed.text);
      if (!question.ok() || !Ask(*question, {listed.text, listed.line}, number++)) return;
    }
  }

  // All questions at once: the journal is read but once.
  void AskNew() {
    std::deque<query::Question> made;  // of the list
    std::deque<query::Asked> asked;
    std::vector<query::Wanted> wanted;
    const auto add = [&](const query::Question& question, const query::Asked& by) {
      answer_->Begin(by);
      asked.push_back(by);
      wanted.push_back({&question, options_.several() ? &asked.back() : nullptr});
    };
    for (const Asking& asking : options_.questions) {
      TellNotice(asking.question);
      add(asking.question, {asking.text, 0});
    }
    for (std::size_t i = 0; i < list_.size(); ++i) {
      const query::Listed listed = list_[i];
      auto question = query::AskName(listed.text);
      if (!question.ok()) continue;  // never: it was read as one
      add(made.emplace_back(std::move(*question)), {listed.text, listed.line});
    }
    // A list of nothing that can be asked asks for nothing, not for all.
    if (wanted.empty() && !options_.list.empty()) return;
    TellGap();
    query::NewRowsOptions how;
    how.since = options_.new_since;
    how.after = new_after_;
    how.filter = &options_.filter;
    how.wanted = wanted;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    const auto outcome =
        query::ScanNewRows(*snapshot_, how, [this](const query::Hit& hit) { return Take(hit); });
    if (!outcome.status.ok()) status_ = outcome.status;
  }

  // Does the journal go back to where the answer begins?
  void TellGap() {
    const auto span = snapshot_->Journal();
    if (!span.ok()) {
      status_ = span.status();
      return;
    }
    if (span->first <= 1) return;  // it has all there ever was
    gap_ = new_after_.has_value()
               ? new_after_->sequence + 1 < span->first
               : !span->oldest.has_value() || *options_.new_since < *span->oldest;
    if (!gap_) return;
    const std::string from =
        span->oldest.has_value()
            ? "goes back to " + render::TimeText(*span->oldest, options_.local) + " only"
            : "is empty";
    LogWarning("the journal of new rows " + from + ": what came before is not in this answer");
  }

  // False when there is no use in asking more.
  bool Ask(const query::Question& question, const query::Asked& asked, std::uint64_t number) {
    answer_->Begin(asked);
    if (after_.has_value() && number < after_->question) return true;
    query::LookupOptions how;
    how.filter = &options_.filter;
    how.quarantined = options_.quarantined;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    how.number = number;
    if (options_.several()) how.asked = &asked;
    if (after_.has_value() && number == after_->question) how.after = &after_->row;
    const auto outcome = query::Lookup(*snapshot_, question, how,
                                       [this](const query::Hit& hit) { return Take(hit); });
    keys_before_ += outcome.keys;
    if (!outcome.status.ok()) status_ = outcome.status;
    const bool whole =
        status_.ok() && !outcome.stopped && !answer_->limited() && !answer_->unread();
    if (!question.full_scan.empty() && !answer_->limited()) TellScan(question, outcome, whole);
    return whole;
  }

  void TellScan(const query::Question& question, const query::LookupOutcome& outcome, bool whole) {
    scan_line_.Wipe();
    LogInfo(fmt::format("looked at {}{} {}{}: {} found", whole ? "all " : "", outcome.keys,
                        question.full_scan, whole ? "" : " before it ended", outcome.rows));
  }

  bool Watch(std::uint64_t keys) {
    scan_line_.Show(keys_before_ + keys, answer_->rows());
    if (scan_line_.slow()) answer_->Tick();
    return !stop_.requested();
  }

  // How to go on behind what was told; "" where only asking again does.
  std::string GoingOn() const {
    const auto cursor = answer_->cursor();
    const bool unsorted = stop_.requested() && sorter_.has_value();
    if (!HasCursors() || !cursor.has_value() || unsorted) return {};
    return fmt::format("; to go on: --cursor {}", query::CursorToText(*cursor, AskedAll()));
  }

  Result<int> Conclude() {
    if (bad_indicators_ > kMostBadTold) {
      LogWarning(fmt::format("{} more are not valid indicators", bad_indicators_ - kMostBadTold));
    }
    if (!status_.ok()) LogError("the answer is incomplete: " + status_.message());
    if (answer_->limited()) {
      const std::string on =
          HasCursors() ? GoingOn()
                       : fmt::format("; to go on: --offset {}", options_.offset + options_.limit);
      LogWarning(fmt::format("there is more: cut at --limit {}{}", options_.limit, on));
    } else if (stop_.requested()) {
      LogWarning("interrupted: this is what was found until then" + GoingOn());
    }
    const bool whole =
        status_.ok() && !answer_->limited() && !stop_.requested() && bad_indicators_ == 0 && !gap_;
    const bool nothing = answer_->rows() == 0;
    if (whole && nothing && !cut_ && isatty(STDERR_FILENO) != 0) LogInfo("nothing found");
    if (!whole || (nothing && cut_)) return kIncomplete;
    return nothing ? kNothingFound : 0;
  }

  QueryOptions options_;
  Stop stop_;
  ScanLine scan_line_;
  std::unique_ptr<store::Snapshot> snapshot_;
  std::optional<Answer> answer_;  // from Open on
  query::List list_;
  std::optional<query::HitSorter> sorter_;
  query::SortBy sorted_by_{};                 // of sorter_
  std::optional<query::OwnedPlace> after_;    // where a cursor stands
  std::optional<query::NewPlace> new_after_;  // the same, in the journal
  std::uint64_t bad_indicators_ = 0;
  std::uint64_t keys_before_ = 0;
  bool cut_ = false;  // a pivot named what it did not follow
  bool gap_ = false;  // the journal lacks the beginning of what is asked
  Status status_;
};

}  // namespace

Result<int> RunQuery(QueryOptions options) { return QueryRun(std::move(options)).Run(); }

}  // namespace pdns::tools
