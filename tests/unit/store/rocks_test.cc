// What a database holds after batches, and what a reader sees beside the writer.
#include "store/rocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "unit/store/database.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::TempDir;

constexpr std::string_view kAddress("\x0a\x00\x01\x02", 4);

TEST(Rocks, ABatchIsStoredAndAppliedAgainItMerges) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations observations;
  observations.Add("www.blah.org", RrType::kA, "abcd", Seen(100, 200, 3, 2));
  observations.Add("blah.org", RrType::kNs, std::string("\1a\0", 3), Seen(150, 150, 1, 1));
  const auto first = Apply(*writer, {{}, observations.list(), {}});
  EXPECT_EQ(first.tuples_new, 2U);
  EXPECT_EQ(first.tuples_updated, 0U);
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward),
            (Lines{"blah.org. NS 016100 150 150 1 1 0", "www.blah.org. A 61626364 100 200 3 2 0"}));

  Observations more;
  more.Add("www.blah.org", RrType::kA, "abcd", Seen(50, 120, 2, 1));
  more.Add("www.blah.org", RrType::kA, "efgh", Seen(1, 1, 1));
  const auto second = Apply(*writer, {{}, more.list(), {}});
  EXPECT_EQ(second.tuples_new, 1U);
  EXPECT_EQ(second.tuples_updated, 1U);
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward),
            (Lines{"blah.org. NS 016100 150 150 1 1 0", "www.blah.org. A 61626364 50 200 5 2 0",
                   "www.blah.org. A 65666768 1 1 1 0 0"}));
}

TEST(Rocks, KnownTuplesAreToldApartWithoutMemoryAndAfterReopening) {
  const TempDir dir;
  Observations observations;
  for (int i = 0; i < 3000; ++i) {
    observations.Add(std::to_string(i) + ".org", RrType::kA, "abcd");
  }
  for (const std::size_t memory : {std::size_t{0}, kMemory}) {
    for (int round = 0; round < 2; ++round) {
      const auto writer = OpenWriter(dir / "db", memory);
      const bool first = memory == 0 && round == 0;
      const auto applied = Apply(*writer, {{}, observations.list(), {}});
      EXPECT_EQ(applied.tuples_new, first ? 3000U : 0U);
      EXPECT_EQ(applied.tuples_updated, first ? 0U : 3000U);
    }
  }
  const Lines rows = ScanAll(dir / "db", Index::kForward);
  ASSERT_EQ(rows.size(), 3000U);
  EXPECT_EQ(rows[0], "0.org. A 61626364 100 200 4 1 0");
  EXPECT_EQ(ScanAll(dir / "db", Index::kReverse).size(), 3000U);
}

TEST(Rocks, AnEmptyBatchChangesNothing) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  const auto applied = Apply(*writer, {});
  EXPECT_EQ(applied.tuples_new + applied.tuples_updated, 0U);
  EXPECT_TRUE(ScanAll(dir / "db", Index::kForward).empty());
}

TEST(Rocks, QuarantineIsApart) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations trusted;
  trusted.Add("bank.example", RrType::kA, "good", Seen(1, 2, 1, 1));
  Observations doubtful;
  doubtful.Add("bank.example", RrType::kA, "evil", Seen(3, 4, 1, 0, record::kOffChain));
  doubtful.Add("bank.example", RrType::kA, "good", Seen(3, 4, 1, 0, record::kOutOfBailiwick));
  const auto applied = Apply(*writer, {{}, trusted.list(), doubtful.list()});
  EXPECT_EQ(applied.tuples_new, 1U);  // of the trusted ones
  Observations again;
  again.Add("bank.example", RrType::kA, "evil", Seen(5, 5, 2, 0, record::kOutOfBailiwick));
  Apply(*writer, {{}, {}, again.list()});
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward), (Lines{"bank.example. A 676f6f64 1 2 1 1 0"}));
  EXPECT_EQ(ScanAll(dir / "db", Index::kReverse), (Lines{"bank.example. A 676f6f64 1 2 1 1 0"}));
  EXPECT_EQ(ScanAll(dir / "db", Index::kQuarantine),
            (Lines{"bank.example. A 6576696c 3 5 3 0 3", "bank.example. A 676f6f64 3 4 1 0 2"}));
}

