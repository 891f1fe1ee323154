// A database in which places disagree, or single rows cannot be read: a repair makes it sound, from
// what its trusted rows say, and keeps the old one as it was.
#include "store_rocks/repair/repair.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "store/journal.h"
#include "store/meta_rows.h"
#include "store/sketch.h"
#include "store_rocks/verify/verify.h"
#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;
using record::RrType;
using testing::TempDir;
using Way = RepairPlan::Way;

const std::string kAddress("\xcd\x96\x96\x8c", 4);

class RepairTest : public ::testing::Test {
 protected:
  RepairTest() {
    const auto writer = OpenToWrite(path);
    Observations rows;
    rows.Add("www.blah.org", RrType::kA, kAddress);
    rows.Add("www.blah.org", RrType::kTxt, std::string(400, 'x'));
    // Many escapes: its reverse key is cut.
    std::string label;
    for (int i = 0; i < 60; ++i) label += "\\000";
    rows.Add(label + "." + label + "." + label + ".org", RrType::kTxt, std::string(180, '\0'));
    for (unsigned i = 0; i < 300; ++i) rows.Add(NumberedTuple(i), Seen(100, 200, 1));
    record::Sighting doubtful = Seen(100, 200, 1);
    doubtful.reasons = 2;
    Observations quarantined;
    quarantined.Add("bank.example", RrType::kA, kAddress, doubtful);
    const std::vector<record::SourcePosition> sources{{Source(1), Frames(1)}};
    Apply(*writer, {sources, {}, rows.list(), quarantined.list(), {}});
    EXPECT_TRUE(writer->Close().ok());
    before = ScanAll(path);
    reverse = ScanReverse(path);
  }

  // Repaired, and sound then.
  Repaired Mend(const std::function<void(RawDatabase&)>& change) {
    {
      RawDatabase raw(path);
      change(raw);
      raw.Flush();
    }
    const RepairPlan plan = Must(PlanRepair(path, {}));
    EXPECT_EQ(plan.way, Way::kMend);
    EXPECT_FALSE(plan.steps.empty());
    Repaired repaired = Must(Repair(path, plan, {}));
    const store::Verification after = Must(Verify(path, false, {}));
    EXPECT_TRUE(after.complete);
    EXPECT_TRUE(after.findings.empty()) << after.findings.front().what;
    EXPECT_TRUE(fs::is_directory(repaired.aside));
    EXPECT_FALSE(fs::exists(path + ".repair"));
    return repaired;
  }

  // All rows, by both directions.
  void ExpectSame() const {
    ExpectInOrder(ScanAll(path), before);
    ExpectInOrder(ScanReverse(path), reverse);
  }

  const TempDir dir;
  const std::string path = dir / "db";
  Lines before;
  Lines reverse;
};

TEST_F(RepairTest, OfASoundOneNothingIsPlanned) {
  const RepairPlan plan = Must(PlanRepair(path, {}));
  EXPECT_EQ(plan.way, Way::kNothing);
  EXPECT_TRUE(plan.steps.empty());
}

TEST_F(RepairTest, ReverseRowsThatAreMissingOrTooMuch) {
  const auto gone = MakeTuple("www.blah.org", RrType::kA, kAddress);
  const auto never = MakeTuple("never.blah.org", RrType::kA, kAddress);
  const Repaired repaired = Mend([&](RawDatabase& raw) {
    raw.Delete(kReverse, ReverseKeys(gone.view()).at(0));
    raw.Put(kReverse, ReverseKeys(never.view()).at(0), "");
    raw.Put(kReverse, "\x05no reverse row", "");
  });
  EXPECT_EQ(repaired.rebuilt.tuples, 303U);
  EXPECT_EQ(repaired.rebuilt.reverse_rows, 303U);
  EXPECT_EQ(repaired.rebuilt.removed, 0U);
  ExpectSame();
}

