// A database with one thing wrong: verification says what, and where; and of a sound one, nothing.
#include "store_rocks/verify/verify.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/journal.h"
#include "store/meta_rows.h"
#include "store/sketch.h"
#include "unit/store_rocks/database.h"
#include "unit/store_rocks/truth.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;
using record::RrType;
using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;
using Kind = store::Finding::Kind;

const std::string kAddress("\xcd\x96\x96\x8c", 4);

class Verification : public ::testing::Test {
 protected:
  Verification() {
    const auto writer = OpenToWrite(path);
    Observations rows;
    rows.Add("www.blah.org", RrType::kA, kAddress);
    rows.Add("www.blah.org", RrType::kTxt, std::string(400, 'x'));
    rows.Add("blah.org", RrType::kNs, testing::WireName("ns.blah.org"));
    for (unsigned i = 0; i < 300; ++i) rows.Add(NumberedTuple(i), Seen(100, 200, 1));
    Observations doubtful;
    doubtful.Add("bank.example", RrType::kA, kAddress, Doubtful());
    const std::vector<record::SourcePosition> sources{{Source(1), Frames(1)}};
    Apply(*writer, {sources, {}, rows.list(), doubtful.list(), {}});
    EXPECT_TRUE(writer->Close().ok());
  }

  static record::Sighting Doubtful() {
    record::Sighting sighting = Seen(100, 200, 1);
    sighting.reasons = 2;
    return sighting;
  }

  store::Verification Verified(bool quick = false) const { return Must(Verify(path, quick, {})); }

  static std::string RowKey(std::string_view owner, RrType type, std::string_view rdata) {
    return store::RowKeyOf(MakeTuple(owner, type, rdata).view());
  }

  // One finding, which says so, of this kind and family.
  void ExpectOne(const std::function<void(RawDatabase&)>& change, Kind kind,
                 std::string_view family, std::string_view what, std::string_view name = "") {
    {
      RawDatabase raw(path);
      change(raw);
      raw.Flush();
    }
    const store::Verification told = Verified();
    ASSERT_EQ(told.findings.size(), 1U) << what;
    const store::Finding& found = told.findings.front();
    EXPECT_EQ(found.kind, kind);
    EXPECT_EQ(found.family, family);
    EXPECT_NE(found.what.find(what), std::string::npos) << found.what;
    EXPECT_NE(found.name.find(name), std::string::npos) << found.name;
    EXPECT_EQ(told.damaged, kind == Kind::kDamaged ? 1U : 0U);
    EXPECT_EQ(told.disagreeing, kind == Kind::kDamaged ? 0U : 1U);
  }

  const TempDir dir;
  const std::string path = dir / "db";
};

TEST_F(Verification, OfASoundOneFindsNothing) {
  const store::Verification told = Verified();
  EXPECT_TRUE(told.complete);
  EXPECT_TRUE(told.findings.empty()) << told.findings.front().what;
  EXPECT_EQ(told.tuples, 303U);
  EXPECT_EQ(told.rrnames, 302U);
  EXPECT_EQ(told.reverse_rows, 303U);
  EXPECT_EQ(told.quarantined, 1U);
  EXPECT_EQ(told.journal_rows, 303U);
  EXPECT_EQ(told.captures, 1U);
  EXPECT_GE(told.files, 5U);
  const store::Verification quick = Verified(true);
  EXPECT_TRUE(quick.complete);
  EXPECT_EQ(quick.files, told.files);
  EXPECT_EQ(quick.bytes, told.bytes);
  EXPECT_EQ(quick.tuples, 0U);
}

TEST_F(Verification, BesideAWriterWithALogSeesWhatIsCommitted) {
  const auto writer = OpenToWrite(path);
  Observations rows;
  rows.Add("young.blah.org", RrType::kA, kAddress);
  Apply(*writer, Trusted(rows));
  const store::Verification told = Verified();
  EXPECT_TRUE(told.findings.empty());
  EXPECT_EQ(told.tuples, 304U);
}

TEST_F(Verification, AfterAnExpiryToo) {
  const auto writer = OpenToWrite(path);
  const auto expired = writer->Expire(
      Everything(), [](const store::Row& row) { return row.tuple.type == RrType::kA; }, "test");
  ASSERT_TRUE(expired.ok());
  EXPECT_EQ(expired->rows, 301U);
  const store::Verification told = Verified();
  EXPECT_TRUE(told.findings.empty()) << told.findings.front().what;
  EXPECT_EQ(told.tuples, 2U);
}

