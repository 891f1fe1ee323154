#include "query/run.h"

#include <algorithm>
#include <utility>

#include "ask/sensors.h"
#include "query/answer_cursor.h"
#include "query/distinct.h"
#include "query/hit_sorter.h"
#include "query/lookup.h"
#include "query/new_rows.h"

namespace pdns::query {
namespace {

using End = Outcome::End;

// What was found -> offset and limit -> what is shown. Each hit comes in the order of the answer.
class Answer {
 public:
  Answer(const Request& request, AnswerSink& sink, Outcome& outcome)
      : request_(request), sink_(sink), outcome_(outcome) {}

  // Names or values come in this order from now on. Not called where a sort has made them one each.
  void KeepDistinct(Distinct::Order order) {
    distinct_.emplace(request_.show == Show::kNames ? Distinct::Of::kNames : Distinct::Of::kValues,
                      order);
  }

  // One more thing is asked, in the order of their numbers.
  void Begin() {
    if (request_.show == Show::kHits) outcome_.hits.Begin();
  }

  // False: it takes no more, and Outcome::end says why.
  bool Add(const Hit& hit) {
    if (!distinct_.has_value() || distinct_->IsFirst(hit)) {
      if (passed_over_ < request_.offset) {
        ++passed_over_;
      } else if (request_.limit != 0 && outcome_.rows == request_.limit) {
        outcome_.end = End::kLimit;
        return false;
      } else {
        ++outcome_.rows;
        if (!Hand(hit)) outcome_.end = End::kUnread;
      }
    }
    last_.MoveTo(hit, request_.ordered() ? std::optional(request_.order->by) : std::nullopt);
    return outcome_.end == End::kWhole;
  }

  const LastHit& last() const { return last_; }

 private:
  bool Hand(const Hit& hit) {
    switch (request_.show) {
      case Show::kRows:
      case Show::kNames:
      case Show::kValues:
        return sink_.Add(hit);
      case Show::kSummary:
        outcome_.summary.Add(hit);
        return true;
      case Show::kHits:
        outcome_.hits.Found(hit.place.question, hit.history);
        return true;
      case Show::kCount:
      case Show::kGraph:
        return true;
    }
    return true;
  }

  const Request& request_;
  AnswerSink& sink_;
  Outcome& outcome_;
  std::optional<Distinct> distinct_;
  LastHit last_;
  std::uint64_t passed_over_ = 0;
};

class Runner {
 public:
  Runner(store::Snapshot& snapshot, const Request& request, AnswerSink& sink,
         std::size_t sort_memory)
      : snapshot_(snapshot),
        request_(request),
        sink_(sink),
        sort_memory_(sort_memory),
        filter_(request.filter),
        answer_(request, sink, outcome_) {}

  Result<Outcome> Run() {
    const auto sensors = ask::SensorsNamed(request_.sensors, snapshot_.sensors());
    if (!sensors.ok()) return sensors.status();
    filter_.sensors = *sensors;
    in_quarantine_ = ListIsForOnePass();
    ExpectHits();
    BeginOrder();
    if (Status status = GoOnAtCursor(); !status.ok()) return status;
    if (request_.pivot.has_value()) {
      WalkPivot();
    } else if (request_.new_since.has_value()) {
      AskNew();
    } else {
      AskAll();
    }
    EndOrder();
    // Damage, and no row: "nothing found" would not be true, nor would a count.
    const Code code = outcome_.status.code();
    const bool damage = code == Code::kIo || code == Code::kDisk || code == Code::kCorrupt;
    if (damage && outcome_.rows == 0) return outcome_.status;
    Conclude();
    return std::move(outcome_);
  }

 private:
  std::size_t questions() const {
    return request_.questions.size() + (request_.list == nullptr ? 0 : request_.list->size());
  }

  // Rows of one question about owners come by name.
  bool ComesByName() const {
    return !request_.several() && !request_.pivot.has_value() && !request_.questions.empty() &&
           request_.questions[0].question.side == store::Side::kOwner;
  }

