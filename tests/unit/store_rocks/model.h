// What a database holds after its batches, computed with maps and without the engine: the oracle of
// random tests. FakeSnapshot (unit/support/fake_store.h) answers selections over it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "unit/store_rocks/database.h"
#include "unit/support/fake_store.h"

namespace pdns::store_rocks {

struct ModelRow {
  record::OwnedTuple tuple;
  record::History history;
};

// What is new at its commit, whatever becomes of the row.
struct ModelEvent {
  std::chrono::sys_seconds committed;
  store::NewKind kind{};
  std::string key;
};

// One thread.
class Model {
 public:
  using Rows = std::map<std::string, ModelRow>;  // by row key
  using RowTest = std::function<bool(const record::OwnedTuple&, const record::History&)>;

  // As a writer applies it; sensors are taken as they are.
  record::Applied Apply(const record::Batch& batch, std::chrono::sys_seconds committed = {}) {
    record::Applied applied;
    std::map<std::string, ModelRow> rows = Merged(batch.trusted);
    for (auto& [key, row] : rows) {
      const auto [at, fresh] = trusted_.try_emplace(key, row);
      ++(fresh ? applied.tuples_new : applied.tuples_updated);
      if (!fresh) {
        record::Merge(at->second.history, row.history);
        continue;
      }
      const bool new_owner = ++owners_[OwnerOf(row.tuple)] == 1;
      journal_.push_back(
          {committed, new_owner ? store::NewKind::kName : store::NewKind::kRdata, key});
    }
    for (auto& [key, row] : Merged(batch.quarantined)) {
      const auto [at, fresh] = quarantined_.try_emplace(key, row);
      if (!fresh) record::Merge(at->second.history, row.history);
    }
    counters_.Add(batch.counters);
    return applied;
  }

  // How many rows went.
  std::uint64_t Expire(bool quarantined, const RowTest& test) {
    return std::erase_if(quarantined ? quarantined_ : trusted_, [&](const auto& one) {
      const bool gone = test(one.second.tuple, one.second.history);
      if (gone && !quarantined) --owners_[OwnerOf(one.second.tuple)];
      return gone;
    });
  }

  testing::FakeSnapshot Fake() const {
    testing::FakeSnapshot fake;
    for (const auto& [key, row] : trusted_) fake.Add(row.tuple, row.history);
    for (const auto& [key, row] : quarantined_) {
      fake.Quarantine(dns::NameToText(row.tuple.owner.wire()), row.tuple.type, row.tuple.rdata,
                      row.history);
    }
    return fake;
  }

  const Rows& trusted() const { return trusted_; }
  const Rows& quarantined() const { return quarantined_; }
  std::uint64_t next() const { return journal_.size() + 1; }
  const std::vector<ModelEvent>& journal() const { return journal_; }
  const record::Counters& counters() const { return counters_; }

 private:
  static std::string OwnerOf(const record::OwnedTuple& tuple) {
    return std::string(AsText(tuple.owner.wire()));
  }

  static Rows Merged(std::span<const record::Entry* const> entries) {
    Rows rows;
    for (const record::Entry* entry : entries) {
      const testing::Observed one = testing::Read(*entry);
      const auto [at, fresh] =
          rows.try_emplace(store::RowKeyOf(one.tuple.view()), ModelRow{one.tuple, one.sighting});
      if (!fresh) record::Merge(at->second.history, one.sighting);
    }
    return rows;
  }

