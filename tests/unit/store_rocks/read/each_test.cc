// Many selections at once: the rows that each would give, in turn.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "unit/store_rocks/corpus.h"
#include "unit/store_rocks/database.h"
#include "unit/support/fake_store.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using store::Selection;
using store::Side;
using testing::TempDir;
using testing::U32;

constexpr std::uint32_t kAddresses = 400;

// Some addresses have no name, some one, some several, one very many; of some the rdata or the
// owner is long, so that keys are cut.
class EachTest : public ::testing::Test {
 protected:
  EachTest() {
    Observations observations;
    const auto add = [&](const record::OwnedTuple& tuple) {
      observations.Add(tuple, Seen(1, 2, 3));
      fake_.Add(tuple, Seen(1, 2, 3));
    };
    for (std::uint32_t i = 0; i < kAddresses; ++i) {
      const std::uint32_t names = i == 7 ? 700 : i % 4;
      for (std::uint32_t n = 0; n < names; ++n)
        add(MakeTuple(std::to_string((i * 7919 + n) % 5000) + ".n.org", RrType::kA, U32(i)));
    }
    add(MakeTuple(
        "hints.org", RrType::kHttps,
        testing::U16(1) + '\0' + testing::U16(4) + testing::U16(12) + U32(5) + U32(6) + U32(5)));
    Apply(*OpenToWrite(dir_ / "db"), Trusted(observations));
    snapshot_ = SnapshotOf(dir_ / "db");
  }

  // Every address twice, blocks and owners between them.
  static std::vector<Selection> Wanted() {
    std::vector<Selection> wanted;
    for (std::uint32_t i = 0; i < 2 * kAddresses; ++i) {
      Selection selection;
      selection.side = i % 50 == 49 ? Side::kOwner : Side::kAddress;
      selection.span = {U32(i / 2), U32(i % 30 == 29 ? i / 2 + 3 : i / 2)};
      if (selection.side == Side::kOwner)
        selection.span =
            store::NameSpan(dns::NameFromText(std::to_string(i * 7919 % 5000) + ".n.org")->wire());
      if (i % 11 == 10) selection.types = {RrType::kHttps};
      wanted.push_back(std::move(selection));
    }
    return wanted;
  }

  struct Told {
    Lines rows;  // "number side owner type rdata at"
    store::Scanned scanned;
  };
  static Told Each(store::Snapshot& snapshot, const std::vector<Selection>& wanted,
                   std::size_t most = ~std::size_t{0}, const store::Watch& watch = {}) {
    Told told;
    std::size_t next = 0;
    told.scanned = snapshot.ScanEach(
        [&](std::size_t number) -> const Selection* {
          EXPECT_EQ(number, next++);
          return number < wanted.size() ? &wanted[number] : nullptr;
        },
        [&](std::size_t number, Side side, const store::Row& row) {
          told.rows.push_back(
              std::to_string(number) + " " + std::to_string(static_cast<int>(side)) + " " +
              dns::NameToText(row.tuple.owner) + " " + dns::TypeToText(row.tuple.type) + " " +
              ToHex(row.tuple.rdata) + " " + ToHex(AsBytes(row.at)));
          return told.rows.size() < most;
        },
        watch);
    return told;
  }

  TempDir dir_;
  testing::FakeSnapshot fake_;
  std::unique_ptr<store::Snapshot> snapshot_;
};

TEST_F(EachTest, AsIfEachWereScannedInTurn) {
  const std::vector<Selection> wanted = Wanted();
  const Told told = Each(*snapshot_, wanted);
  EXPECT_TRUE(told.scanned.status.ok()) << told.scanned.status.message();
  EXPECT_FALSE(told.scanned.stopped);
  ASSERT_GT(told.rows.size(), 2000U);
  ExpectInOrder(told.rows, Each(fake_, wanted).rows, "the engine");
  EXPECT_TRUE(Each(*snapshot_, {}).rows.empty());
}

TEST_F(EachTest, TheSinkMayEndItAnywhere) {
  const std::vector<Selection> wanted = Wanted();
  const Lines all = Each(*snapshot_, wanted).rows;
  for (std::size_t most = 1; most < all.size(); most += most < 40 ? 1 : 211)
    ExpectInOrder(Each(*snapshot_, wanted, most).rows,
                  Lines(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(most)), "cut");
}

// A list of which nothing is there looks at no entries, and can be ended all the same.
TEST_F(EachTest, TheWatchIsAskedWhereNothingIsFound) {
  std::vector<Selection> wanted(3 * store::kKeysPerWatch);
  for (Selection& selection : wanted) {
    selection.side = Side::kAddress;
    selection.span = {U32(0xffffff00), U32(0xffffff00)};
  }
  for (store::Snapshot* snapshot : {snapshot_.get(), static_cast<store::Snapshot*>(&fake_)}) {
    int asked = 0;
    const Told told = Each(*snapshot, wanted, 1, [&](std::uint64_t) { return ++asked < 2; });
    EXPECT_EQ(asked, 2);
    EXPECT_TRUE(told.scanned.stopped);
    EXPECT_TRUE(told.rows.empty());
  }
}

// What the values of one gathering may take is bounded; those beyond are looked up again.
TEST_F(EachTest, ValuesThatHaveNoRoomTogether) {
  std::string hints = testing::U16(1) + '\0' + testing::U16(4) + testing::U16(8) + U32(1) + U32(2);
  hints += testing::U16(65280) + testing::U16(60'000) + std::string(60'000, 'x');
  Observations observations;
  testing::FakeSnapshot fake;
  for (int i = 0; i < 600; ++i) {
    const auto tuple = MakeTuple(std::to_string(i) + ".long.org", RrType::kHttps, hints);
    observations.Add(tuple, Seen(1, 2, 3));
    fake.Add(tuple, Seen(1, 2, 3));
  }
  Apply(*OpenToWrite(dir_ / "long"), Trusted(observations));
  std::vector<Selection> wanted(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    wanted[i].side = Side::kAddress;
    wanted[i].span = {U32(i + 1), U32(i + 1)};
  }
  const Told told = Each(*SnapshotOf(dir_ / "long"), wanted);
  EXPECT_TRUE(told.scanned.status.ok()) << told.scanned.status.message();
  EXPECT_EQ(told.rows.size(), 1200U);
  EXPECT_TRUE(told.rows == Each(fake, wanted).rows);
}

}  // namespace
}  // namespace pdns::store_rocks
