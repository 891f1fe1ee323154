// Random selections over random small zones, spread over servers that read the reader's SQL: the
// same rows in the same order as a database in memory gives them by definition.
#include <gtest/gtest.h>

#include <memory>

#include "ask/name_pattern.h"
#include "store_clickhouse/read/merge.h"
#include "unit/store_clickhouse/fake_shards.h"
#include "unit/store_rocks/zone.h"
#include "unit/support/fake_store.h"
#include "unit/support/sanitized.h"

namespace pdns::store_clickhouse {
namespace {

using store::Selection;
using store::Side;
using store_rocks::Zone;
using testing::FakeSnapshot;
using testing::Lines;

// Long rdata by its size and its end.
std::string Whole(const store::Row& row) {
  record::Tuple shown = row.tuple;
  const std::size_t size = shown.rdata.size();
  if (size > 40) shown.rdata = shown.rdata.last(4);
  std::string text = fmt::format("{} {}", size, testing::Line(shown, row.history));
  text += fmt::format(" sensors {:x} days", row.history.sensors);
  for (const record::DayRun& run : record::RunsOf(row.history)) {
    text += fmt::format(" {}-{}", run.first.time_since_epoch().count(),
                        run.last.time_since_epoch().count());
  }
  return text + " at " + ToHex(AsBytes(row.at));
}

struct Rows {
  Lines lines;
  std::vector<store::Place> places;
};

template <class Scan>
Rows RowsBy(const Scan& scan) {
  Rows rows;
  const store::Scanned scanned = scan([&rows](const store::Row& row) {
    rows.lines.push_back(Whole(row));
    rows.places.push_back(store_rocks::PlaceOf(row));
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  EXPECT_FALSE(scanned.stopped);
  return rows;
}

class ScanOracle : public ::testing::Test {
 protected:
  // A tuple is on its shard; some are on two, and some came in two parts.
  void AddTuple(bool quarantined) {
    const auto reasons =
        quarantined ? static_cast<std::uint8_t>(1 + zone.Below(3)) : std::uint8_t{0};
    const record::OwnedTuple tuple = zone.Tuple();
    std::size_t shard = tuple.owner.wire().size() % shards.size();
    for (unsigned parts = 1 + zone.Below(3); parts > 0; --parts) {
      record::Sighting sighting = zone.Sighting(reasons);
      sighting.sensors = record::SensorBit(zone.Below(3));
      if (quarantined) {
        fake.Quarantine(dns::NameToText(tuple.owner.wire()), tuple.type, tuple.rdata, sighting);
        shards.Add(shard, QuarantinedRow(tuple.view(), sighting));
      } else {
        fake.Add(tuple, sighting);
        for (const StoredRow& row : TrustedRows(tuple.view(), sighting)) shards.Add(shard, row);
      }
      if (zone.Below(4) == 0) shard = zone.Below(static_cast<unsigned>(shards.size()));
    }
  }

  store::Span RandomSpan(Side side) {
    if (side == Side::kText || zone.Below(3) == 0) return {};
    if (side == Side::kAddress) {
      std::string lo = zone.Below(2) == 0 ? zone.V4() : zone.V6();
      std::string hi = lo;
      if (zone.Below(2) == 0)
        hi.back() = static_cast<char>(static_cast<unsigned char>(hi.back()) + zone.Below(3));
      return {lo, hi};
    }
    const record::Name name = zone.AnyName();
    return zone.Below(2) == 0 ? store::NameSpan(name.wire()) : store::SubtreeSpan(name.wire());
  }

  Selection RandomSelection() {
    static const std::vector<std::string> patterns{"*",       "+.blah.org", "ns.*",       "www.+",
                                                   "ns*.net", "ns*",        "*.blah.org", "b*.org"};
    Selection selection;
    selection.side = static_cast<Side>(zone.Below(4));
    if (zone.Below(4) == 0) selection.trust = store::Trust::kQuarantined;
    selection.span = RandomSpan(selection.side);
    const bool of_names = selection.side == Side::kOwner || selection.side == Side::kTarget;
    if (of_names && zone.Below(3) == 0) {
      const auto& text = patterns[zone.Below(static_cast<unsigned>(patterns.size()))];
      auto pattern = ask::NamePattern::Parse(text);
      selection.span = {pattern->prefix(), {}};
      selection.names = std::make_shared<ask::NamePattern>(std::move(*pattern));
    }
    for (unsigned types = zone.Below(2) * zone.Below(4); types > 0; --types)
      selection.types.push_back(zone.Tuple().type);
    return selection;
  }

  Rows Here(const Selection& selection) {
    return RowsBy(
        [&](const store::RowSink& sink) { return ScanRows(shards, selection, sink, {}); });
  }
  Rows There(const Selection& selection) {
    return RowsBy([&](const store::RowSink& sink) { return fake.Scan(selection, sink); });
  }

  void ExpectOwners(const Selection& selection) {
    const bool indexed = selection.side == Side::kTarget || selection.side == Side::kAddress;
    if (!indexed || selection.trust == store::Trust::kQuarantined) return;
    std::vector<std::set<std::string>> owners(2);
    const auto add = [](std::set<std::string>& all) {
      return [&all](std::string_view owner) { return all.emplace(owner), true; };
    };
    EXPECT_TRUE(ScanOwners(shards, selection, add(owners[0]), {}).status.ok());
    EXPECT_TRUE(fake.ScanOwners(selection, add(owners[1])).status.ok());
    EXPECT_EQ(owners[0], owners[1]);
  }

  // All rows, and the rest behind some of them and behind places where no row is.
  void ExpectAnswer(Selection selection) {
    const Rows all = There(selection);
    ASSERT_EQ(Here(selection).lines, all.lines);
    ExpectOwners(selection);
    const std::size_t step = 1 + all.places.size() / 20;
    for (std::size_t i = 0; i < all.places.size() && !HasFailure(); i += step) {
      selection.after = all.places[i];
      const auto behind = all.lines.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      ASSERT_EQ(Here(selection).lines, Lines(behind, all.lines.end())) << i;
      selection.after->owner = *dns::NameFromText(i % 2 == 0 ? "nowhere.org" : "a.a.net");
      ASSERT_EQ(Here(selection).lines, There(selection).lines) << i;
    }
  }

  Zone zone{1};
  FakeSnapshot fake;
  FakeShards shards{3};
};

TEST_F(ScanOracle, RandomSelectionsOverRandomZones) {
  shards.pages = {3, 7, 4096};  // so that pages, groups and bounds meet in every way
  for (unsigned round = 0; round < testing::Rounds(60) && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    zone = Zone(500 + round);
    fake = {};
    for (std::size_t shard = 0; shard < shards.size(); ++shard) shards.AddAll(shard, {});
    for (unsigned rows = 1 + zone.Below(60); rows > 0; --rows) AddTuple(zone.Below(4) == 0);
    for (int i = 0; i < 5 && !HasFailure(); ++i) ExpectAnswer(RandomSelection());
  }
}

// Many rdata of one owner that differ at their ends alone: more than a page has room for.
TEST_F(ScanOracle, GroupsThatFitNoPage) {
  shards.pages = {2, 8, 8192};
  const record::Name owner = *dns::NameFromText("liar.org");
  for (int i = 0; i < 90; ++i) {
    std::string rdata(std::size_t{223} + static_cast<std::size_t>(i % 7) * 11, 't');
    rdata += std::to_string(i);
    const record::OwnedTuple tuple{i % 30 == 0 ? zone.AnyName() : owner, record::RrType::kTxt,
                                   rdata};
    const record::Sighting sighting = zone.Sighting();
    fake.Add(tuple, sighting);
    for (const StoredRow& row : TrustedRows(tuple.view(), sighting))
      shards.Add(static_cast<std::size_t>(i) % 2, row);
  }
  for (const Side side : {Side::kOwner, Side::kText}) {
    Selection selection;
    selection.side = side;
    ExpectAnswer(selection);
  }
}

}  // namespace
}  // namespace pdns::store_clickhouse
