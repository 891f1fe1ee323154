#include "query/new_rows.h"

#include "ask/wanted.h"

namespace pdns::query {
namespace {

class NewRowsRun {
 public:
  NewRowsRun(const NewRowsOptions& options, const std::function<bool(const Hit&)>& sink,
             LookupOutcome& outcome)
      : options_(options), sink_(sink), outcome_(outcome) {
    if (!options.question_at) return;
    std::uint64_t number = 0;
    while (const ask::Question* question = options.question_at(number++)) wanted_.Add(*question);
    wanted_.Index();
  }

  // False ends the scan.
  bool Match(const store::NewRow& row) {
    if (options_.filter != nullptr && !options_.filter->Passes(row.tuple, row.history)) return true;
    if (!options_.question_at) return HandOn(row, 0, nullptr);
    for (const std::uint32_t number : wanted_.MayHold(row.tuple)) {
      const ask::Question* question = options_.question_at(number);
      if (question == nullptr || !question->Holds(row.tuple)) continue;
      const Asked* asked = options_.asked_at ? options_.asked_at(number) : nullptr;
      if (!HandOn(row, number, asked)) return false;
    }
    return true;
  }

 private:
  bool HandOn(const store::NewRow& row, std::uint64_t number, const Asked* asked) {
    const auto& after = options_.after;
    if (after.has_value() && row.sequence == after->sequence && number <= after->question)
      return true;
    ++outcome_.rows;
    return sink_({row.tuple,
                  row.history,
                  asked,
                  {},
                  Place{number, store::Side::kOwner, {}},
                  NewMark{row.sequence, row.committed, row.kind}});
  }

  const NewRowsOptions& options_;
  const std::function<bool(const Hit&)>& sink_;
  LookupOutcome& outcome_;
  ask::Wanted wanted_;
};

}  // namespace

LookupOutcome ScanNewRows(store::Snapshot& snapshot, const NewRowsOptions& options,
                          const std::function<bool(const Hit&)>& sink) {
  store::NewSelection selection;
  selection.since = options.since;
  // The row at which it was cut comes again: other questions may be behind.
  if (options.after.has_value() && options.after->sequence > 0)
    selection.after = options.after->sequence - 1;
  LookupOutcome outcome;
  NewRowsRun run(options, sink, outcome);
  store::Scanned scanned = snapshot.ScanNew(
      selection, [&run](const store::NewRow& row) { return run.Match(row); }, options.watch);
  outcome.keys = scanned.keys;
  outcome.stopped = scanned.stopped;
  outcome.status = std::move(scanned.status);
  return outcome;
}

}  // namespace pdns::query