TEST_F(Verification, AMissingReverseRow) {
  const auto tuple = MakeTuple("www.blah.org", RrType::kA, kAddress);
  ExpectOne([&](RawDatabase& raw) { raw.Delete(kReverse, ReverseKeys(tuple.view()).at(0)); },
            Kind::kDisagrees, "rev", "not found by what it points at",
            "www.blah.org. A 205.150.150.140");
}

TEST_F(Verification, AReverseRowTooMuch) {
  const auto tuple = MakeTuple("gone.blah.org", RrType::kA, kAddress);
  ExpectOne([&](RawDatabase& raw) { raw.Put(kReverse, ReverseKeys(tuple.view()).at(0), ""); },
            Kind::kDisagrees, "rev", "has no trusted row", "gone.blah.org. A 205.150.150.140");
}

TEST_F(Verification, ARowThatIsGoneIsMissedByAllThatCountedIt) {
  {
    RawDatabase raw(path);
    raw.Delete(kForward, RowKey("www.blah.org", RrType::kA, kAddress));
    raw.Flush();
  }
  const store::Verification told = Verified();
  EXPECT_EQ(told.disagreeing, 2U);  // the count of its rrtype, and its reverse row
  EXPECT_EQ(told.damaged, 0U);
}

TEST_F(Verification, AnOwnerWithoutItsRow) {
  const std::string owner = store::OwnerKey(AsBytes(testing::WireName("www.blah.org")));
  {
    RawDatabase raw(path);
    raw.Delete(kForward, owner);
    raw.Flush();
  }
  const store::Verification told = Verified();
  ASSERT_EQ(told.disagreeing, 3U);  // of two tuples, and the count of rrnames
  EXPECT_EQ(told.findings[0].what, "its owner has no row");
  EXPECT_NE(told.findings[0].file.find(".sst"), std::string::npos);
}

TEST_F(Verification, AnOwnerRowTooMuch) {
  const std::string owner = store::OwnerKey(AsBytes(testing::WireName("zzz.org")));
  {
    RawDatabase raw(path);
    raw.Put(kForward, owner, "");
    raw.Flush();
  }
  const store::Verification told = Verified();
  ASSERT_EQ(told.disagreeing, 2U);
  EXPECT_EQ(told.findings[0].what, "the row of an owner without tuples");
}

TEST_F(Verification, RowsThatCannotBeRead) {
  const std::string key = RowKey("new.blah.org", RrType::kA, kAddress);
  ExpectOne([](RawDatabase& raw) { raw.Put(kForward, "no row key", "x"); }, Kind::kDamaged, "fwd",
            "the key cannot be read", "key 6e6f");
}

TEST_F(Verification, AReverseRowThatCannotBeRead) {
  ExpectOne([](RawDatabase& raw) { raw.Put(kReverse, "\x05what", ""); }, Kind::kDamaged, "rev",
            "cannot be read");
}

TEST_F(Verification, AQuarantinedRowThatCannotBeRead) {
  ExpectOne([](RawDatabase& raw) { raw.Put(kQuarantine, "x", "y"); }, Kind::kDamaged, "quarantine",
            "cannot be read");
}

TEST_F(Verification, ATotalThatIsWrong) {
  ExpectOne(
      [](RawDatabase& raw) { raw.Put(kMeta, store::TypeKey(RrType::kTxt), store::NumberValue(2)); },
      Kind::kDisagrees, "default", "rrtype TXT: 1 rows counted, 2 kept");
}

TEST_F(Verification, ACountOfTheQuarantineThatIsWrong) {
  ExpectOne(
      [](RawDatabase& raw) { raw.Put(kMeta, store::QuarantineKey(2), store::NumberValue(0)); },
      Kind::kDisagrees, "default", "quarantine for reasons 2: 1 rows counted, 0 kept");
}

TEST_F(Verification, TimesThatARowIsOutside) {
  const auto at = [](int s) { return std::chrono::sys_seconds(std::chrono::seconds(s)); };
  ExpectOne(
      [&](RawDatabase& raw) {
        raw.Put(kMeta, store::kTimesKey, store::TimesValue({at(100), at(199)}));
      },
      Kind::kDisagrees, "default", "outside the times");
}

