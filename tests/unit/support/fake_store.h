// A database in memory, by definition: what store/selection.h and store/database.h promise, said as
// simply as it can be said and without an index. Stands in for an engine where query and tools are
// tested, and is the oracle that engines are compared with.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/targets.h"
#include "record/type_facts.h"
#include "store/database.h"
#include "unit/support/rows.h"

namespace pdns::testing {

// A row and all that can be said of its place.
struct FakeRow {
  record::OwnedTuple tuple;
  record::History history;
  std::string owner;  // ordered
  std::string rdata_id;
  std::vector<std::string> targets;    // ordered
  std::vector<std::string> addresses;  // 4 or 16 bytes
  bool text = false;
  // Of trusted rows.
  std::uint64_t sequence = 0;
  std::chrono::sys_seconds committed;
  store::NewKind kind{};
};

inline FakeRow MakeFakeRow(const record::OwnedTuple& tuple, const record::History& history) {
  FakeRow row{tuple,
              history,
              OrderedName(tuple.owner.wire()),
              record::RdataId(AsBytes(tuple.rdata)),
              {},
              {},
              false,
              0,
              {},
              {}};
  for (const dns::Target target : dns::TargetsOf(tuple.type, AsBytes(tuple.rdata))) {
    const bool name = target.kind == dns::Target::Kind::kName;
    if (name) row.targets.push_back(OrderedName(target.bytes));
    if (!name) row.addresses.emplace_back(AsText(target.bytes));
  }
  const record::TypeFacts& facts = record::FactsOf(tuple.type);
  row.text = facts.target == record::TargetForm::kNone && !facts.no_reverse;
  return row;
}

// One moment. Add to it, and copy it, as you like; not while it is scanned.
class FakeSnapshot final : public store::Snapshot {
 public:
  using Snapshot::Scan;
  using Snapshot::ScanNew;
  using Snapshot::ScanOwners;

  // A tuple that is there already has its histories merged.
  FakeSnapshot& Add(const record::OwnedTuple& tuple, const record::History& history);
  FakeSnapshot& Add(std::string_view owner, record::RrType type, std::string_view rdata,
                    const record::History& history = Seen(1, 2, 3)) {
    return Add(MakeTuple(owner, type, rdata), history);
  }
  FakeSnapshot& Quarantine(std::string_view owner, record::RrType type, std::string_view rdata,
                           const record::History& history = Seen(1, 2, 3, {}, 1)) {
    const FakeRow row = MakeFakeRow(MakeTuple(owner, type, rdata), history);
    const auto [at, fresh] = quarantined_.emplace(TupleKey(row.tuple.view()), row);
    if (!fresh) record::Merge(at->second.history, history);
    return *this;
  }
  // As retention does: from the journal, too.
  void Expire(const record::Tuple& tuple) { trusted_.erase(TupleKey(tuple)); }
  // Rows that are added from now on are committed then.
  void CommitAt(std::chrono::sys_seconds time) { now_ = time; }
  // The journal has lost what came before.
  void JournalFrom(std::uint64_t first) { journal_first_ = first; }
  // As an engine without one.
  void KeepNoJournal() { journal_kept_ = false; }
  void NameSensors(std::vector<std::string> names) { sensors_ = std::move(names); }
  // Every scan ends like this behind its last row.
  void FailWith(Status status) { end_ = std::move(status); }

  store::Scanned Scan(const store::Selection& selection, const store::RowSink& sink,
                      const store::Watch& watch) override;
  store::Scanned Scan(const store::Selection& selection, const store::RowSink& sink) {
    return Scan(selection, sink, {});
  }
  store::Scanned ScanOwners(const store::Selection& selection, const OwnerSink& sink,
                            const store::Watch& watch) override;
  // Index entries that all scans looked at.
  std::uint64_t keys_seen() const { return keys_seen_; }

  const std::vector<std::string>& sensors() const override { return sensors_; }
  Status Totals(record::Statistics& statistics) override { return Count({}, statistics); }
  Status Count(const CountWatch& watch, record::Statistics& statistics) override;
  Result<store::JournalSpan> Journal() override;
  store::Scanned ScanNew(const store::NewSelection& selection, const store::NewSink& sink,
                         const store::Watch& watch) override;

 private:
  using Rows = std::map<std::string, FakeRow>;  // by tuple key
  using Order = std::vector<std::string>;       // compared part by part

  struct Found {
    Order order;
    std::string at;
    const FakeRow* row;
  };

  static bool InSpan(const store::Selection& selection, const std::string& one);
  static std::optional<std::string> FoundAt(const store::Selection& selection, const FakeRow& row);
  static bool NameMatches(const store::Selection& selection, const std::string& at,
                          const FakeRow& row);
  static Order OrderOf(const store::Selection& selection, const std::string& at,
                       const std::string& owner, record::RrType type, const std::string& rdata_id);
  std::vector<Found> FindAll(const store::Selection& selection) const;
  std::vector<const FakeRow*> InSequence() const;

