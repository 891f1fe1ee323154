// Rows that no writer of ours would leave: whoever meets one is told its key, after the rows before
// it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/meta_rows.h"
#include "store/value.h"
#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

using record::OwnedTuple;
using record::RrType;
using store::Side;
using testing::TempDir;
using testing::WireName;

constexpr std::string_view kAddress("\x0a\x00\x01\x02", 4);

class Values : public ::testing::Test {
 protected:
  Values() {
    Observations some;
    some.Add("a.org", RrType::kA, kAddress).Add("z.org", RrType::kA, kAddress);
    some.Add("a.org", RrType::kTxt, std::string(300, 'x')).Add("a.org", RrType::kTxt, "\1y");
    some.Add("a.org", RrType::kMx, std::string("\0\1", 2) + WireName("mx.net"));
    Observations doubtful;
    doubtful.Add("a.org", RrType::kA, kAddress, Seen(1, 2, 1, {}, 1));
    doubtful.Add("z.org", RrType::kA, kAddress, Seen(1, 2, 1, {}, 1));
    Apply(*OpenToWrite(path), {{}, {}, some.list(), doubtful.list(), {}});
  }

  // The scan ends at the row, and names it.
  void ExpectDamaged(const store::Selection& selection, std::string_view key, std::size_t before) {
    const Answer scan = ScanRows(*SnapshotOf(path), selection);
    EXPECT_EQ(scan.scanned.status.code(), Code::kCorrupt) << scan.scanned.status.message();
    const std::string shown = ToHex(AsBytes(key.substr(0, 64)));
    EXPECT_NE(scan.scanned.status.message().find(shown), std::string::npos)
        << scan.scanned.status.message() << " in place of " << shown;
    EXPECT_NE(scan.scanned.status.message().find(path), std::string::npos);
    EXPECT_EQ(scan.rows.size(), before);
  }

  static std::string Good(Bytes rdata = {}) {
    std::string value;
    store::AppendValue(value, Seen(1, 2, 1), rdata);
    return value;
  }

  static std::string Key(std::string_view owner, RrType type, std::string_view rdata) {
    return store::RowKeyOf(MakeTuple(owner, type, rdata).view());
  }

  TempDir dir;
  std::string path = dir / "db";
};

TEST_F(Values, RowsBeforeAnUnreadableOneAreHandedUp) {
  const std::string key = Key("m.org", RrType::kA, kAddress);
  for (const std::string& value : {std::string("\xff"), std::string(), Good().substr(0, 2),
                                   Good(AsBytes("rdata")), std::string(9, '\xff')}) {
    RawDatabase(path).Put(kForward, key, value);
    ExpectDamaged({}, key, 4);
  }
}

TEST_F(Values, UnreadableKeys) {
  for (const auto& [family, selection, before] :
       {std::tuple(kForward, Everything(), 0U), std::tuple(kQuarantine, AllQuarantined(), 0U),
        std::tuple(kReverse, Everything(Side::kTarget), 0U),
        std::tuple(kReverse, Everything(Side::kText), 0U)}) {
    const std::string key = family != kReverse              ? "UPPER"
                            : selection.side == Side::kText ? "\x09"
                                                            : "\x02\x01\x01";
    {
      RawDatabase raw(path);
      raw.Put(family, key, Good());
      if (family == kReverse) raw.Put(family, key, "");
    }
    ExpectDamaged(selection, key, before);
    RawDatabase(path).Delete(family, key);
  }
}

TEST_F(Values, AnOwnerRowWithAValue) {
  const std::string key = store::OwnerKey(dns::NameFromText("b.org")->wire());
  RawDatabase(path).Put(kForward, key, "x");
  ExpectDamaged({}, key, 4);
}

// Only Count looks for it: a scan of one name would pay a lookup a row.
TEST_F(Values, ARowWithoutTheRowOfItsOwner) {
  const std::string key = Key("m.org", RrType::kA, kAddress);
  RawDatabase(path).Put(kForward, key, Good());
  record::Statistics statistics;
  const Status counted = SnapshotOf(path)->Count({}, statistics);
  EXPECT_EQ(counted.code(), Code::kCorrupt);
  EXPECT_NE(counted.message().find(ToHex(AsBytes(key))), std::string::npos) << counted.message();
}

TEST_F(Values, AReverseRowWithoutItsRow) {
  const std::vector<std::pair<Side, OwnedTuple>> lost{
      {Side::kAddress, MakeTuple("gone.org", RrType::kA, kAddress)},
      {Side::kText, MakeTuple("gone.org", RrType::kTxt, std::string(300, 'x'))},
      {Side::kTarget, MakeTuple("gone.org", RrType::kNs, WireName("mx.net"))}};
  for (const auto& [side, tuple] : lost) {
    const std::string reverse = ReverseKeys(tuple.view()).at(0);
    RawDatabase(path).Put(kReverse, reverse, "");
    const Answer scan = ScanRows(*SnapshotOf(path), Everything(side));
    EXPECT_EQ(scan.scanned.status.code(), Code::kCorrupt);
    EXPECT_NE(scan.scanned.status.message().find(
                  ToHex(AsBytes(store::RowKeyOf(tuple.view()).substr(0, 64)))),
              std::string::npos)
        << scan.scanned.status.message();
    RawDatabase(path).Delete(kReverse, reverse);
  }
}

