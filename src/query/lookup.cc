#include "query/lookup.h"

#include "ask/wanted.h"

namespace pdns::query {
namespace {

// What the engine can do by itself; Filter and Question::rows do the rest.
store::Selection SelectionOf(const ask::Question& question, const LookupOptions& options) {
  store::Selection selection;
  selection.side = question.side;
  selection.trust = options.quarantined ? store::Trust::kQuarantined : store::Trust::kTrusted;
  selection.span = question.span;
  selection.names = question.names;
  if (options.filter != nullptr) selection.types = options.filter->types.PlainList();
  if (options.after != nullptr) selection.after = *options.after;
  return selection;
}

}  // namespace

store::Side OrderOf(const ask::Question& question, bool quarantined) {
  return quarantined ? store::Side::kOwner : question.side;
}

LookupOutcome Lookup(store::Snapshot& snapshot, const ask::Question& question,
                     const LookupOptions& options, const std::function<bool(const Hit&)>& sink) {
  LookupOutcome outcome;
  const store::Side order = OrderOf(question, options.quarantined);
  const auto pass = [&](const store::Row& row) {
    const bool wanted =
        (options.filter == nullptr || options.filter->Passes(row.tuple, row.history)) &&
        (!question.rows || question.rows(row.tuple));
    if (!wanted) return true;
    ++outcome.rows;
    return sink(
        {row.tuple, row.history, options.asked, {}, Place{options.number, order, row.at}, {}});
  };
  store::Scanned scanned = snapshot.Scan(SelectionOf(question, options), pass, options.watch);
  outcome.keys = scanned.keys;
  outcome.stopped = scanned.stopped;
  outcome.status = std::move(scanned.status);
  return outcome;
}

LookupOutcome LookupEach(store::Snapshot& snapshot, const QuestionAt& question_at,
                         const AskedAt& asked_at, const LookupOptions& options,
                         const std::function<bool(const Hit&)>& sink) {
  LookupOutcome outcome;
  store::Selection selection;
  const auto at = [&](std::size_t i) -> const store::Selection* {
    const ask::Question* question = question_at(options.number + i);
    if (question == nullptr) return nullptr;
    selection = SelectionOf(*question, options);
    return &selection;
  };
  const auto pass = [&](std::size_t i, store::Side side, const store::Row& row) {
    if (options.filter != nullptr && !options.filter->Passes(row.tuple, row.history)) return true;
    ++outcome.rows;
    const std::uint64_t number = options.number + i;
    const store::Side order = options.quarantined ? store::Side::kOwner : side;
    return sink({row.tuple, row.history, asked_at(number), {}, Place{number, order, row.at}, {}});
  };
  store::Scanned scanned = snapshot.ScanEach(at, pass, options.watch);
  outcome.keys = scanned.keys;
  outcome.stopped = scanned.stopped;
  outcome.status = std::move(scanned.status);
  return outcome;
}

LookupOutcome LookupInQuarantine(store::Snapshot& snapshot, const QuestionAt& question_at,
                                 const AskedAt& asked_at, const LookupOptions& options,
                                 const std::function<bool(const Hit&)>& sink) {
  LookupOutcome outcome;
  ask::Wanted wanted;
  std::uint64_t next = options.number;
  while (const ask::Question* question = question_at(next++)) wanted.Add(*question);
  wanted.Index();
  const auto pass = [&](const store::Row& row) {
    if (options.filter != nullptr && !options.filter->Passes(row.tuple, row.history)) return true;
    for (const std::uint32_t found : wanted.MayHold(row.tuple)) {
      const std::uint64_t number = options.number + found;
      const ask::Question* question = question_at(number);
      if (question == nullptr || !question->Holds(row.tuple)) continue;
      ++outcome.rows;
      const Place place{number, store::Side::kOwner, row.at};
      if (!sink({row.tuple, row.history, asked_at(number), {}, place, {}})) return false;
    }
    return true;
  };
  store::Selection all;
  all.trust = store::Trust::kQuarantined;
  if (options.filter != nullptr) all.types = options.filter->types.PlainList();
  store::Scanned scanned = snapshot.Scan(all, pass, options.watch);
  outcome.keys = scanned.keys;
  outcome.stopped = scanned.stopped;
  outcome.status = std::move(scanned.status);
  return outcome;
}

}  // namespace pdns::query
