// Tuples with their sightings, as a batch takes them, and rows as text.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/text.h"
#include "record/batch.h"
#include "store/database.h"
#include "store/reverse_key.h"
#include "store/row_key.h"
#include "unit/support/dns_message.h"
#include "unit/support/entries.h"
#include "unit/support/rows.h"

namespace pdns::store_rocks {

using testing::Line;
using testing::Lines;
using testing::MakeTuple;
using testing::Seen;

class Observations {
 public:
  Observations& Add(const record::OwnedTuple& tuple, const record::Sighting& sighting) {
    list_.push_back(testing::AddEntry(arena_, tuple.view(), sighting));
    return *this;
  }
  Observations& Add(std::string_view owner, record::RrType type, std::string_view rdata,
                    const record::Sighting& sighting = Seen(100, 200, 1, 1)) {
    return Add(MakeTuple(owner, type, rdata), sighting);
  }

  std::span<const record::Entry* const> list() const { return list_; }

 private:
  record::EntryArena arena_;
  std::vector<const record::Entry*> list_;
};

// A batch of rows alone.
inline record::Batch Trusted(const Observations& rows) { return {{}, {}, rows.list(), {}, {}}; }
inline record::Batch Quarantined(const Observations& rows) { return {{}, {}, {}, rows.list(), {}}; }

// Tuples first..last-1 of a row of them, each of an owner and with a reverse row of its own.
inline record::OwnedTuple NumberedTuple(unsigned i) {
  const std::string owner = testing::WireName(std::to_string(i) + ".org");
  return {*record::Name::FromWire(AsBytes(owner)), record::RrType::kA, testing::U32(i)};
}
inline Observations Numbered(unsigned first, unsigned last,
                             const record::Sighting& sighting = Seen(100, 200, 1)) {
  Observations some;
  for (unsigned i = first; i < last; ++i) some.Add(NumberedTuple(i), sighting);
  return some;
}

inline std::vector<std::string> ReverseKeys(const record::Tuple& tuple) {
  const std::string key = store::RowKeyOf(tuple);
  store::KeyList keys;
  store::AppendReverseKeys(keys, *store::SplitRowKey(AsBytes(key)), tuple.rdata);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < keys.size(); ++i) list.emplace_back(keys[i]);
  return list;
}

inline store::Selection Everything(store::Side side = store::Side::kOwner) {
  store::Selection selection;
  selection.side = side;
  return selection;
}

inline store::Selection AllQuarantined() {
  store::Selection selection;
  selection.trust = store::Trust::kQuarantined;
  return selection;
}

struct Answer {
  Lines rows;
  store::Scanned scanned;
};

inline Answer ScanRows(store::Snapshot& snapshot, const store::Selection& selection) {
  Answer scan;
  scan.scanned = snapshot.Scan(selection, [&](const store::Row& row) {
    scan.rows.push_back(Line(row.tuple, row.history));
    return true;
  });
  return scan;
}

// All of the rows; the scan must go well.
inline Lines RowsOf(store::Snapshot& snapshot, const store::Selection& selection) {
  Answer scan = ScanRows(snapshot, selection);
  EXPECT_TRUE(scan.scanned.status.ok()) << scan.scanned.status.message();
  return std::move(scan.rows);
}

// Those that have a target, an address or text, by these: each row once, whatever it is found by.
inline Lines ReverseRowsOf(store::Snapshot& snapshot) {
  Lines all;
  for (const auto side : {store::Side::kTarget, store::Side::kAddress, store::Side::kText}) {
    for (std::string& line : RowsOf(snapshot, Everything(side))) all.push_back(std::move(line));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace pdns::store_rocks
