// A database in numbers: rows counted key by key, and the counters that commit with their batches.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/fate_rows.h"
#include "store/value.h"
#include "unit/store/corpus.h"
#include "unit/store/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {
namespace {

using record::Counters;
using record::FrameFate;
using record::RecordFate;
using record::RrType;
using record::Statistics;
using testing::TempDir;
using testing::U32;
using testing::WireName;

Statistics CountAll(const std::string& path) {
  Statistics statistics;
  const Status counted =
      OpenReader(path)->Count([](std::uint64_t, std::uint64_t) { return true; }, statistics);
  EXPECT_TRUE(counted.ok()) << counted.message();
  return statistics;
}

// `frames` used ones with as many records, and one refused.
Counters Counted(std::uint64_t frames) {
  Counters counters;
  for (std::uint64_t i = 0; i < frames; ++i) {
    counters.Count(FrameFate::kUsed);
    counters.Count(RecordFate::kStored);
  }
  counters.Count(FrameFate::kRcode);
  return counters;
}

Counters Times(const Counters& one, int times) {
  Counters sum;
  for (int i = 0; i < times; ++i) sum.Add(one);
  return sum;
}

record::Batch Only(const Counters& counters) { return {{}, {}, {}, counters}; }

// So many that they go into the database as files.
Observations Many() {
  Observations many;
  for (unsigned i = 0; i < 10'000; ++i) {
    many.Add({*record::Name::FromWire(AsBytes(WireName(std::to_string(i) + ".org"))), RrType::kA,
              U32(i)},
             Seen(1, 2, 1));
  }
  return many;
}

void Put(const std::string& path, std::string_view key, std::string_view value) {
  RawDatabase(path).Put(kMeta, key, value);
}

TEST(Count, NothingInANewDatabase) {
  const TempDir dir;
  ASSERT_TRUE(OpenWriter(dir / "db")->Close().ok());
  const Statistics statistics = CountAll(dir / "db");
  EXPECT_EQ(statistics.tuples + statistics.rrnames + statistics.addresses, 0U);
  EXPECT_EQ(statistics.captures, 0U);
  EXPECT_TRUE(statistics.types.empty());
  EXPECT_TRUE(statistics.quarantined.empty());
  EXPECT_EQ(statistics.counters, Counters());
  EXPECT_TRUE(statistics.counting);
  EXPECT_FALSE(statistics.counted_since.has_value());
  EXPECT_EQ(statistics.parts.size(), kFamilies);
  EXPECT_GT(statistics.disk_bytes, 0U);
}

TEST(Count, EachTupleNameAndAddressOnce) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
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
  Apply(*writer, {{}, some.list(), {}});
  Observations again;
  again.Add("a.org", RrType::kA, "abcd", Seen(50, 60, 1, 1));
  for (int i = 0; i < 3; ++i) Apply(*writer, {{}, again.list(), {}});  // merges, unresolved on disk
  const Statistics statistics = CountAll(dir / "db");
  EXPECT_EQ(statistics.tuples, 9U);
  EXPECT_EQ(statistics.rrnames, 6U);
  EXPECT_EQ(statistics.addresses, 4U);
  const std::map<RrType, std::uint64_t> types{{RrType::kA, 3},
                                              {RrType::kNs, 1},
                                              {RrType::kTxt, 3},
                                              {RrType::kAaaa, 1},
                                              {RrType::kHttps, 1}};
  EXPECT_EQ(statistics.types, types);
  EXPECT_EQ(Number(statistics.first), 50);
  EXPECT_EQ(Number(statistics.last), 900);
}

TEST(Count, AsScansOfTheCorpusDo) {
  const TempDir dir;
  const auto tuples = CorpusTuples();
  Observations all;
  std::set<std::string> owners;
  for (const record::OwnedTuple& tuple : tuples) {
    all.Add(tuple, Seen(100, 200, 1));
    owners.emplace(AsText(tuple.owner.wire()));
  }
  Apply(*OpenWriter(dir / "db"), {{}, all.list(), {}});
  const Statistics statistics = CountAll(dir / "db");
  EXPECT_EQ(statistics.tuples, ScanAll(dir / "db", Index::kForward).size());
  EXPECT_EQ(statistics.rrnames, owners.size());
  std::uint64_t of_types = 0;
  for (const auto& [type, rows] : statistics.types) of_types += rows;
  EXPECT_EQ(of_types, statistics.tuples);
  std::set<std::string> addresses;
  for (const record::OwnedTuple& tuple : tuples) {
    for (const std::string& key : ReverseKeys(tuple.view())) {
      if (key[0] == 4) addresses.insert(key.substr(0, 5));
      if (key[0] == 6) addresses.insert(key.substr(0, 17));
    }
  }
  EXPECT_EQ(statistics.addresses, addresses.size());
}