  // Which order the hits come in, whether they are sorted for that, and how names and values come
  // once each.
  void BeginOrder() {
    if (request_.new_since.has_value()) {
      if (request_.distinct()) answer_.KeepDistinct(Distinct::Order::kAny);
      return;  // in the order of the journal
    }
    HitSorter::Order order;
    order.memory = sort_memory_;
    const bool names = request_.show == Show::kNames;
    if (request_.ordered()) {
      order.by = request_.order->by;
      order.reverse = request_.order->reverse;
      if (request_.distinct()) answer_.KeepDistinct(Distinct::Order::kAny);
    } else if (names && ComesByName()) {
      answer_.KeepDistinct(Distinct::Order::kGrouped);
      return;
    } else if (request_.distinct()) {
      order.by = names ? SortBy::kName : SortBy::kRdata;
      order.unique = true;
    } else if (in_quarantine_ && OrderMatters()) {
      order.by = std::nullopt;
    } else {
      return;
    }
    order.places = request_.limit != 0 || in_quarantine_;
    // One more than is shown tells that there is more; of rows that share names nobody knows how
    // many are needed.
    if (request_.limit != 0 && !(request_.distinct() && !order.unique))
      order.keep = request_.offset + request_.limit + 1;
    sorted_by_ = order.by;
    sorter_.emplace(order);
  }

  bool OrderMatters() const {
    return request_.show == Show::kRows || request_.limit != 0 || request_.offset != 0 ||
           !request_.cursor.empty();
  }

  // The quarantine has no index of what is pointed at, and strangers fill it: to look through all
  // of it for each line of a list would take for ever. Names have an index, so that a list of them
  // is looked up line by line.
  bool ListIsForOnePass() const {
    if (!quarantined() || request_.list == nullptr) return false;
    std::optional<ask::Question> made;
    int passes = 0;
    for (std::uint64_t at = request_.questions.size(); passes < 2 && at < questions(); ++at) {
      const ask::Question* question = QuestionAt(at, made);
      if (question != nullptr && question->side != store::Side::kOwner) ++passes;
    }
    return passes == 2;
  }

  std::string Seal() const {
    const Sha256Digest hash = AnswerHash(request_);
    return std::string(AsText(Bytes(hash)));
  }

  Status GoOnAtCursor() {
    if (request_.cursor.empty()) return {};
    const auto cursor = CursorFromText(request_.cursor, Seal());
    Status status = cursor.ok() ? GoOnAt(*cursor) : cursor.status();
    if (status.code() == Code::kUsage) status = Status::Usage("cursor: " + status.message());
    return status;
  }

  const ask::Question* QuestionAt(std::uint64_t number, std::optional<ask::Question>& made) const {
    const std::uint64_t direct = request_.questions.size();
    if (number < direct) return &request_.questions[number].question;
    if (number >= questions()) return nullptr;
    auto question = ask::AskName((*request_.list)[number - direct].text);
    if (!question.ok()) return nullptr;
    return &made.emplace(std::move(*question));
  }

  Asked AskedAt(std::uint64_t number) const {
    const std::uint64_t direct = request_.questions.size();
    if (number < direct) return {request_.questions[number].text, 0};
    const ask::Listed listed = (*request_.list)[number - direct];
    return {listed.text, listed.line};
  }

  Status GoOnAt(const AnswerCursor& cursor) {
    if (request_.new_since.has_value()) {
      new_after_ = NewPlace{cursor.number, cursor.place.question};
      return {};
    }
    std::optional<ask::Question> made;
    const ask::Question* question = QuestionAt(cursor.place.question, made);
    if (question == nullptr) return Status::Usage("no such question");
    if (!sorter_.has_value()) {
      after_ = cursor.place;
      return {};
    }
    const store::Side side = OrderOf(*question, quarantined());
    const auto hit = Recall(snapshot_, request_.trust, side, cursor, sorted_by_);
    if (!hit.ok()) return hit.status();
    sorter_->StartAfter(*hit);
    return {};
  }