  Rows trusted_;
  Rows quarantined_;
  std::map<std::string, std::uint64_t> owners_;  // rows of each
  std::vector<ModelEvent> journal_;
  record::Counters counters_;
};

// All that a row tells, as text.
inline std::string Whole(const record::Tuple& tuple, const record::History& history,
                         std::string_view at = {}) {
  std::string text = Line(tuple, history) + fmt::format(" sensors {:x} days", history.sensors);
  for (const record::DayRun& run : record::RunsOf(history)) {
    text += fmt::format(" {}-{}", run.first.time_since_epoch().count(),
                        run.last.time_since_epoch().count());
  }
  return text + " at " + ToHex(AsBytes(at));
}

inline Lines WholeRows(store::Snapshot& snapshot, const store::Selection& selection) {
  Lines rows;
  const auto scanned = snapshot.Scan(selection, [&](const store::Row& row) {
    rows.push_back(Whole(row.tuple, row.history, row.at));
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  EXPECT_FALSE(scanned.stopped);
  return rows;
}

// The same with rows of one target, type and owner in the order of their text where one of them has
// long rdata: reverse keys hold that whole, and of short rdata all but the target, so that among
// themselves they stand in another order than that of RdataId.
inline Lines SettledRows(store::Snapshot& snapshot, const store::Selection& selection) {
  Lines rows;
  std::string before;
  std::size_t begin = 0;
  bool any_long = false;
  const auto settle = [&] {
    if (any_long) std::sort(rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.end());
    begin = rows.size();
    any_long = false;
  };
  const auto scanned = snapshot.Scan(selection, [&](const store::Row& row) {
    const std::string group = fmt::format("{} {} {}", ToHex(AsBytes(row.at)),
                                          static_cast<int>(row.tuple.type), ToHex(row.tuple.owner));
    if (group != before) settle();
    before = group;
    any_long = any_long || (selection.side == store::Side::kTarget &&
                            row.tuple.rdata.size() >= record::kRdataIdSize);
    rows.push_back(Whole(row.tuple, row.history, row.at));
    return true;
  });
  settle();
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  return rows;
}

inline Lines OwnersOf(store::Snapshot& snapshot, const store::Selection& selection) {
  Lines owners;
  const auto scanned = snapshot.ScanOwners(selection, [&](std::string_view owner) {
    owners.push_back(ToHex(AsBytes(owner)));
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  return owners;
}

// The journal from `after` on, as text.
inline Lines JournalOf(store::Snapshot& snapshot, const store::NewSelection& selection = {}) {
  Lines rows;
  const auto scanned = snapshot.ScanNew(selection, [&](const store::NewRow& row) {
    rows.push_back(fmt::format(
        "{} {} {} {}", row.sequence, row.committed.time_since_epoch().count(),
        row.kind == store::NewKind::kName ? "name" : "rdata", Whole(row.tuple, row.history)));
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  return rows;
}

// An event is told as long as there is such a row, be it one that came again.
inline Lines JournalOf(const Model& model) {
  Lines lines;
  std::uint64_t sequence = 0;
  for (const ModelEvent& event : model.journal()) {
    ++sequence;
    const auto row = model.trusted().find(event.key);
    if (row == model.trusted().end()) continue;
    lines.push_back(fmt::format("{} {} {} {}", sequence, event.committed.time_since_epoch().count(),
                                event.kind == store::NewKind::kName ? "name" : "rdata",
                                Whole(row->second.tuple.view(), row->second.history)));
  }
  return lines;
}

// Totals, counting row by row, and the model agree; addresses within 3 %. `expired`: totals keep
// the times and estimates of rows that are gone.
inline void ExpectTotals(store::Snapshot& snapshot, const Model& model, bool expired = false) {
  const record::Statistics totals = TotalsOf(snapshot);
  const record::Statistics counted = CountAll(snapshot);
  record::Statistics expected;
  testing::FakeSnapshot fake = model.Fake();
  ASSERT_TRUE(fake.Count({}, expected).ok());
  for (const record::Statistics* one : {&totals, &counted}) {
    SCOPED_TRACE(one == &totals ? "totals" : "counted");
    EXPECT_EQ(one->tuples, expected.tuples);
    EXPECT_EQ(one->rrnames, expected.rrnames);
    EXPECT_EQ(one->types, expected.types);
    EXPECT_EQ(one->quarantined, expected.quarantined);
    EXPECT_EQ(one->counters, model.counters());
    if (expected.tuples == 0 || (expired && one == &totals)) continue;
    EXPECT_EQ(one->first, expected.first);
    EXPECT_EQ(one->last, expected.last);
  }
  EXPECT_EQ(counted.addresses, expected.addresses);
  EXPECT_FALSE(counted.estimated);
  EXPECT_TRUE(totals.estimated);
  if (!expired) {
    EXPECT_NEAR(static_cast<double>(totals.addresses), static_cast<double>(counted.addresses),
                1 + 0.03 * static_cast<double>(counted.addresses));
  }
}

// Rows of both trusts in order, owners' rows, journal, totals.
inline void ExpectModel(store::Snapshot& snapshot, const Model& model, bool expired = false) {
  testing::FakeSnapshot fake = model.Fake();
  for (const auto side :
       {store::Side::kOwner, store::Side::kTarget, store::Side::kAddress, store::Side::kText}) {
    SCOPED_TRACE(static_cast<int>(side));
    ExpectInOrder(SettledRows(snapshot, Everything(side)), SettledRows(fake, Everything(side)));
  }
  ExpectInOrder(WholeRows(snapshot, AllQuarantined()), WholeRows(fake, AllQuarantined()));
  ExpectTotals(snapshot, model, expired);
}

}  // namespace pdns::store_rocks