TEST_F(Verification, AnEstimateThatForgotAddresses) {
  ExpectOne(
      [](RawDatabase& raw) {
        for (unsigned part = 0; part < store::Sketch::kParts; ++part)
          if (raw.Has(kMeta, store::AddressesKey(part)))
            raw.Delete(kMeta, store::AddressesKey(part));
      },
      Kind::kDisagrees, "default", "the estimate of distinct addresses");
}

TEST_F(Verification, ALedgerRowThatCannotBeRead) {
  ExpectOne([](RawDatabase& raw) { raw.Put(kMeta, store::LedgerKey(Source(9)), "\xff"); },
            Kind::kDamaged, "default", "the meta row cannot be read", "key 7372632f");
}

TEST_F(Verification, ASensorWithoutItsName) {
  ExpectOne([](RawDatabase& raw) { raw.Put(kMeta, store::SensorKey(2), "far"); }, Kind::kDisagrees,
            "default", "sensor 1 has no name");
}

TEST_F(Verification, AChunkOfTheJournalThatIsMissing) {
  ExpectOne([](RawDatabase& raw) { raw.Delete(kNew, store::JournalKey(1)); }, Kind::kDisagrees,
            "new", "numbers 1 to 256 are missing");
}

TEST_F(Verification, TheEndOfTheJournalThatIsMissing) {
  ExpectOne([](RawDatabase& raw) { raw.Delete(kNew, store::JournalKey(257)); }, Kind::kDisagrees,
            "new", "ends before number 257");
}

TEST_F(Verification, AChunkOfTheJournalThatCannotBeRead) {
  {
    RawDatabase raw(path);
    raw.Put(kNew, store::JournalKey(257), "x");
    raw.Flush();
  }
  EXPECT_EQ(Verified().damaged, 1U);
}

TEST_F(Verification, FindingsAreBoundedAndCounted) {
  constexpr unsigned kBad = 1500;
  {
    RawDatabase raw(path);
    for (unsigned i = 0; i < kBad; ++i) raw.Put(kQuarantine, "bad " + std::to_string(i), "x");
    raw.Flush();
  }
  const store::Verification told = Verified();
  EXPECT_EQ(told.damaged, kBad);
  EXPECT_EQ(told.findings.size(), store::kMostFindings);
}

// Each table file missing, empty, cut, and with one bit changed at many places: all is found, by
// the file's name, and what is there and whole is not blamed.
TEST_F(Verification, EveryDamageOfAFile) {
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.path().extension() == ".sst") tables.push_back(entry.path());
  ASSERT_GE(tables.size(), 5U);
  for (const fs::path& table : tables) {
    const std::string whole = ReadFile(table);
    const auto check = [&](const std::string& how) {
      for (const bool quick : {true, false}) {
        const store::Verification told = Verified(quick);
        ASSERT_GE(told.damaged, 1U) << table << " " << how;
        bool named = false;
        for (const store::Finding& one : told.findings)
          named = named || (one.file + one.what).find(table.filename()) != std::string::npos;
        EXPECT_TRUE(named) << table << " " << how << ": " << told.findings.front().what;
      }
    };
    fs::remove(table);
    check("missing");
    WriteFile(table, "");
    check("empty");
    WriteFile(table, whole.substr(0, whole.size() - 1));
    check("cut");
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 9) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 0x10);
      WriteFile(table, changed);
      check("changed at " + std::to_string(at));
    }
    WriteFile(table, whole);
  }
  EXPECT_TRUE(Verified().findings.empty());
}

// What a merge leaves that was killed.
TEST_F(Verification, AFileThatIsNoPartOfTheDatabase) {
  WriteFile(path + "/999999.sst", "half a table file");
  const store::Verification told = Verified();
  EXPECT_TRUE(told.findings.empty()) << told.findings.front().what;
}

TEST_F(Verification, AStopEndsItAndSaysSo) {
  std::size_t looks = 0;
  const auto told = Verify(
      path, false, [&](std::string_view, std::uint64_t, std::uint64_t) { return ++looks < 2; });
  ASSERT_TRUE(told.ok());
  EXPECT_FALSE(told->complete);
  EXPECT_TRUE(told->findings.empty());
}

TEST_F(Verification, WhatIsNoDatabase) {
  EXPECT_EQ(Verify(dir / "none", false, {}).status().code(), Code::kNoInput);
  fs::create_directory(dir / "empty");
  EXPECT_EQ(Verify(dir / "empty", false, {}).status().code(), Code::kNoInput);
}

}  // namespace
}  // namespace pdns::store_rocks
