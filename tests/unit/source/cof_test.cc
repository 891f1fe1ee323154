// COF as a source: what lines become, what is counted and remarked, and how an export ends.
#include "source/cof.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "record/history.h"
#include "source/kind.h"
#include "source/line_reader.h"
#include "unit/support/inputs.h"

namespace pdns::source {
namespace {

using pdns::testing::MemoryInput;
using record::FrameOutcome;
using record::RecordOutcome;

constexpr std::uint64_t kNow = 1'700'000'000;

std::string Row(const std::string& more) {
  return R"({"rrname":"a.org.","rrtype":"A","rdata":"192.0.2.1","time_first":1600000000,)"
         R"("time_last":1600300900)" +
         more + "}";
}

std::string Record(std::uint64_t number, const std::string& line) {
  std::string record;
  AppendU64(record, number);
  return record + line;
}

class Cof : public ::testing::Test {
 protected:
  std::span<const Observation> Decode(const std::string& line, std::uint64_t number = 1) {
    record_ = Record(number, line);
    const Opened* opened = decoder_.Open(AsBytes(record_), counters_);
    if (opened == nullptr) return {};
    return decoder_.Decode(*opened, counters_);
  }

  Policy policy_{.now = [] { return kNow; }};
  record::SensorTable sensors_;
  CofDecoder decoder_{policy_, sensors_};
  record::Counters counters_;
  std::string record_;
};

TEST_F(Cof, SightingsOfOneRowAddUpToItsHistory) {
  const auto seen =
      Decode(Row(R"(,"count":9,"days":[["2020-09-13","2020-09-13"],["2020-09-15","2020-09-16"]])"
                 R"(,"bailiwick":"org.","sensor_id":"x,y")"),
             1);
  EXPECT_EQ(counters_.Of(FrameOutcome::kMalformedLine),
            1U);  // it ends on the 16th, not on the 17th
  EXPECT_TRUE(seen.empty());
  const auto whole = Decode(Row(
      R"(,"count":9,"days":[["2020-09-13","2020-09-13"],["2020-09-15","2020-09-15"],["2020-09-17","2020-09-17"]])"
      R"(,"bailiwick":"org.","sensor_id":"x,y,other")"));
  ASSERT_EQ(whole.size(), 3U);
  record::History history = whole[2].sighting;
  Merge(history, whole[0].sighting);
  Merge(history, whole[1].sighting);
  EXPECT_EQ(history.first.time_since_epoch().count(), 1600000000);
  EXPECT_EQ(history.last.time_since_epoch().count(), 1600300900);
  EXPECT_EQ(history.count, 9U);
  EXPECT_EQ(record::RunsOf(history).size(), 3U);
  EXPECT_EQ(history.bailiwick, record::Bailiwick::OfLabels(1));
  EXPECT_EQ(history.sensors,
            record::SensorBit(0) | record::SensorBit(1) | record::SensorBit(record::kOtherSensors));
  EXPECT_EQ(sensors_.names(), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(counters_.Of(RecordOutcome::kStored), 1U);
  EXPECT_EQ(counters_.Of(FrameOutcome::kUsed), 1U);
  EXPECT_TRUE(counters_.AddUp());
}

TEST_F(Cof, TimesAreJudged) {
  EXPECT_TRUE(Decode(R"({"rrname":"a.","rrtype":"A","rdata":"192.0.2.1"})").empty());
  EXPECT_EQ(counters_.Of(FrameOutcome::kNoTime), 1U);
  const std::string ahead = std::to_string(kNow + 86402);
  EXPECT_TRUE(
      Decode(R"({"rrname":"a.","rrtype":"A","rdata":"192.0.2.1","time_first":1,"time_last":)" +
             ahead + "}")
          .empty());
  EXPECT_EQ(counters_.Of(FrameOutcome::kFutureTime), 1U);
  // Long before there was dnstap, others looked.
  const auto old =
      Decode(R"({"rrname":"a.","rrtype":"A","rdata":"192.0.2.1","time_first":1,"time_last":2})");
  ASSERT_EQ(old.size(), 1U);
  EXPECT_EQ(decoder_.newest(), old[0].sighting.last);
}

TEST_F(Cof, OutcomesOfRdataAndPolicy) {
  Decode(R"({"rrname":"a.","rrtype":"ANY","rdata":["1","2"],"time_first":1,"time_last":2})");
  EXPECT_EQ(counters_.Of(RecordOutcome::kMeta), 2U);
  EXPECT_EQ(
      Decode(
          R"({"rrname":"a.","rrtype":"A","rdata":["192.0.2.1","x"],"time_first":1,"time_last":2})")
          .size(),
      1U);
  EXPECT_EQ(counters_.Of(RecordOutcome::kMalformed), 1U);
  EXPECT_EQ(counters_.Of(RecordOutcome::kStored), 1U);
  const std::string doubtful = Row(R"(,"reason":"out_of_bailiwick")");
  const auto kept = Decode(doubtful);
  ASSERT_FALSE(kept.empty());
  EXPECT_EQ(kept[0].sighting.reasons, record::kOutOfBailiwick);
  EXPECT_EQ(counters_.Of(RecordOutcome::kOutOfBailiwick), 1U);
  CofDecoder drops({.untrusted = Untrusted::kDrop, .now = policy_.now}, sensors_);
  CofDecoder stores({.untrusted = Untrusted::kStore, .now = policy_.now}, sensors_);
  record_ = Record(1, doubtful);
  record::Counters counters;
  EXPECT_TRUE(drops.Decode(*drops.Open(AsBytes(record_), counters), counters).empty());
  const auto stored = stores.Decode(*stores.Open(AsBytes(record_), counters), counters);
  ASSERT_FALSE(stored.empty());
  EXPECT_EQ(stored[0].sighting.reasons, record::kTrusted);
}

TEST_F(Cof, TheFirstFaultsAreRemarkedByLine) {
  for (std::uint64_t line = 1; line <= 3 * kMostRemarks; ++line) Decode("{\"", line + 4);
  EXPECT_EQ(counters_.Of(FrameOutcome::kMalformedLine), 3 * kMostRemarks);
  const auto remarks = decoder_.ReleaseRemarks();
  ASSERT_EQ(remarks.size(), kMostRemarks);
  EXPECT_EQ(remarks[0].record, 5U);
  EXPECT_EQ(remarks[0].text, "no JSON: byte 2");
  EXPECT_TRUE(decoder_.ReleaseRemarks().empty());
  Decode(std::string(kLongestLine + 1, 'x'), 9);
  EXPECT_EQ(decoder_.ReleaseRemarks()[0].text, "longer than 1048576 bytes");
}

struct Ended {
  std::size_t rows = 0;
  End end = End::kNone;
  std::string reason;
};

Ended ReadTo(const std::string& text) {
  const OpenedSource opened = OpenReader(std::make_unique<MemoryInput>(text, 100));
  EXPECT_EQ(opened.kind->name, "cof");
  Ended ended;
  while (opened.reader->Next().has_value()) ++ended.rows;
  ended.end = opened.reader->end();
  ended.reason = opened.reader->reason();
  return ended;
}

TEST_F(Cof, AnExportTellsItsEnd) {
  const std::string row = Row(R"(,"rdata_wire":"c0000201")") + "\n";
  EXPECT_EQ(ReadTo(row + row + ExportEnd(2)).end, End::kStop);
  EXPECT_EQ(ReadTo(row + ExportEnd(1) + row + row + ExportEnd(2)).rows, 3U);
  EXPECT_EQ(ReadTo(row + ExportEnd(1) + row + row + ExportEnd(2)).end, End::kStop);
  EXPECT_EQ(ReadTo(ExportEnd(0)).end, End::kStop);
  const Ended cut = ReadTo(row + row);
  EXPECT_EQ(cut.rows, 2U);
  EXPECT_EQ(cut.end, End::kCut);
  EXPECT_EQ(cut.reason, "the line that ends an export is missing: it was cut after a row");
  const Ended fewer = ReadTo(row + ExportEnd(2));
  EXPECT_EQ(fewer.end, End::kCut);
  EXPECT_EQ(fewer.reason, "an export of 2 rows has 1");
  EXPECT_EQ(ReadTo(row + "{\"export_rows\":x}\n").end, End::kCut);
  // What others write has no such line.
  EXPECT_EQ(ReadTo(Row("") + "\n").end, End::kStop);
}

TEST_F(Cof, RowsOfOneOwnerGoToOneWorker) {
  const std::string one = Record(1, Row(R"(,"count":1)"));
  const std::string other = Record(2, Row(R"(,"count":2)"));
  EXPECT_EQ(decoder_.QuestionNumber({AsBytes(one), {}, {}, 0}),
            decoder_.QuestionNumber({AsBytes(other), {}, {}, 0}));
}

}  // namespace
}  // namespace pdns::source