TEST(Rocks, ATupleQuarantinedFirstIsStillNewWhenItIsTrusted) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations tuple;
  tuple.Add("a.org", RrType::kA, "abcd", Seen(1, 1, 1, 0, record::kOffChain));
  Apply(*writer, {{}, {}, tuple.list()});
  Observations trusted;
  trusted.Add("a.org", RrType::kA, "abcd", Seen(1, 1, 1));
  EXPECT_EQ(Apply(*writer, {{}, trusted.list(), {}}).tuples_new, 1U);
  EXPECT_EQ(ScanAll(dir / "db", Index::kReverse).size(), 1U);
}

TEST(Ledger, PositionsComeWithTheirBatch) {
  const TempDir dir;
  {
    const auto writer = OpenWriter(dir / "db");
    EXPECT_FALSE(Progress(*writer, Source(1)).has_value());
    const std::vector<record::SourcePosition> two{{Source(1), At(7)}, {Source(1, 1), At(9)}};
    Apply(*writer, {two, {}, {}});
    EXPECT_EQ(Progress(*writer, Source(1)), At(7));
    EXPECT_EQ(Progress(*writer, Source(1, 1)), At(9));
    EXPECT_FALSE(Progress(*writer, Source(1, 2)).has_value());
    EXPECT_FALSE(Progress(*writer, Source(2)).has_value());
    const std::vector<record::SourcePosition> further{{Source(1), At(8)}};
    Apply(*writer, {further, {}, {}});
  }
  const auto writer = OpenWriter(dir / "db");
  EXPECT_EQ(Progress(*writer, Source(1)), At(8));
  EXPECT_EQ(Progress(*writer, Source(1, 1)), At(9));
}

TEST(Reader, SeesWhatWasCommittedWhenItWasOpened) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations one;
  one.Add("one.org", RrType::kA, "abcd");
  Apply(*writer, {{}, one.list(), {}});
  const auto early = OpenReader(dir / "db");
  Observations two;
  two.Add("two.org", RrType::kA, "abcd");
  Apply(*writer, {{}, two.list(), {}});
  EXPECT_EQ(Scan(*early, Index::kForward).size(), 1U);
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward).size(), 2U);
  // The same when the rows have moved from the log into files.
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(Scan(*early, Index::kForward).size(), 1U);
  EXPECT_EQ(ScanAll(dir / "db", Index::kForward).size(), 2U);
}

TEST(Reader, ManyReadersBesideAWriterThatGoesOn) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db", 1U << 20);
  std::vector<std::unique_ptr<Reader>> readers;
  for (int round = 0; round < 5; ++round) {
    Observations some;
    for (int i = 0; i < 200; ++i) {
      some.Add(std::to_string(i) + ".r" + std::to_string(round) + ".org", RrType::kA, "abcd");
    }
    Apply(*writer, {{}, some.list(), {}});
    if (round % 2 == 0) {
      ASSERT_TRUE(writer->Close().ok());
    }
    readers.push_back(OpenReader(dir / "db"));
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(Scan(*readers[i], Index::kForward).size(), 200 * (i + 1));
    EXPECT_EQ(Scan(*readers[i], Index::kReverse).size(), 200 * (i + 1));
  }
}

Lines FilesOf(const std::string& path) {
  Lines names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string() + " " +
                    std::to_string(entry.is_regular_file() ? entry.file_size() : 0));
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Reader, WritesNothingAnywhere) {
  const TempDir dir;
  Observations some;
  some.Add("a.org", RrType::kA, kAddress);
  Apply(*OpenWriter(dir / "db"), {{}, some.list(), {}});
  const Lines before = FilesOf(dir / "db");
  const Lines beside = FilesOf(dir.path());
  {
    const auto reader = OpenReader(dir / "db");
    EXPECT_EQ(Scan(*reader, Index::kForward).size(), 1U);
  }
  EXPECT_EQ(FilesOf(dir / "db"), before);
  EXPECT_EQ(FilesOf(dir.path()), beside);
}

