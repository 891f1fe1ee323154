#include "query/lookup.h"

#include <string>

#include "store/reverse_key.h"

namespace pdns::query {
namespace {

constexpr std::uint64_t kWatchEvery = 4096;  // keys

// Where N(name) begins in the keys of an index.
std::size_t NameAt(store::Index index) { return index == store::Index::kReverse ? 1 : 0; }

// The quarantine has no reverse index: its rows are asked whether one of their reverse keys would
// be meant.
bool PointsInto(const record::Tuple& tuple, const Question& question) {
  std::string jump;
  return store::ReverseKeysOf(tuple).AnyOf([&](std::string_view key) {
    return question.range.Holds(key) &&
           (question.names == nullptr ||
            question.names->Match(key.substr(1), jump) == store::Step::kTake);
  });
}

store::KeyFilter KeyFilterOf(const Question& question, const Watch& watch, Outcome& outcome) {
  const NamePattern* names = question.names.get();
  const std::size_t at = NameAt(question.index);
  return [names, at, &watch, &outcome](std::string_view key, std::string& jump) {
    if (++outcome.keys % kWatchEvery == 0 && watch && !watch(outcome.keys)) {
      outcome.stopped = true;
      return store::Step::kEnd;
    }
    if (names == nullptr) return store::Step::kTake;
    const store::Step step = names->Match(key.substr(at), jump);
    if (step == store::Step::kJump) jump.insert(0, key.substr(0, at));
    return step;
  };
}

}  // namespace

Outcome Lookup(store::Reader& reader, const Question& question, const LookupOptions& options,
               const store::RowSink& sink) {
  Outcome outcome;
  const bool by_rows = options.quarantined && question.index == store::Index::kReverse;
  const auto pass = [&](const store::Row& row) {
    const bool wanted =
        (options.filter == nullptr || options.filter->Passes(row.tuple, row.sighting)) &&
        (!question.rows || question.rows(row.tuple)) &&
        (!by_rows || PointsInto(row.tuple, question));
    if (!wanted) return true;
    ++outcome.rows;
    return sink(row);
  };
  Question whole_quarantine;
  const Question& scanned = by_rows ? whole_quarantine : question;
  store::ScanPlan plan{
      question.index, scanned.range, {}, KeyFilterOf(scanned, options.watch, outcome)};
  if (options.quarantined) plan.index = store::Index::kQuarantine;
  outcome.status = reader.Scan(plan, pass);
  return outcome;
}

}  // namespace pdns::query