TEST_F(RepairTest, OwnersAndTotals) {
  Mend([&](RawDatabase& raw) {
    raw.Delete(kForward, store::OwnerKey(AsBytes(testing::WireName("www.blah.org"))));
    raw.Put(kForward, store::OwnerKey(AsBytes(testing::WireName("zzz.org"))), "");
    raw.Put(kMeta, store::kOwnersKey, store::NumberValue(1));
    raw.Put(kMeta, store::TypeKey(RrType::kMx), store::NumberValue(77));
    raw.Delete(kMeta, store::TypeKey(RrType::kTxt));
    raw.Put(kMeta, store::QuarantineKey(3), store::NumberValue(9));
    for (unsigned part = 0; part < store::Sketch::kParts; ++part)
      if (raw.Has(kMeta, store::AddressesKey(part))) raw.Delete(kMeta, store::AddressesKey(part));
  });
  ExpectSame();
  const auto snapshot = SnapshotOf(path);
  const record::Statistics totals = TotalsOf(*snapshot);
  EXPECT_EQ(totals.tuples, 303U);
  EXPECT_EQ(totals.rrnames, 302U);
  EXPECT_EQ(totals.AllQuarantined(), 1U);
  EXPECT_NEAR(static_cast<double>(totals.addresses), 301, 5);
}

TEST_F(RepairTest, SingleRowsThatCannotBeReadGoAndAreNamed) {
  const Repaired repaired = Mend([&](RawDatabase& raw) {
    raw.Put(kForward, "no row key", "x");
    raw.Put(kQuarantine, "nor this", "x");
    raw.Put(kMeta, store::LedgerKey(Source(9)), "x");
  });
  EXPECT_EQ(repaired.rebuilt.removed, 3U);
  ASSERT_EQ(repaired.rebuilt.removed_rows.size(), 3U);
  EXPECT_EQ(repaired.rebuilt.removed_rows[2], "fwd 6e6f20726f77206b6579");
  ExpectSame();
}

// Who follows the journal by numbers must not be given old numbers for new rows.
TEST_F(RepairTest, AJournalBeginsBehindWhereItWas) {
  Mend([](RawDatabase& raw) { raw.Delete(kNew, store::JournalKey(1)); });
  ExpectSame();
  const auto span = SnapshotOf(path)->Journal();
  ASSERT_TRUE(span.ok()) << span.status().message();
  EXPECT_EQ(span->first, 304U);
  EXPECT_EQ(span->next, 304U);
  const auto writer = OpenToWrite(path);
  Observations more;
  more.Add("new.blah.org", RrType::kA, kAddress);
  EXPECT_EQ(Apply(*writer, Trusted(more)).tuples_new, 1U);
  EXPECT_EQ(Progress(*writer, Source(1))->frames, 1U);
}

TEST_F(RepairTest, AStopLeavesItAsItWas) {
  {
    RawDatabase raw(path);
    for (unsigned i = 0; i < 10'000; ++i)
      raw.Put(kForward, store::OwnerKey(AsBytes(testing::WireName(std::to_string(i) + ".zz"))), "");
    raw.Flush();
  }
  const RepairPlan plan = Must(PlanRepair(path, {}));
  const auto stopped =
      Repair(path, plan, [](std::string_view, std::uint64_t, std::uint64_t) { return false; });
  EXPECT_EQ(stopped.status().code(), Code::kIo);
  EXPECT_NE(stopped.status().message().find("as it was"), std::string::npos);
  EXPECT_FALSE(fs::exists(path + ".repair"));
  ExpectInOrder(ScanAll(path), before);
}

TEST_F(RepairTest, BesideAWriterItIsRefused) {
  RepairPlan plan;
  plan.way = Way::kMend;
  // In this process the lock is RocksDB's own; of another one its pid is told (golden tests).
  const auto writer = OpenToWrite(path);
  EXPECT_EQ(Repair(path, plan, {}).status().code(), Code::kBusy);
  ExpectInOrder(ScanAll(path), before);
}

}  // namespace
}  // namespace pdns::store_rocks