  void EndOrder() {
    if (!sorter_.has_value() || outcome_.end == End::kUnread) return;
    sorted_in_part_ = outcome_.end == End::kInterrupted;
    outcome_.end = End::kWhole;
    const Status status = sorter_->ForEach([this](const Hit& hit) {
      // What was found until it was interrupted is shown all the same.
      if (!sorted_in_part_ && sink_.interrupted()) outcome_.end = End::kInterrupted;
      return outcome_.end == End::kWhole && answer_.Add(hit);
    });
    if (!status.ok()) outcome_.status = status;
    // Also where it is cut at its limit: these are not the first of all.
    if (sorted_in_part_ && outcome_.end != End::kUnread) outcome_.end = End::kInterrupted;
  }

  // A hit, in the order of the database. False ends the scan.
  bool Add(const Hit& hit) {
    if (sink_.interrupted()) outcome_.end = End::kInterrupted;
    if (outcome_.end != End::kWhole) return false;
    if (!sorter_.has_value()) return answer_.Add(hit);
    const Status added = sorter_->Add(hit);
    if (!added.ok()) outcome_.status = added;
    return added.ok();
  }

  bool Watch(std::uint64_t keys) {
    sink_.Progress(outcome_.keys + keys, outcome_.rows);
    if (sink_.interrupted()) outcome_.end = End::kInterrupted;
    return outcome_.end == End::kWhole;
  }

  void WalkPivot() {
    PivotOptions how;
    how.depth = request_.pivot->depth;
    how.max_fanout = request_.pivot->max_fanout;
    how.slack = request_.pivot->slack;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    auto walked = Pivot(snapshot_, request_.pivot->start, how, [this](const Hit& hit) {
      return !filter_.Passes(hit.tuple, hit.history) || Add(hit);
    });
    outcome_.keys = walked.keys;
    if (!walked.status.ok()) outcome_.status = std::move(walked.status);
    outcome_.nodes = std::move(walked.nodes);
    outcome_.edges = std::move(walked.edges);
  }

  void AskAll() {
    std::uint64_t number = 0;
    for (const Asking& asking : request_.questions) {
      if (!Ask(asking.question, {asking.text, 0}, number++)) return;
    }
    if (in_quarantine_) return AskListInQuarantine(number);
    // Up to where a cursor goes on, and where a question is more than a span, one by one.
    while (number < questions()) {
      const bool before = after_.has_value() && number <= after_->question;
      if (!before && !AskSpans(number)) return;
      if (number < questions() && !AskListed(number++)) return;
    }
  }

  bool AskListed(std::uint64_t number) {
    std::optional<ask::Question> made;
    const ask::Question* question = QuestionAt(number, made);
    return question != nullptr && Ask(*question, AskedAt(number), number);
  }

  LookupOptions How(std::uint64_t number) {
    LookupOptions how;
    how.filter = &filter_;
    how.quarantined = quarantined();
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    how.number = number;
    return how;
  }

  // Those of the list from `number` on that are each a span of the database, by one pass. Moves
  // `number` behind them; false as Ask.
  bool AskSpans(std::uint64_t& number) {
    std::optional<ask::Question> made;
    const auto question_at = [&](std::uint64_t at) -> const ask::Question* {
      const ask::Question* question = QuestionAt(at, made);
      if (question == nullptr || question->rows || !question->full_scan.empty()) return nullptr;
      answer_.Begin();
      number = at + 1;
      return question;
    };
    Asked asked;
    const auto asked_at = [&](std::uint64_t at) {
      asked = AskedAt(at);
      return request_.several() ? &asked : nullptr;
    };
    const auto looked = LookupEach(snapshot_, question_at, asked_at, How(number),
                                   [this](const Hit& hit) { return Add(hit); });
    outcome_.keys += looked.keys;
    if (!looked.status.ok()) outcome_.status = looked.status;
    return outcome_.status.ok() && outcome_.end == End::kWhole;
  }

  void AskListInQuarantine(std::uint64_t number) {
    for (std::uint64_t at = number; at < questions(); ++at) answer_.Begin();
    std::optional<ask::Question> made;
    Asked asked;
    const auto looked = LookupInQuarantine(
        snapshot_, [&](std::uint64_t at) { return QuestionAt(at, made); },
        [&](std::uint64_t at) { return &(asked = AskedAt(at)); }, How(number),
        [this](const Hit& hit) { return Add(hit); });
    outcome_.keys += looked.keys;
    if (!looked.status.ok()) outcome_.status = looked.status;
  }