  Rows trusted_;
  Rows quarantined_;
  std::vector<std::string> sensors_{""};
  std::uint64_t next_sequence_ = 1;
  std::uint64_t journal_first_ = 1;
  bool journal_kept_ = true;
  std::chrono::sys_seconds now_ = At(1000);
  std::uint64_t keys_seen_ = 0;
  Status end_;
};

// Counts keys, and asks the watch as often as was promised.
class FakeWatch {
 public:
  FakeWatch(const store::Watch& watch, store::Scanned& scanned, std::uint64_t& all)
      : watch_(watch), scanned_(scanned), all_(all) {}

  // False: the watch ends it.
  bool Look() {
    ++all_;
    if (++scanned_.keys % store::kKeysPerWatch != 0 || !watch_) return true;
    scanned_.stopped = !watch_(scanned_.keys);
    return !scanned_.stopped;
  }

 private:
  const store::Watch& watch_;
  store::Scanned& scanned_;
  std::uint64_t& all_;
};

inline FakeSnapshot& FakeSnapshot::Add(const record::OwnedTuple& tuple,
                                       const record::History& history) {
  FakeRow row = MakeFakeRow(tuple, history);
  const auto next = trusted_.lower_bound(row.owner);  // tuple keys begin with the owner
  const bool known = next != trusted_.end() && next->first.starts_with(row.owner);
  row.kind = known ? store::NewKind::kRdata : store::NewKind::kName;
  row.committed = now_;
  row.sequence = next_sequence_;
  const auto [at, fresh] = trusted_.try_emplace(TupleKey(tuple.view()), std::move(row));
  if (fresh) {
    ++next_sequence_;
  } else {
    record::Merge(at->second.history, history);
  }
  return *this;
}

// Of names: does it begin so? Of addresses: does it lie between, and is it of that size?
inline bool FakeSnapshot::InSpan(const store::Selection& selection, const std::string& one) {
  const store::Span& span = selection.span;
  if (selection.side != store::Side::kAddress) return one.starts_with(span.lo);
  return span.lo.empty() || (one.size() == span.lo.size() && span.lo <= one && one <= span.hi);
}

// What of the row is in the span, the first where it is several; "" where the row itself is.
inline std::optional<std::string> FakeSnapshot::FoundAt(const store::Selection& selection,
                                                        const FakeRow& row) {
  const auto& types = selection.types;
  if (!types.empty() && std::find(types.begin(), types.end(), row.tuple.type) == types.end())
    return std::nullopt;
  if (selection.side == store::Side::kText) return row.text ? std::optional("") : std::nullopt;
  if (selection.side == store::Side::kOwner)
    return InSpan(selection, row.owner) ? std::optional("") : std::nullopt;
  std::optional<std::string> first;
  for (const std::string& one :
       selection.side == store::Side::kTarget ? row.targets : row.addresses) {
    const auto order = [](const std::string& at) { return std::pair(at.size() == 16, at); };
    if (InSpan(selection, one) && (!first.has_value() || order(one) < order(*first))) first = one;
  }
  return first;
}

inline bool FakeSnapshot::NameMatches(const store::Selection& selection, const std::string& at,
                                      const FakeRow& row) {
  if (selection.names == nullptr) return true;
  std::string jump;
  const std::string& name = selection.side == store::Side::kTarget ? at : row.owner;
  return selection.names->Match(name, jump) == store::Step::kTake;
}

inline FakeSnapshot::Order FakeSnapshot::OrderOf(const store::Selection& selection,
                                                 const std::string& at, const std::string& owner,
                                                 record::RrType type, const std::string& rdata_id) {
  std::string type_bytes;
  AppendU16(type_bytes, static_cast<std::uint16_t>(type));
  const bool by_owner =
      selection.side == store::Side::kOwner || selection.trust == store::Trust::kQuarantined;
  if (by_owner) return {owner, type_bytes, rdata_id};
  std::string found = at;
  if (selection.side == store::Side::kAddress) found.insert(0, at.size() == 4 ? "4" : "6");
  // Of text, its rdata was found: that much of it stands in every id.
  constexpr std::size_t kHead = record::kRdataIdSize - 32;
  if (selection.side == store::Side::kText)
    found = rdata_id.size() < record::kRdataIdSize ? rdata_id : rdata_id.substr(0, kHead);
  return {found, type_bytes, owner, rdata_id};
}

// All in the span and of the types, in order; names are not looked at.
inline std::vector<FakeSnapshot::Found> FakeSnapshot::FindAll(
    const store::Selection& selection) const {
  const bool quarantined = selection.trust == store::Trust::kQuarantined;
  std::vector<Found> all;
  for (const auto& [key, row] : quarantined ? quarantined_ : trusted_) {
    const auto at = FoundAt(selection, row);
    if (!at.has_value()) continue;
    all.push_back({OrderOf(selection, *at, row.owner, row.tuple.type, row.rdata_id), *at, &row});
  }
  std::sort(all.begin(), all.end(),
            [](const Found& a, const Found& b) { return a.order < b.order; });
  if (!selection.after.has_value()) return all;
  const store::Place& after = *selection.after;
  const Order behind =
      OrderOf(selection, after.at, OrderedName(after.owner.wire()), after.type, after.rdata_id);
  std::erase_if(all, [&behind](const Found& one) { return one.order <= behind; });
  return all;
}

inline store::Scanned FakeSnapshot::Scan(const store::Selection& selection,
                                         const store::RowSink& sink, const store::Watch& watch) {
  store::Scanned scanned;
  FakeWatch looks(watch, scanned, keys_seen_);
  const bool quarantined = selection.trust == store::Trust::kQuarantined;
  for (const Found& found : FindAll(selection)) {
    if (!looks.Look()) return scanned;
    if (!NameMatches(selection, found.at, *found.row)) continue;
    const std::string_view at = quarantined ? std::string_view() : found.at;
    if (!sink({found.row->tuple.view(), found.row->history, at})) return scanned;
  }
  scanned.status = end_;
  return scanned;
}

// Each owner once for each type at each of what was found.
inline store::Scanned FakeSnapshot::ScanOwners(const store::Selection& selection,
                                               const OwnerSink& sink, const store::Watch& watch) {
  store::Scanned scanned;
  FakeWatch looks(watch, scanned, keys_seen_);
  const Found* last = nullptr;
  const std::vector<Found> all = FindAll(selection);
  for (const Found& found : all) {
    const bool again = last != nullptr && last->at == found.at &&
                       last->row->tuple.type == found.row->tuple.type &&
                       last->row->owner == found.row->owner;
    last = &found;
    if (again) continue;
    if (!looks.Look()) return scanned;
    if (NameMatches(selection, found.at, *found.row) && !sink(found.row->owner)) return scanned;
  }
  scanned.status = end_;
  return scanned;
}

inline Status FakeSnapshot::Count(const CountWatch& watch, record::Statistics& statistics) {
  std::set<std::string> names;
  std::set<std::string> addresses;
  std::uint64_t keys = 0;
  for (const auto& [key, row] : trusted_) {
    if (watch && ++keys % store::kKeysPerWatch == 0 && !watch(keys, statistics.tuples)) return {};
    const bool first = statistics.tuples++ == 0;
    names.insert(row.owner);
    addresses.insert(row.addresses.begin(), row.addresses.end());
    ++statistics.types[row.tuple.type];
    statistics.first = first ? row.history.first : std::min(statistics.first, row.history.first);
    statistics.last = first ? row.history.last : std::max(statistics.last, row.history.last);
  }
  for (const auto& [key, row] : quarantined_) ++statistics.quarantined[row.history.reasons];
  statistics.rrnames = names.size();
  statistics.addresses = addresses.size();
  statistics.sensors = sensors_;
  return end_;
}

inline std::vector<const FakeRow*> FakeSnapshot::InSequence() const {
  std::vector<const FakeRow*> rows;
  for (const auto& [key, row] : trusted_)
    if (row.sequence >= journal_first_) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(),
            [](const FakeRow* a, const FakeRow* b) { return a->sequence < b->sequence; });
  return rows;
}

