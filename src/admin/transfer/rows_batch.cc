#include "admin/transfer/rows_batch.h"

#include <algorithm>

namespace pdns::admin {
namespace {

using record::History;
using record::Sighting;

Sighting WithoutDays(const History& history) {
  return {history.first,     history.last,    history.count,
          history.bailiwick, history.reasons, history.sensors};
}

}  // namespace

void RowsBatch::Entries::Add(std::string_view key, const Sighting& sighting) {
  std::uint8_t* const room = arena.Reserve(key.size());
  std::copy(key.begin(), key.end(), room);
  arena.Commit(sighting, key.size());
  ++count;
}

void RowsBatch::Entries::List() {
  list.clear();
  list.reserve(count);
  arena.ForEach([this](const record::Entry& entry) { list.push_back(&entry); });
}

void RowsBatch::Entries::Clear() {
  arena.Clear();
  list.clear();
  count = 0;
}

void RowsBatch::Add(std::string_view tuple_key, const History& history) {
  Entries& entries = history.reasons == record::kTrusted ? trusted_ : quarantined_;
  const Sighting all = WithoutDays(history);
  ++rows_;
  if (history.days == record::DayForm::kEvery) return entries.Add(tuple_key, all);
  bool first = true;
  for (const record::DayRun& run : record::RunsOf(history)) {
    entries.Add(tuple_key, record::PartOf(all, run, first));
    first = false;
  }
}

bool RowsBatch::full() const {
  return trusted_.count + quarantined_.count >= kMostEntries || sources_.size() >= kMostCaptures ||
         trusted_.arena.memory() + quarantined_.arena.memory() >= kMostMemory;
}

record::Batch RowsBatch::View() {
  trusted_.List();
  quarantined_.List();
  record::Batch batch;
  batch.sources = sources_;
  batch.trusted = trusted_.list;
  batch.quarantined = quarantined_.list;
  return batch;
}

void RowsBatch::Clear() {
  trusted_.Clear();
  quarantined_.Clear();
  sources_.clear();
  rows_ = 0;
}

}  // namespace pdns::admin
