#include "query_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>

#include "answer.h"
#include "base/log.h"
#include "base/stop.h"
#include "query/hit_sorter.h"
#include "query/list.h"
#include "query/lookup.h"
#include "query_database.h"
#include "scan_line.h"
#include "signals.h"

namespace pdns::tools {
namespace {

using Show = QueryOptions::Show;
using render::FormatKind;

class QueryRun {
 public:
  explicit QueryRun(const QueryOptions& options)
      : options_(options), answer_(options, scan_line_) {}

  Result<int> Run() {
    StopOnSignals(stop_);
    std::signal(SIGPIPE, SIG_DFL);  // who reads no more of the answer wants no word about it
    Status status = ReadListed();
    if (status.ok()) status = OpenReader();
    BeginSort();
    if (status.ok()) status = TakeUpCursor();
    if (!status.ok()) return status;
    if (options_.pivot_from.has_value()) {
      Pivot();
    } else {
      AskAll();
    }
    EndSort();
    if (Status told = answer_.Finish(); !told.ok()) return told;
    return Conclude();
  }

 private:
  static constexpr std::size_t kMostBadLinesTold = 20;

  Status ReadListed() {
    if (options_.list.empty()) return {};
    std::ifstream file;
    const bool standard = options_.list == "-";
    if (!standard) file.open(options_.list);
    if (!standard && !file)
      return Status::NoInput("list " + Printable(options_.list) + ": cannot be read");
    const auto bad = [this](std::uint64_t line, std::string_view /*text*/, const Status& why) {
      if (++bad_lines_ <= kMostBadLinesTold)
        LogWarning(fmt::format("line {}: {}", line, why.message()));
    };
    auto read = query::ReadList(standard ? std::cin : static_cast<std::istream&>(file), bad);
    if (!read.ok())
      return Status::Io("list " + Printable(options_.list) + ": " + read.status().message());
    list_ = std::move(*read);
    return {};
  }

  Status OpenReader() {
    auto reader = OpenForQuery(options_.database, Mostly());
    if (!reader.ok()) return reader.status();
    reader_ = std::move(*reader);
    return {};
  }

  store::Index Mostly() const {
    const auto reverse = [](const auto& one) { return one.index == store::Index::kReverse; };
    const bool any = std::any_of(list_.begin(), list_.end(), reverse) ||
                     std::any_of(options_.questions.begin(), options_.questions.end(),
                                 [&](const Asking& one) { return reverse(one.question); });
    return any ? store::Index::kReverse : store::Index::kForward;
  }

  // Names and values are each told once: where they come in another order than their own, they are
  // sorted.
  void BeginSort() {
    query::HitSorter::Order order;
    const bool told_once = options_.told_once();
    const bool names = told_once && options_.format == FormatKind::kNames;
    const bool by_name = !options_.several() && !options_.pivot_from.has_value() &&
                         options_.questions[0].question.index == store::Index::kForward;
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
    sorter_.emplace(order);
  }

  // A line told before the cut may come up again behind it where the order is not the lines' own.
  bool HasCursors() const {
    return !options_.pivot_from.has_value() && !(options_.told_once() && options_.sort.has_value());
  }

  // All that decides about rows and their order.
  std::string AskedAll() const {
    std::string asked = options_.asked;
    for (const query::Listed& listed : list_) asked.append(1, '\n').append(listed.text);
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
    if (!cursor.ok()) return cursor.status();
    std::optional<query::Question> made;
    const query::Question* question = QuestionAt(cursor->place.question, made);
    if (question == nullptr) return Status::Usage("--cursor: no such question");
    const auto hit =
        query::Recall(*reader_, query::ScannedIndex(*question, options_.quarantined), *cursor);
    if (!hit.ok()) return hit.status();
    if (sorter_.has_value()) {
      sorter_->StartAfter(hit->view());
    } else {
      after_ = hit->place;
    }
    return {};
  }

  void EndSort() {
    if (!sorter_.has_value()) return;
    const Status status =
        sorter_->ForEach([this](const query::Hit& hit) { return answer_.Add(hit); });
    if (!status.ok()) status_ = status;
  }

  bool Take(const query::Hit& hit) {
    if (stop_.requested() || answer_.unread()) return false;
    if (!sorter_.has_value()) return answer_.Add(hit);
    const Status added = sorter_->Add(hit);
    if (!added.ok()) status_ = added;
    return added.ok();
  }