TEST(Count, TheQuarantineByReasonAndTheLedger) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations doubtful;
  doubtful.Add("a.org", RrType::kA, "abcd", Seen(1, 2, 1, 0, record::kOffChain))
      .Add("b.org", RrType::kA, "abcd", Seen(1, 2, 1, 0, record::kOutOfBailiwick))
      .Add("c.org", RrType::kA, "abcd", Seen(1, 2, 1, 0, record::kOutOfBailiwick))
      .Add("d.org", RrType::kA, "abcd", Seen(1, 2, 1, 0, 3));
  Apply(*writer, {std::vector<record::SourcePosition>{{Source(1), At(5)}, {Source(2), At(7)}},
                  {},
                  doubtful.list()});
  Apply(*writer, {std::vector<record::SourcePosition>{{Source(1), At(9)}}, {}, {}});
  const Statistics statistics = CountAll(dir / "db");
  const std::map<std::uint8_t, std::uint64_t> reasons{{1, 1}, {2, 2}, {3, 1}};
  EXPECT_EQ(statistics.quarantined, reasons);
  EXPECT_EQ(statistics.tuples, 0U);
  EXPECT_EQ(statistics.addresses, 0U);
  EXPECT_EQ(statistics.captures, 2U);
  EXPECT_EQ(statistics.capture_frames, 16U);
  EXPECT_EQ(statistics.capture_bytes, 1600U);
}

