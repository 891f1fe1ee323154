// Random selections over random small zones: the same rows in the same order as a database in
// memory gives them by definition, whatever form the rows have on the disk.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ask/name_pattern.h"
#include "unit/store_rocks/model.h"
#include "unit/store_rocks/zone.h"
#include "unit/support/sanitized.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using store::Selection;
using store::Side;
using testing::FakeSnapshot;
using testing::TempDir;

class Oracle : public ::testing::Test {
 protected:
  // One batch of each trust, as the writer and the model take it.
  void ApplyRandom(store::Writer& writer) {
    const Observations trusted = RandomRows(zone, 1 + zone.Below(40));
    const Observations doubtful = RandomRows(zone, zone.Below(15), true);
    const record::Batch batch{{}, {}, trusted.list(), doubtful.list(), {}};
    const record::Applied expected = model.Apply(batch);
    const record::Applied applied = Apply(writer, batch);
    EXPECT_EQ(applied.tuples_new, expected.tuples_new);
    EXPECT_EQ(applied.tuples_updated, expected.tuples_updated);
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

  void SetNames(Selection& selection) {
    static const std::vector<std::string> patterns{"*",       "+.blah.org", "ns.*",       "www.+",
                                                   "ns*.net", "ns*",        "*.blah.org", "b*.org",
                                                   "+.",      "www.*"};
    const auto& text = patterns[zone.Below(static_cast<unsigned>(patterns.size()))];
    auto pattern = ask::NamePattern::Parse(text);
    ASSERT_TRUE(pattern.ok()) << text;
    selection.span = {pattern->prefix(), {}};
    selection.names = std::make_shared<ask::NamePattern>(std::move(*pattern));
  }

  Selection RandomSelection() {
    Selection selection;
    selection.side = static_cast<Side>(zone.Below(4));
    if (zone.Below(4) == 0) selection.trust = store::Trust::kQuarantined;
    selection.span = RandomSpan(selection.side);
    const bool of_names = selection.side == Side::kOwner || selection.side == Side::kTarget;
    if (of_names && zone.Below(3) == 0) SetNames(selection);
    for (unsigned types = zone.Below(2) * zone.Below(4); types > 0; --types)
      selection.types.push_back(zone.Tuple().type);
    return selection;
  }

  static std::string Said(const Selection& selection) {
    return fmt::format("side {} trust {} span {}..{} names {} types {}",
                       static_cast<int>(selection.side), static_cast<int>(selection.trust),
                       ToHex(AsBytes(selection.span.lo)), ToHex(AsBytes(selection.span.hi)),
                       selection.names != nullptr, selection.types.size());
  }

  // The rest behind each row, and behind places where no row is.
  void ExpectRest(store::Snapshot& snapshot, FakeSnapshot& fake, Selection selection,
                  const Lines& rows) {
    std::vector<store::Place> places;
    snapshot.Scan(selection, [&](const store::Row& row) {
      places.push_back(PlaceOf(row));
      return true;
    });
    ASSERT_EQ(places.size(), rows.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      selection.after = places[i];
      const auto behind = rows.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      ExpectInOrder(WholeRows(snapshot, selection), Lines(behind, rows.end()), "behind a row");
      selection.after->owner = *dns::NameFromText(i % 2 == 0 ? "nowhere.org" : "a.a.net");
      ExpectInOrder(SettledRows(snapshot, selection), SettledRows(fake, selection), "nowhere");
      if (HasFailure()) return;
    }
  }

  void ExpectOwners(store::Snapshot& snapshot, FakeSnapshot& fake, const Selection& selection) {
    const bool indexed = selection.side == Side::kTarget || selection.side == Side::kAddress;
    if (!indexed || selection.trust == store::Trust::kQuarantined) return;
    const Lines owners = OwnersOf(snapshot, selection);
    const Lines expected = OwnersOf(fake, selection);
    // A row with several addresses in a block stands at each of them.
    if (selection.side == Side::kTarget) {
      EXPECT_EQ(owners, expected);
    } else {
      EXPECT_EQ(std::set<std::string>(owners.begin(), owners.end()),
                std::set<std::string>(expected.begin(), expected.end()));
    }
  }

  void ExpectAnswers(int selections) {
    const auto snapshot = SnapshotOf(dir / "db");
    FakeSnapshot fake = model.Fake();
    for (int i = 0; i < selections; ++i) {
      const Selection selection = RandomSelection();
      SCOPED_TRACE(Said(selection));
      ExpectInOrder(SettledRows(*snapshot, selection), SettledRows(fake, selection), "all");
      if (HasFailure()) return;
      ExpectRest(*snapshot, fake, selection, WholeRows(*snapshot, selection));
      ExpectOwners(*snapshot, fake, selection);
      if (HasFailure()) return;
    }
    ExpectModel(*snapshot, model);
  }

  TempDir dir;
  Zone zone{1};
  Model model;
};

TEST_F(Oracle, RandomSelectionsOverRandomZones) {
  for (unsigned round = 0; round < testing::Rounds(6) && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::filesystem::remove_all(dir / "db");
    zone = Zone(100 + round);
    model = {};
    for (int opening = 0; opening < 2; ++opening) {
      const auto writer = OpenToWrite(dir / "db", opening == 0 ? kMemory : 0);
      for (int batch = 0; batch < 4; ++batch) ApplyRandom(*writer);
      ExpectAnswers(8);  // rows lie in the log
      if (opening == 1) {
        ASSERT_TRUE(writer->Compact([] { return false; }).ok());
        ExpectAnswers(8);
      }
    }
    ExpectAnswers(5);
  }
}

// The same zone amid so many rows that they come as table files, in several runs.
TEST_F(Oracle, TheSameAmidManyRows) {
  const auto writer = OpenToWrite(dir / "db");
  for (unsigned batch = 0; batch < 3; ++batch) {
    const Observations many = Numbered(batch * 6000, batch * 6000 + 9000);
    const Observations trusted = RandomRows(zone, 60);
    const Observations doubtful = RandomRows(zone, 20, true);
    std::vector<const record::Entry*> entries(many.list().begin(), many.list().end());
    entries.insert(entries.end(), trusted.list().begin(), trusted.list().end());
    const record::Batch both{{}, {}, entries, doubtful.list(), {}};
    model.Apply(both);
    Apply(*writer, both);
  }
  ExpectModel(*SnapshotOf(dir / "db"), model);
  ASSERT_TRUE(writer->Compact([] { return false; }).ok());
  ExpectModel(*SnapshotOf(dir / "db"), model);
}

// The watch and the sink end a scan where they say so.
TEST_F(Oracle, ScansEndWhenTheyAreTold) {
  const auto writer = OpenToWrite(dir / "db");
  const Observations many = Numbered(0, 9000);
  Apply(*writer, Trusted(many));
  const auto snapshot = SnapshotOf(dir / "db");
  for (const Side side : {Side::kOwner, Side::kAddress}) {
    for (const std::size_t most : {1U, 15U, 16U, 17U, 511U, 512U, 513U, 8999U, 9000U}) {
      std::size_t rows = 0;
      const auto scanned = snapshot->Scan(Everything(side), [&](const store::Row&) {
        EXPECT_LT(rows, most);
        return ++rows < most;
      });
      EXPECT_TRUE(scanned.status.ok());
      EXPECT_FALSE(scanned.stopped);
      EXPECT_EQ(rows, most);
    }
    std::vector<std::uint64_t> looks;
    const auto scanned = snapshot->Scan(
        Everything(side), [](const store::Row&) { return true; },
        [&](std::uint64_t keys) {
          looks.push_back(keys);
          return looks.size() < 2;
        });
    EXPECT_TRUE(scanned.stopped);
    EXPECT_EQ(looks, (std::vector<std::uint64_t>{store::kKeysPerWatch, 2 * store::kKeysPerWatch}));
    EXPECT_EQ(scanned.keys, 2 * store::kKeysPerWatch);
  }
}

}  // namespace
}  // namespace pdns::store_rocks