  void Pivot() {
    query::PivotOptions how = options_.pivot;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    const auto outcome =
        query::Pivot(*reader_, *options_.pivot_from, how, [this](const query::Hit& hit) {
          return !options_.filter.Passes(hit.tuple, hit.sighting) || Take(hit);
        });
    if (!outcome.status.ok()) status_ = outcome.status;
    for (const query::PivotNode& node : outcome.nodes) {
      const std::string cuts = query::CutsText(node);
      if (cuts.empty()) continue;
      cut_ = true;
      scan_line_.Wipe();
      LogInfo(fmt::format("{} has {}: not followed (--max-fanout {})", node.text, cuts,
                          options_.pivot.max_fanout));
    }
    if (options_.show == Show::kDot) answer_.ShowGraph(outcome);
  }

  void AskAll() {
    std::uint64_t number = 0;
    for (const Asking& asking : options_.questions) {
      if (!asking.question.notice.empty()) LogInfo(asking.question.notice);
      if (!Ask(asking.question, {asking.text, 0}, number++)) return;
    }
    for (const query::Listed& listed : list_) {
      const auto question = query::AskName(listed.text);
      if (!question.ok() || !Ask(*question, {listed.text, listed.line}, number++)) return;
    }
  }

  // False when there is no use in asking more.
  bool Ask(const query::Question& question, const query::Asked& asked, std::uint64_t number) {
    answer_.Begin(asked);
    if (after_.has_value() && number < after_->question) return true;
    query::LookupOptions how;
    how.filter = &options_.filter;
    how.quarantined = options_.quarantined;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    how.number = number;
    if (options_.several()) how.asked = &asked;
    if (after_.has_value() && number == after_->question) how.after = &*after_;
    const auto outcome =
        query::Lookup(*reader_, question, how, [this](const query::Hit& hit) { return Take(hit); });
    keys_before_ += outcome.keys;
    if (!outcome.status.ok()) status_ = outcome.status;
    const bool whole = status_.ok() && !outcome.stopped && !answer_.limited() && !answer_.unread();
    if (!question.whole.empty() && !answer_.limited()) TellScan(question, outcome, whole);
    return whole;
  }

  void TellScan(const query::Question& question, const query::Outcome& outcome, bool whole) {
    scan_line_.Wipe();
    LogInfo(fmt::format("looked at {}{} {}{}: {} found", whole ? "all " : "", outcome.keys,
                        question.whole, whole ? "" : " before it ended", outcome.rows));
  }

  bool Watch(std::uint64_t keys) {
    scan_line_.Show(keys_before_ + keys, answer_.rows());
    if (scan_line_.slow()) answer_.Tick();
    return !stop_.requested();
  }

  // How to go on behind what was told; "" where only asking again does.
  std::string GoingOn() const {
    if (!HasCursors() || answer_.cursor() == nullptr || (stop_.requested() && sorter_.has_value()))
      return {};
    return fmt::format("; to go on: --cursor {}",
                       query::CursorToText(*answer_.cursor(), AskedAll()));
  }

  Result<int> Conclude() {
    if (bad_lines_ > kMostBadLinesTold) {
      LogWarning(
          fmt::format("{} lines more that are nothing to ask for", bad_lines_ - kMostBadLinesTold));
    }
    if (!status_.ok()) LogError("the answer is incomplete: " + status_.message());
    if (answer_.limited()) {
      const std::string on =
          HasCursors() ? GoingOn()
                       : fmt::format("; to go on: --offset {}", options_.offset + options_.limit);
      LogWarning(fmt::format("there is more: cut at --limit {}{}", options_.limit, on));
    } else if (stop_.requested()) {
      LogWarning("interrupted: this is what was found until then" + GoingOn());
    }
    const bool whole = status_.ok() && !answer_.limited() && !stop_.requested() && bad_lines_ == 0;
    const bool nothing = answer_.rows() == 0;
    if (whole && nothing && !cut_ && isatty(STDERR_FILENO) != 0) LogInfo("nothing found");
    if (!whole || (nothing && cut_)) return kIncomplete;
    return nothing ? kNothingFound : 0;
  }

  const QueryOptions& options_;
  Stop stop_;
  ScanLine scan_line_;
  Answer answer_;
  std::vector<query::Listed> list_;
  std::unique_ptr<store::Reader> reader_;
  std::optional<query::HitSorter> sorter_;
  std::optional<query::OwnedPlace> after_;  // where a cursor stands
  std::uint64_t bad_lines_ = 0;
  std::uint64_t keys_before_ = 0;
  bool cut_ = false;  // a pivot named what it did not follow
  Status status_;
};

}  // namespace

Result<int> RunQuery(const QueryOptions& options) { return QueryRun(options).Run(); }

}  // namespace pdns::tools