TEST(Count, WhatItTakesOnTheDisk) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  const Observations many = Many();
  Apply(*writer, {{}, many.list(), {}});
  const Statistics statistics = CountAll(dir / "db");
  std::map<std::string, std::uint64_t> parts;
  std::uint64_t sum = 0;
  for (const Statistics::Part& part : statistics.parts) {
    parts[part.name] = part.bytes;
    sum += part.bytes;
  }
  EXPECT_GT(parts.at("fwd"), 10'000U);
  EXPECT_GT(parts.at("rev"), 10'000U);
  EXPECT_EQ(parts.at("quarantine"), 0U);
  EXPECT_GE(statistics.disk_bytes, sum);
}

TEST(Count, TheWatchEndsItWithWhatThereIs) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  const Observations many = Many();
  Apply(*writer,
        {std::vector<record::SourcePosition>{{Source(1), At(5)}}, many.list(), {}, Counted(3)});
  const auto reader = OpenReader(dir / "db");
  Statistics statistics;
  std::uint64_t last = 0;
  Status counted = reader->Count(
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
  EXPECT_EQ(statistics.addresses, 0U);
  EXPECT_EQ(statistics.captures, 1U);
  EXPECT_EQ(statistics.counters, Counted(3));
  statistics = {};
  counted = reader->Count([](std::uint64_t, std::uint64_t) { return false; }, statistics);
  EXPECT_TRUE(counted.ok());
  EXPECT_EQ(statistics.tuples, 0U);
}

TEST(Count, DamageIsToldWithWhatCameBefore) {
  const auto damaged = [](Family family, std::string_view key, std::string_view value) {
    const TempDir dir;
    Observations some;
    some.Add("a.org", RrType::kA, "abcd");
    Apply(*OpenWriter(dir / "db"), {{}, some.list(), {}});
    RawDatabase(dir / "db").Put(family, key, value);
    Statistics statistics;
    const Status counted =
        OpenReader(dir / "db")
            ->Count([](std::uint64_t, std::uint64_t) { return true; }, statistics);
    EXPECT_EQ(counted.code(), Code::kCorrupt);
    return statistics.tuples;
  };
  std::string good;
  AppendValue(good, Seen(1, 2, 1));
  EXPECT_EQ(damaged(kForwardFamily, "zz no end", good), 1U);
  EXPECT_EQ(damaged(kForwardFamily, std::string("zz\0\0\1", 5), good), 1U);  // half a type
  EXPECT_EQ(damaged(kForwardFamily, std::string("zz\0\0\0\1abcd", 10), ""), 1U);
  EXPECT_EQ(damaged(kReverseFamily, std::string("\4ab", 3), ""), 1U);
  EXPECT_EQ(damaged(kQuarantineFamily, std::string("zz\0\0\0\1abcd", 10), ""), 0U);
  EXPECT_EQ(damaged(kMeta, "src/x", ""), 0U);
  EXPECT_EQ(damaged(kMeta, kCountedSinceKey, ""), 0U);
  EXPECT_EQ(damaged(kMeta, FateKey("used"), "\x80"), 0U);
}

// By the log and by files, alone and with rows, over a close and without it.
TEST(Counters, CommitWithTheirBatches) {
  const TempDir dir;
  const Observations many = Many();
  {
    const auto writer = OpenWriter(dir / "db");
    Apply(*writer, Only(Counted(3)));
    EXPECT_EQ(CountAll(dir / "db").counters, Counted(3));
    Apply(*writer, {{}, many.list(), {}, Counted(3)});
    Apply(*writer, {{}, many.list(), {}});  // nothing counted: nothing changes
    EXPECT_EQ(CountAll(dir / "db").counters, Times(Counted(3), 2));
  }
  {
    const auto writer = OpenWriter(dir / "db");
    Apply(*writer, {{}, many.list().first(5), {}, Counted(3)});
    ASSERT_TRUE(writer->Close().ok());
  }
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  const Statistics statistics = CountAll(dir / "db");
  EXPECT_EQ(statistics.counters, Times(Counted(3), 4));
  EXPECT_TRUE(statistics.counting);
  EXPECT_FALSE(statistics.counted_since.has_value());
}

TEST(Counters, ARowThatCannotBeReadStopsTheWriter) {
  const TempDir dir;
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  Put(dir / "db", FateKey("used"), "\x80");
  EXPECT_EQ(OpenRocksWriter(dir / "db", kMemory).status().code(), Code::kCorrupt);
}

// A database as the first version left it: rows, and no counters.
void MakeOld(const std::string& path) {
  Observations some;
  some.Add("a.org", RrType::kA, "abcd");
  Apply(*OpenWriter(path),
        {std::vector<record::SourcePosition>{{Source(1), At(5)}}, some.list(), {}});
  Put(path, kSchemaKey, SchemaValue({1, 0}));
}

TEST(Upgrade, AnOldDatabaseIsCountedFromThenOn) {
  const TempDir dir;
  MakeOld(dir / "db");
  Statistics statistics = CountAll(dir / "db");
  EXPECT_EQ(statistics.tuples, 1U);
  EXPECT_EQ(statistics.captures, 1U);
  EXPECT_FALSE(statistics.counting);
  EXPECT_FALSE(statistics.counted_since.has_value());
  EXPECT_EQ(statistics.counters, Counters());

  const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  {
    const auto writer = OpenWriter(dir / "db");
    EXPECT_EQ(Progress(*writer, Source(1)), At(5));
    statistics = CountAll(dir / "db");
    EXPECT_TRUE(statistics.counting);
    ASSERT_TRUE(statistics.counted_since.has_value());
    Apply(*writer, Only(Counted(3)));
    ASSERT_TRUE(writer->Close().ok());
  }
  EXPECT_GE(*statistics.counted_since, before);
  EXPECT_LE(*statistics.counted_since, std::chrono::system_clock::now());

  // It stays, whatever comes.
  Put(dir / "db", kCountedSinceKey,
      CountedSinceValue(*statistics.counted_since - std::chrono::hours(1)));
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  const Statistics later = CountAll(dir / "db");
  EXPECT_EQ(later.counted_since, *statistics.counted_since - std::chrono::hours(1));
  EXPECT_EQ(later.counters, Times(Counted(3), 2));
}

TEST(Upgrade, AnOldProgramInBetweenIsToldBothTimes) {
  const TempDir dir;
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  Put(dir / "db", kSchemaKey, SchemaValue({1, 0}));  // as its Close leaves it
  Statistics statistics = CountAll(dir / "db");
  EXPECT_FALSE(statistics.counting);
  EXPECT_EQ(statistics.counters, Counted(3));
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  statistics = CountAll(dir / "db");
  EXPECT_TRUE(statistics.counting);
  EXPECT_TRUE(statistics.counted_since.has_value());
  EXPECT_EQ(statistics.counters, Times(Counted(3), 2));
}

TEST(Upgrade, WhatANewerVersionCountsStays) {
  const TempDir dir;
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  const std::string theirs = FateKey("refused.on_sundays");
  {
    RawDatabase raw(dir / "db");
    raw.Put(kMeta, kSchemaKey, SchemaValue({1, kSchemaVersion.minor + 1}));
    raw.Put(kMeta, theirs, FateValue(7));
  }
  EXPECT_TRUE(CountAll(dir / "db").counting);
  Apply(*OpenWriter(dir / "db"), Only(Counted(3)));
  const Statistics statistics = CountAll(dir / "db");
  EXPECT_EQ(statistics.counters, Times(Counted(3), 2));
  EXPECT_FALSE(statistics.counted_since.has_value());
  RawDatabase raw(dir / "db");
  EXPECT_TRUE(raw.Has(kMeta, theirs));
}

}  // namespace
}  // namespace pdns::store
