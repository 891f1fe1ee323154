#include "admin/transfer/joined_ledger.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"

namespace pdns::admin {
namespace {

using record::Position;
using record::SourceId;
using record::SourcePosition;

// The first `frames` frames of a capture whose frames behind the first say `name`.
SourcePosition Capture(const std::string& name, int frames, std::uint32_t variant = 0) {
  SourcePosition row{{Sha256(AsBytes("first frame")), variant}, {}};
  record::Advance(row.position, AsBytes("first frame"));
  for (int i = 1; i < frames; ++i) record::Advance(row.position, AsBytes(name));
  row.position.bytes = row.position.frames * 100;
  return row;
}

SourcePosition Database(const std::string& name) {
  return {{Sha256(AsBytes(name)), SourceId::kDatabase}, {}};
}

TEST(JoinedLedger, ACaptureInBothIsSharedAndKeepsTheLongerPosition) {
  for (const bool longer_first : {false, true}) {
    JoinedLedger ledger;
    EXPECT_FALSE(ledger.Add(Capture("a", longer_first ? 20 : 10)).shared);
    ledger.BeginDatabase();
    const auto joined = ledger.Add(Capture("a", longer_first ? 10 : 20));
    EXPECT_TRUE(joined.shared);
    EXPECT_EQ(20U, joined.row.position.frames);
    EXPECT_EQ(0U, joined.row.id.variant);
  }
}

TEST(JoinedLedger, CapturesThatDifferGetVariantsWithoutAGap) {
  JoinedLedger ledger;
  EXPECT_EQ(0U, ledger.Add(Capture("a", 10)).row.id.variant);
  EXPECT_EQ(1U, ledger.Add(Capture("b", 10, 1)).row.id.variant);
  ledger.BeginDatabase();
  const auto c = ledger.Add(Capture("c", 10));
  EXPECT_FALSE(c.shared);
  EXPECT_EQ(2U, c.row.id.variant);
  const auto b = ledger.Add(Capture("b", 15, 1));
  EXPECT_TRUE(b.shared);
  EXPECT_EQ(1U, b.row.id.variant);
  EXPECT_EQ(3U, ledger.Add(Capture("d", 10, 2)).row.id.variant);
}

// A database tells its own captures apart, also where the ends of short ones are behind no mark.
TEST(JoinedLedger, RowsOfOneDatabaseAreNotCompared) {
  JoinedLedger ledger;
  const Position long_one = Capture("a", 70).position;
  ASSERT_TRUE(record::OnTheWay(Capture("b", 3).position, long_one));
  EXPECT_FALSE(ledger.Add(Capture("a", 70)).shared);
  EXPECT_FALSE(ledger.Add(Capture("b", 3, 1)).shared);
  ledger.BeginDatabase();
  EXPECT_TRUE(ledger.Add(Capture("b", 3)).shared);
}

TEST(JoinedLedger, WhatAnEarlierRunJoinedIsOfThisDatabase) {
  JoinedLedger ledger;
  ledger.Add(Capture("a", 10));
  ledger.Add(Capture("b", 3, 1));
  ledger.BeginDatabase();
  ledger.Recognize(Capture("b", 3));
  const auto more = ledger.Add(Capture("b", 5, 1));
  EXPECT_FALSE(more.shared);
  EXPECT_EQ(2U, more.row.id.variant);
}

TEST(JoinedLedger, ADatabaseThatWasMergedIntoBothIsShared) {
  JoinedLedger ledger;
  EXPECT_FALSE(ledger.Add(Database("one")).shared);
  ledger.BeginDatabase();
  EXPECT_FALSE(ledger.Add(Database("other")).shared);
  const auto joined = ledger.Add(Database("one"));
  EXPECT_TRUE(joined.shared);
  EXPECT_TRUE(joined.row.id.IsDatabase());
}

}  // namespace
}  // namespace pdns::admin