inline Result<store::JournalSpan> FakeSnapshot::Journal() {
  if (!end_.ok()) return end_;
  if (!journal_kept_) return Status::Usage("no journal is kept");
  store::JournalSpan span{journal_first_, next_sequence_, std::nullopt};
  if (const auto rows = InSequence(); !rows.empty()) span.oldest = rows.front()->committed;
  return span;
}

inline store::Scanned FakeSnapshot::ScanNew(const store::NewSelection& selection,
                                            const store::NewSink& sink, const store::Watch& watch) {
  store::Scanned scanned;
  FakeWatch looks(watch, scanned, keys_seen_);
  for (const FakeRow* row : InSequence()) {
    if (row->sequence <= selection.after) continue;
    if (selection.since.has_value() && row->committed < *selection.since) continue;
    if (!looks.Look()) return scanned;
    if (!sink({row->sequence, row->committed, row->kind, row->tuple.view(), row->history}))
      return scanned;
  }
  scanned.status = end_;
  return scanned;
}

// Add to `writer()`; readers see it after the next Refresh.
class FakeDatabase final : public store::Database {
 public:
  FakeSnapshot& writer() { return writer_; }

  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() override {
    const std::lock_guard lock(mutex_);
    return std::unique_ptr<store::Snapshot>(std::make_unique<FakeSnapshot>(moment_));
  }

  Status Refresh() override {
    const std::lock_guard lock(mutex_);
    moment_ = writer_;
    return {};
  }

 private:
  FakeSnapshot writer_;
  std::mutex mutex_;
  FakeSnapshot moment_;
};

}  // namespace pdns::testing
