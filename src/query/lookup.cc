#include "query/lookup.h"

#include <string>

#include "store/reverse_key.h"

namespace pdns::query {
namespace {

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
    if (++outcome.keys % kKeysPerWatch == 0 && watch && !watch(outcome.keys)) {
      outcome.stopped = true;
      return store::Step::kEnd;
    }
    if (names == nullptr) return store::Step::kTake;
    const store::Step step = names->Match(key.substr(at), jump);
    if (step == store::Step::kJump) jump.insert(0, key.substr(0, at));
    return step;
  };
}

// Numbers the rows that stand at one key: there may be several behind a digest.
class Placing {
 public:
  explicit Placing(std::uint64_t question) { last_.question = question; }

  Place Next(std::string_view key) {
    if (key != last_.key) {
      last_.key = key;
      last_.at = 0;
    }
    ++last_.at;
    return View(last_);
  }

 private:
  OwnedPlace last_;
};

}  // namespace

store::Index ScannedIndex(const Question& question, bool quarantined) {
  return quarantined ? store::Index::kQuarantine : question.index;
}

Outcome Lookup(store::Reader& reader, const Question& question, const LookupOptions& options,
               const std::function<bool(const Hit&)>& sink) {
  Outcome outcome;
  const bool by_rows = options.quarantined && question.index == store::Index::kReverse;
  Placing placing(options.number);
  const auto pass = [&](const store::Row& row) {
    const bool wanted =
        (options.filter == nullptr || options.filter->Passes(row.tuple, row.sighting)) &&
        (!question.rows || question.rows(row.tuple)) &&
        (!by_rows || PointsInto(row.tuple, question));
    if (!wanted) return true;
    const Place place = placing.Next(row.key);
    if (options.after != nullptr && place <= View(*options.after)) return true;
    ++outcome.rows;
    return sink({row.tuple, row.sighting, options.asked, {}, place});
  };
  Question whole_quarantine;
  const Question& scanned = by_rows ? whole_quarantine : question;
  const store::ScanPlan plan{ScannedIndex(question, options.quarantined), scanned.range,
                             options.after != nullptr ? options.after->key : std::string(),
                             KeyFilterOf(scanned, options.watch, outcome)};
  outcome.status = reader.Scan(plan, pass);
  return outcome;
}

}  // namespace pdns::query
