// A database in numbers, as its writer keeps them and counted row by row: always the same.
#include "store_rocks/totals.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/meta_rows.h"
#include "store/value.h"
#include "unit/store_rocks/corpus.h"
#include "unit/store_rocks/model.h"
#include "unit/store_rocks/zone.h"
#include "unit/support/sanitized.h"

namespace pdns::store_rocks {
namespace {

using record::Counters;
using record::FrameOutcome;
using record::RecordOutcome;
using record::RrType;
using record::Statistics;
using testing::TempDir;
using testing::U32;
using testing::WireName;

// `frames` used ones with as many records, and one refused.
Counters Counted(std::uint64_t frames) {
  Counters counters;
  for (std::uint64_t i = 0; i < frames; ++i) {
    counters.Count(FrameOutcome::kUsed);
    counters.Count(RecordOutcome::kStored);
  }
  counters.Count(FrameOutcome::kRcode);
  return counters;
}

Counters Times(const Counters& one, int times) {
  Counters sum;
  for (int i = 0; i < times; ++i) sum.Add(one);
  return sum;
}

record::Batch Only(const Counters& counters) { return {{}, {}, {}, {}, counters}; }

Statistics Totals(const std::string& path) { return TotalsOf(*SnapshotOf(path)); }
Statistics Recount(const std::string& path) { return CountAll(*SnapshotOf(path)); }

void Put(const std::string& path, std::string_view key, std::string_view value) {
  RawDatabase(path).Put(kMeta, key, value);
}

std::string CounterKey(const std::string& name) {
  return std::string(store::kCounterPrefix) + name;
}

TEST(Totals, NothingInANewDatabase) {
  const TempDir dir;
  ASSERT_TRUE(OpenToWrite(dir / "db")->Close().ok());
  for (const Statistics& statistics : {Totals(dir / "db"), Recount(dir / "db")}) {
    EXPECT_EQ(statistics.tuples + statistics.rrnames + statistics.addresses, 0U);
    EXPECT_EQ(statistics.captures, 0U);
    EXPECT_TRUE(statistics.types.empty());
    EXPECT_TRUE(statistics.quarantined.empty());
    EXPECT_TRUE(statistics.expired.empty());
    EXPECT_EQ(statistics.counters, Counters());
    EXPECT_EQ(statistics.parts.size(), kFamilies);
    EXPECT_GT(statistics.disk_bytes, 0U);
  }
}

TEST(Totals, EachTupleNameAndAddressOnce) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations some;
  some.Add("a.org", RrType::kA, "abcd", Seen(100, 200, 1, 1))
      .Add("a.org", RrType::kA, "abce", Seen(90, 95, 1, 1))
      .Add("b.a.org", RrType::kA, "abcd", Seen(100, 900, 1, 1))
      .Add("a.org", RrType::kAaaa, "abcdabcdabcdabcd")
      .Add("\\000.org", RrType::kTxt, std::string("\1\0", 2))
      .Add("\\000\\000.org", RrType::kTxt, std::string("\1\0", 2))
      .Add(".", RrType::kNs, WireName("a.org"))
      .Add(".", RrType::kTxt, std::string("\0", 1))
      .Add("s.org", RrType::kHttps,
           std::string("\0\1\0\0\4\0\x08", 7) + "abcdabcf");  // hints: one known, one new
  Apply(*writer, Trusted(some));
  Observations again;
  again.Add("a.org", RrType::kA, "abcd", Seen(50, 60, 1, 1));
  for (int i = 0; i < 3; ++i) Apply(*writer, Trusted(again));  // merges, unresolved on disk
  const std::map<RrType, std::uint64_t> types{{RrType::kA, 3},
                                              {RrType::kNs, 1},
                                              {RrType::kTxt, 3},
                                              {RrType::kAaaa, 1},
                                              {RrType::kHttps, 1}};
  for (const Statistics& statistics : {Totals(dir / "db"), Recount(dir / "db")}) {
    EXPECT_EQ(statistics.tuples, 9U);
    EXPECT_EQ(statistics.rrnames, 6U);
    EXPECT_EQ(statistics.addresses, 4U);
    EXPECT_EQ(statistics.types, types);
    EXPECT_EQ(statistics.first, testing::At(50));
    EXPECT_EQ(statistics.last, testing::At(900));
  }
}

// What a liar costs who sends every rrtype: each batch looks at what it changes, and no batch at
// all that were ever sent. (Copies: type_counts_test.cc.)
TEST(Totals, ABatchLooksAtTheRowsThatItChanges) {
  store_rocks::Totals all;
  all.Begin(7);
  for (unsigned type = 0; type < 65'536; ++type)
    all.AddRow(static_cast<RrType>(type), AsBytes("\1x"));
  for (unsigned reasons = 1; reasons < 256; ++reasons)
    all.MoveQuarantined(0, static_cast<std::uint8_t>(reasons));
  for (unsigned sensor = 0; sensor < 100; ++sensor)
    static_cast<void>(all.SensorNumber(std::to_string(sensor)));
  all.AddTimes(testing::At(1), testing::At(2));
  all.AddCounters(Counted(1));
  MetaRows rows;
  const std::size_t looked_at = all.Put(rows);
  EXPECT_EQ(looked_at, rows.size());
  EXPECT_GT(rows.size(), 65'536U + 255U + 62U);
  EXPECT_LE(rows.size(), store_rocks::Totals::kStrangersRows);
  store_rocks::Totals batch = all;
  rows.clear();
  EXPECT_LE(batch.Put(rows), store_rocks::Totals::kFewRows);
  EXPECT_TRUE(rows.empty());
  for (int i = 0; i < 1000; ++i) batch.AddRow(RrType::kTxt, AsBytes("\1x"));
  batch.AddRow(static_cast<RrType>(4711), AsBytes("\1x"));
  EXPECT_LE(batch.Put(rows), store_rocks::Totals::kFewRows + 2);
  EXPECT_EQ(rows, (MetaRows{{store::TypeKey(RrType::kTxt), store::NumberValue(1001)},
                            {store::TypeKey(static_cast<RrType>(4711)), store::NumberValue(2)}}));
}

TEST(Totals, EveryRrtype) {
  const TempDir dir;
  auto writer = OpenToWrite(dir / "db");
  for (unsigned batch = 0; batch < 4; ++batch) {
    Observations some;
    for (unsigned type = batch; type < 65'536; type += 3)
      some.Add("a.org", static_cast<RrType>(type), U32(batch));
    Apply(*writer, Trusted(some));
    if (batch != 1) continue;
    writer.reset();
    writer = OpenToWrite(dir / "db");
  }
  const Statistics totals = Totals(dir / "db");
  EXPECT_EQ(totals.types.size(), 65'536U);
  EXPECT_EQ(totals.types, Recount(dir / "db").types);
  EXPECT_EQ(totals.tuples, Recount(dir / "db").tuples);
}

TEST(Totals, OfTheCorpus) {
  const TempDir dir;
  Model model;
  Observations all;
  for (const record::OwnedTuple& tuple : CorpusTuples()) all.Add(tuple, Seen(100, 200, 1));
  model.Apply(Trusted(all));
  Apply(*OpenToWrite(dir / "db"), Trusted(all));
  const auto snapshot = SnapshotOf(dir / "db");
  ExpectModel(*snapshot, model);
  EXPECT_EQ(CountAll(*snapshot).tuples, RowsOf(*snapshot, {}).size());
}

TEST(Totals, TheQuarantineByReasonAndTheLedger) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  Observations doubtful;
  doubtful.Add("a.org", RrType::kA, "abcd", Seen(1, 2, 1, {}, record::kOffChain))
      .Add("b.org", RrType::kA, "abcd", Seen(1, 2, 1, {}, record::kOutOfBailiwick))
      .Add("c.org", RrType::kA, "abcd", Seen(1, 2, 1, {}, record::kOutOfBailiwick))
      .Add("d.org", RrType::kA, "abcd", Seen(1, 2, 1, {}, 3));
  const std::vector<record::SourcePosition> two{{Source(1), Frames(5)}, {Source(2), Frames(7)}};
  const std::vector<record::SourcePosition> one{{Source(1), Frames(9)}};
  Apply(*writer, {two, {}, {}, doubtful.list(), {}});
  Apply(*writer, {one, {}, {}, {}, {}});
  const std::map<std::uint8_t, std::uint64_t> reasons{{1, 1}, {2, 2}, {3, 1}};
  for (const Statistics& statistics : {Totals(dir / "db"), Recount(dir / "db")}) {
    EXPECT_EQ(statistics.quarantined, reasons);
    EXPECT_EQ(statistics.tuples, 0U);
    EXPECT_EQ(statistics.addresses, 0U);
    EXPECT_EQ(statistics.captures, 2U);
    EXPECT_EQ(statistics.capture_frames, 16U);
    EXPECT_EQ(statistics.capture_bytes, 1600U);
  }
}

TEST(Totals, WhatItTakesOnTheDisk) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const Observations many = Numbered(0, 10'000);
  Apply(*writer, Trusted(many));
  const Statistics statistics = Recount(dir / "db");
  std::map<std::string, std::uint64_t> parts;
  std::uint64_t sum = 0;
  for (const Statistics::Part& part : statistics.parts) {
    parts[part.name] = part.bytes;
    sum += part.bytes;
  }
  EXPECT_GT(parts.at("fwd"), 10'000U);
  EXPECT_GT(parts.at("rev"), 10'000U);
  EXPECT_GT(parts.at("new"), 10'000U);
  EXPECT_EQ(parts.at("quarantine"), 0U);
  EXPECT_GE(statistics.disk_bytes, sum);
}

TEST(Totals, AfterEveryRandomBatch) {
  const TempDir dir;
  Zone zone(11);
  Model model;
  for (unsigned round = 0; round < testing::Rounds(4); ++round) {
    const auto writer = OpenToWrite(dir / "db", round % 2 == 0 ? kMemory : 0);
    for (unsigned batch = 0; batch < 6; ++batch) {
      const Observations trusted = RandomRows(zone, zone.Below(40));
      const Observations doubtful = RandomRows(zone, zone.Below(20), true);
      const record::Batch both{{}, {}, trusted.list(), doubtful.list(), Counted(zone.Below(3))};
      model.Apply(both);
      Apply(*writer, both);
      ExpectTotals(*SnapshotOf(dir / "db"), model);
      if (::testing::Test::HasFailure()) return;
    }
    const Observations many = Numbered(round * 8000, round * 8000 + 8500);
    model.Apply(Trusted(many));
    Apply(*writer, Trusted(many));
    ExpectTotals(*SnapshotOf(dir / "db"), model);
    if (round == 2) {
      ASSERT_TRUE(writer->Compact([] { return false; }).ok());
    }
  }
  ExpectModel(*SnapshotOf(dir / "db"), model);
}

TEST(Totals, ARowThatWasFalsifiedDiffersFromTheCount) {
  const TempDir dir;
  const Observations some = Numbered(0, 5);
  Apply(*OpenToWrite(dir / "db"), Trusted(some));
  Put(dir / "db", store::TypeKey(RrType::kA), store::NumberValue(4));
  EXPECT_EQ(Totals(dir / "db").tuples, 4U);
  EXPECT_EQ(Recount(dir / "db").tuples, 5U);
  Put(dir / "db", store::kOwnersKey, store::NumberValue(7));
  EXPECT_EQ(Totals(dir / "db").rrnames, 7U);
  EXPECT_EQ(Recount(dir / "db").rrnames, 5U);
  Put(dir / "db", store::QuarantineKey(2), store::NumberValue(1));
  EXPECT_EQ(Totals(dir / "db").quarantined.size(), 1U);
  EXPECT_EQ(Recount(dir / "db").quarantined.size(), 0U);
}

TEST(Count, TheWatchEndsItWithWhatThereIs) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  const Observations many = Numbered(0, 10'000);
  const std::vector<record::SourcePosition> sources{{Source(1), Frames(5)}};
  Apply(*writer, {sources, {}, many.list(), {}, Counted(3)});
  const auto snapshot = SnapshotOf(dir / "db");
  Statistics statistics;
  std::uint64_t last = 0;
  Status counted = snapshot->Count(
      [&](std::uint64_t keys, std::uint64_t tuples) {
        EXPECT_GE(keys, tuples);
        last = tuples;
        return tuples == 0;
      },
      statistics);
  EXPECT_TRUE(counted.ok());
  EXPECT_GT(last, 0U);
  EXPECT_EQ(statistics.tuples, last);
  EXPECT_LT(statistics.tuples, 10'000U);
  EXPECT_EQ(statistics.captures, 1U);
  EXPECT_EQ(statistics.counters, Counted(3));
  statistics = {};
  counted = snapshot->Count([](std::uint64_t, std::uint64_t) { return false; }, statistics);
  EXPECT_TRUE(counted.ok());
  EXPECT_EQ(statistics.captures, 1U);
}

TEST(Count, DamageIsToldWithWhatCameBefore) {
  const auto damaged = [](Family family, std::string_view key, std::string_view value) {
    const TempDir dir;
    Observations some;
    some.Add("a.org", RrType::kA, "abcd");
    Apply(*OpenToWrite(dir / "db"), Trusted(some));
    RawDatabase(dir / "db").Put(family, key, value);
    Statistics statistics;
    const Status counted = SnapshotOf(dir / "db")->Count({}, statistics);
    EXPECT_EQ(counted.code(), Code::kCorrupt) << ToHex(AsBytes(key));
    EXPECT_NE(counted.message().find(ToHex(AsBytes(key))), std::string::npos) << counted.message();
    return statistics.tuples;
  };
  std::string good;
  store::AppendValue(good, Seen(1, 2, 1));
  EXPECT_EQ(damaged(kForward, "zz no end", good), 1U);
  EXPECT_EQ(damaged(kForward, std::string("zz\0\0\1", 5), good), 1U);  // half a type
  EXPECT_EQ(damaged(kForward, std::string("zz\0\0\0\1abcd", 10), ""), 1U);
  EXPECT_EQ(damaged(kReverse, std::string("\4ab", 3), ""), 1U);
  EXPECT_EQ(damaged(kQuarantine, std::string("zz\0\0\0\1abcd", 10), ""), 1U);
  EXPECT_EQ(damaged(kMeta, "src/x", ""), 1U);
}

TEST(Count, ATotalThatCannotBeReadIsDamage) {
  for (const std::string& key :
       {CounterKey("used"), std::string(store::kOwnersKey), store::TypeKey(RrType::kA),
        store::QuarantineKey(1), std::string(store::kTimesKey), store::AddressesKey(3),
        std::string(store::kSketchSeedKey)}) {
    const TempDir dir;
    Apply(*OpenToWrite(dir / "db"), Only(Counted(3)));
    Put(dir / "db", key, "\x80");
    Statistics statistics;
    EXPECT_EQ(SnapshotOf(dir / "db")->Totals(statistics).code(), Code::kCorrupt) << key;
    EXPECT_EQ(OpenWriter(dir / "db", OfMemory()).status().code(), Code::kCorrupt) << key;
  }
}

// By the log and by files, alone and with rows, over a close and without it.
TEST(Counters, CommitWithTheirBatches) {
  const TempDir dir;
  const Observations many = Numbered(0, 10'000);
  {
    const auto writer = OpenToWrite(dir / "db");
    Apply(*writer, Only(Counted(3)));
    EXPECT_EQ(Recount(dir / "db").counters, Counted(3));
    Apply(*writer, {{}, {}, many.list(), {}, Counted(3)});
    Apply(*writer, Trusted(many));  // nothing counted: nothing changes
    EXPECT_EQ(Recount(dir / "db").counters, Times(Counted(3), 2));
  }
  {
    const auto writer = OpenToWrite(dir / "db");
    Apply(*writer, {{}, {}, many.list().first(5), {}, Counted(3)});
    ASSERT_TRUE(writer->Close().ok());
  }
  Apply(*OpenToWrite(dir / "db"), Only(Counted(3)));
  EXPECT_EQ(Totals(dir / "db").counters, Times(Counted(3), 4));
}

TEST(Minor, WhatANewerVersionKeepsStays) {
  const TempDir dir;
  Apply(*OpenToWrite(dir / "db"), Only(Counted(3)));
  const std::string counter = CounterKey("refused.on_sundays");
  {
    RawDatabase raw(dir / "db");
    raw.Put(kMeta, store::kSchemaKey,
            store::SchemaValue({store::kSchemaVersion.major, store::kSchemaVersion.minor + 1}));
    raw.Put(kMeta, counter, store::NumberValue(7));
    raw.Put(kMeta, "weather", "no number \xff");
  }
  EXPECT_EQ(Totals(dir / "db").counters, Counted(3));
  Apply(*OpenToWrite(dir / "db"), Only(Counted(3)));
  EXPECT_EQ(Totals(dir / "db").counters, Times(Counted(3), 2));
  RawDatabase raw(dir / "db");
  EXPECT_EQ(raw.Get(kMeta, counter), store::NumberValue(7));
  EXPECT_TRUE(raw.Has(kMeta, "weather"));
}

}  // namespace
}  // namespace pdns::store_rocks