  // False when there is no use in asking more.
  bool Ask(const ask::Question& question, const Asked& asked, std::uint64_t number) {
    answer_.Begin();
    if (after_.has_value() && number < after_->question) return true;
    LookupOptions how = How(number);
    if (request_.several()) how.asked = &asked;
    if (after_.has_value() && number == after_->question) how.after = &after_->row;
    const auto looked =
        Lookup(snapshot_, question, how, [this](const Hit& hit) { return Add(hit); });
    outcome_.keys += looked.keys;
    if (!looked.status.ok()) outcome_.status = looked.status;
    const bool whole = outcome_.status.ok() && outcome_.end == End::kWhole;
    if (!question.full_scan.empty() && outcome_.end != End::kLimit)
      outcome_.scans.push_back({question.full_scan, looked.keys, looked.rows, whole});
    return whole;
  }

  // All questions at once: the journal is read but once.
  void AskNew() {
    // A list of nothing that can be asked asks for nothing, not for all.
    if (questions() == 0 && request_.list != nullptr) return;
    for (std::uint64_t number = 0; number < questions(); ++number) answer_.Begin();
    std::optional<ask::Question> made;
    Asked asked;
    FindGap();
    NewRowsOptions how;
    how.since = request_.new_since->time;
    how.after = new_after_;
    how.filter = &filter_;
    if (questions() > 0) {
      how.question_at = [&](std::uint64_t number) { return QuestionAt(number, made); };
    }
    if (request_.several()) {
      how.asked_at = [&](std::uint64_t number) { return &(asked = AskedAt(number)); };
    }
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    const auto looked = ScanNewRows(snapshot_, how, [this](const Hit& hit) { return Add(hit); });
    outcome_.keys = looked.keys;
    if (!looked.status.ok()) outcome_.status = looked.status;
  }

  // Does the journal go back to where the answer begins?
  void FindGap() {
    const auto span = snapshot_.Journal();
    if (!span.ok()) {
      outcome_.status = span.status();
      return;
    }
    if (span->first <= 1) return;  // it has all there ever was
    const bool gap = new_after_.has_value()
                         ? new_after_->sequence + 1 < span->first
                         : !span->oldest.has_value() || request_.new_since->time < *span->oldest;
    if (gap) outcome_.gap = JournalGap{span->oldest};
  }

  void ExpectHits() {
    if (request_.show != Show::kHits) return;
    std::vector<std::string_view> arguments;
    for (const Asking& asking : request_.questions) arguments.push_back(asking.text);
    outcome_.hits.Expect(std::move(arguments), request_.list.get());
  }

  void Conclude() {
    const bool whole = outcome_.status.ok() && outcome_.end != End::kInterrupted;
    outcome_.hits.Finish(whole);
    const bool cut = outcome_.end == End::kLimit || outcome_.end == End::kInterrupted;
    const auto cursor = answer_.last().cursor();
    // Of an order that lacks what was not yet found, the next part would lack it, too.
    if (cut && request_.may_have_cursor() && cursor.has_value() && !sorted_in_part_)
      outcome_.cursor = CursorToText(*cursor, Seal());
  }

  bool quarantined() const { return request_.trust == store::Trust::kQuarantined; }

  store::Snapshot& snapshot_;
  const Request& request_;
  AnswerSink& sink_;
  std::size_t sort_memory_;
  Filter filter_;  // with its sensors
  Outcome outcome_;
  Answer answer_;
  std::optional<HitSorter> sorter_;
  std::optional<SortBy> sorted_by_;    // of sorter_
  bool in_quarantine_ = false;         // the list is asked by one pass
  bool sorted_in_part_ = false;        // interrupted before all was found
  std::optional<OwnedPlace> after_;    // where a cursor stands
  std::optional<NewPlace> new_after_;  // the same, in the journal
};

}  // namespace

Result<Outcome> Run(store::Snapshot& snapshot, const Request& request, AnswerSink& sink,
                    std::size_t sort_memory) {
  if (Status status = CheckRequest(request); !status.ok()) return status;
  return Runner(snapshot, request, sink, sort_memory).Run();
}

}  // namespace pdns::query