// One that leads to a row which does not point there.
TEST_F(Values, AReverseRowOfAnotherTarget) {
  const std::string key =
      store::RowKeyOf(MakeTuple("a.org", RrType::kTxt, std::string(300, 'x')).view());
  const auto row = *store::SplitRowKey(AsBytes(key));
  const std::string reverse =
      store::ReverseKeyAt(store::Kind::kName, std::string("net\0\0", 5), row);
  RawDatabase(path).Put(kReverse, reverse, "");
  const Answer scan = ScanRows(*SnapshotOf(path), Everything(Side::kTarget));
  EXPECT_EQ(scan.scanned.status.code(), Code::kCorrupt) << scan.rows.size();
}

TEST_F(Values, LongRdataThatIsNotWhatItsKeySays) {
  const std::string key = Key("a.org", RrType::kTxt, std::string(300, 'x'));
  const std::string good = *RawDatabase(path).Get(kForward, key);
  for (const std::string& rdata : {std::string(300, 'y'), std::string(299, 'x'), std::string()}) {
    RawDatabase(path).Put(kForward, key, Good(AsBytes(rdata)));
    store::Selection text;
    text.types = {RrType::kTxt};
    ExpectDamaged(text, key, 1);
    ExpectDamaged(Everything(Side::kText), key, 1);
  }
  RawDatabase(path).Put(kForward, key, good);
  EXPECT_EQ(RowsOf(*SnapshotOf(path), {}).size(), 5U);
}

TEST_F(Values, ACutReverseKeyOfAnotherWhole) {
  const std::string label(63, '\1');
  const std::string name = testing::Labels({label, label, label, label.substr(0, 61)});
  const OwnedTuple longest{*record::Name::FromWire(AsBytes(name)), RrType::kNs, name};
  Observations rows;
  rows.Add(longest, Seen(1, 2, 3));
  Apply(*OpenToWrite(path), Trusted(rows));
  ASSERT_EQ(ScanAll(path, Everything(Side::kTarget)).size(), 2U);
  const std::string whole = ReverseKeys(longest.view()).at(0);
  const std::string key = store::CutReverseKey(whole);
  ASSERT_EQ(RawDatabase(path).Get(kReverse, key), whole);
  std::string other = whole;
  other.back() ^= 1;
  ASSERT_TRUE(store::SplitReverseKey(AsBytes(other)).has_value());
  for (const std::string& value : {other, whole + "x", std::string()}) {
    RawDatabase(path).Put(kReverse, key, value);
    ExpectDamaged(Everything(Side::kTarget), key, 0);
    const auto owners = SnapshotOf(path)->ScanOwners(
        Everything(Side::kTarget), [](std::string_view /*owner*/) { return true; });
    EXPECT_EQ(owners.status.code(), Code::kCorrupt);
  }
}

TEST_F(Values, AnUnreadableRowOfTheQuarantine) {
  const std::string key = Key("m.org", RrType::kA, kAddress);
  RawDatabase(path).Put(kQuarantine, key, "\xff");
  ExpectDamaged(AllQuarantined(), key, 1);
  Observations again;
  again.Add("m.org", RrType::kA, kAddress, Seen(1, 2, 1, {}, 1));
  EXPECT_EQ(OpenToWrite(path)->Apply(Quarantined(again)).status().code(), Code::kCorrupt);
}

TEST_F(Values, AMergeIntoAnUnreadableRow) {
  const std::string key = Key("a.org", RrType::kA, kAddress);
  RawDatabase(path).Put(kForward, key, "\xff");
  Observations again;
  again.Add("a.org", RrType::kA, kAddress, Seen(1, 2, 1));
  const auto writer = OpenToWrite(path);
  static_cast<void>(writer->Apply(Trusted(again)));  // a known row is merged without being read
  const Answer scan = ScanRows(*SnapshotOf(path), {});
  EXPECT_EQ(scan.scanned.status.code(), Code::kCorrupt) << scan.scanned.status.message();
  EXPECT_EQ(scan.rows.size(), 0U);
}

TEST_F(Values, AnUnreadableLedgerRow) {
  RawDatabase(path).Put(kMeta, store::LedgerKey(Source(5)), "short");
  EXPECT_EQ(OpenToWrite(path)->Progress(Source(5)).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace pdns::store_rocks