TEST(Reader, ScansARangeInKeyOrderUntilTheSinkSaysStop) {
  const TempDir dir;
  const auto writer = OpenWriter(dir / "db");
  Observations some;
  for (const char* name : {"z.org", "www.blah.org", "blah.org", "a.blah.org", "blaha.org", "net"}) {
    some.Add(name, RrType::kA, kAddress);
  }
  Apply(*writer, {{}, some.list(), {}});
  const auto reader = OpenReader(dir / "db");
  const auto owners = [&](const KeyRange& range, std::size_t most) {
    std::vector<std::string> names;
    EXPECT_TRUE(reader
                    ->Scan(Index::kForward, range,
                           [&](const Row& row) {
                             names.push_back(dns::NameToText(row.tuple.owner));
                             return names.size() < most;
                           })
                    .ok());
    return names;
  };
  const auto blah = *dns::NameFromText("blah.org");
  EXPECT_EQ(owners({}, 9),
            (Lines{"net.", "blah.org.", "a.blah.org.", "www.blah.org.", "blaha.org.", "z.org."}));
  EXPECT_EQ(owners({}, 2), (Lines{"net.", "blah.org."}));
  EXPECT_EQ(owners(SubtreeRange(blah), 9), (Lines{"blah.org.", "a.blah.org.", "www.blah.org."}));
  EXPECT_EQ(owners(OwnerRange(blah), 9), (Lines{"blah.org."}));
  EXPECT_EQ(owners(OwnerRange(*dns::NameFromText("org")), 9), Lines{});
}

TEST(Damage, RowsBeforeAnUnreadableOneAreHandedUp) {
  const TempDir dir;
  Observations some;
  some.Add("a.org", RrType::kA, kAddress).Add("z.org", RrType::kA, kAddress);
  Apply(*OpenWriter(dir / "db"), {{}, some.list(), {}});
  RawDatabase(dir / "db")
      .Put(kForwardFamily, TupleKey(MakeTuple("m.org", RrType::kA, kAddress).view()), "\xff");
  std::size_t rows = 0;
  const auto reader = OpenReader(dir / "db");
  const Status status = reader->Scan(Index::kForward, {}, [&](const Row&) { return ++rows > 0; });
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_EQ(rows, 1U);
}

TEST(Damage, UnreadableKeysAreCorrupt) {
  for (const auto& [family, index] :
       {std::pair(kForwardFamily, Index::kForward), std::pair(kReverseFamily, Index::kReverse),
        std::pair(kQuarantineFamily, Index::kQuarantine)}) {
    const TempDir dir;
    Apply(*OpenWriter(dir / "db"), {});
    RawDatabase(dir / "db").Put(family, "UPPER", std::string("\1\1\1\1"));
    const Status status = OpenReader(dir / "db")->Scan(index, {}, [](const Row&) { return true; });
    EXPECT_EQ(status.code(), Code::kCorrupt) << kFamilyNames[family];
  }
}

TEST(Damage, AnUnreadableLedgerRowIsCorrupt) {
  const TempDir dir;
  Apply(*OpenWriter(dir / "db"), {});
  RawDatabase(dir / "db").Put(kMeta, LedgerKey(Source(5)), "short");
  const auto got = OpenWriter(dir / "db")->Progress(Source(5));
  EXPECT_EQ(got.status().code(), Code::kCorrupt);
}

TEST(Damage, AReverseRowWithoutItsForwardRowIsExpired) {
  const TempDir dir;
  Observations some;
  some.Add("a.org", RrType::kA, kAddress);
  Apply(*OpenWriter(dir / "db"), {{}, some.list(), {}});
  for (const auto& tuple : {MakeTuple("gone.org", RrType::kA, kAddress),
                            MakeTuple("gone.org", RrType::kTxt, std::string(300, 'x'))}) {
    RawDatabase(dir / "db").Put(kReverseFamily, ReverseKeys(tuple.view()).at(0), "");
  }
  EXPECT_EQ(ScanAll(dir / "db", Index::kReverse), (Lines{"a.org. A 0a000102 100 200 1 1 0"}));
}

}  // namespace
}  // namespace pdns::store
