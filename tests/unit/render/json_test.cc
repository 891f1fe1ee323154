#include "render/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/render/rows.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;
using testing::Labels;

// The line of one hit, without its end.
std::string Line(const query::Hit& hit, const Look& look) {
  std::string line;
  JsonLines lines(look, [&line](std::string_view text) { line += text; });
  lines.Add(hit);
  EXPECT_TRUE(line.ends_with('\n'));
  line.pop_back();
  return line;
}

std::string Json(const OwnedTuple& tuple, const record::History& history, const Look& look = {}) {
  return Line({tuple.view(), history, nullptr, {}}, look);
}

TEST(JsonLines, HasTheFieldsOfTheCommonOutputFormat) {
  const OwnedTuple tuple = MakeTuple("www.blah.org", RrType::kA, "\xcd\x96\x96\x8c");
  EXPECT_EQ(
      Json(tuple, Seen(1795372876, 1795372931, 10, 2)),
      R"({"rrname":"www.blah.org.","rrtype":"A","rdata":"205.150.150.140",)"
      R"("time_first":1795372876,"time_last":1795372931,"count":10,"bailiwick":"blah.org."})");
}

TEST(JsonLines, WireAndReasonOnRequest) {
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kTxt, "\2hi");
  EXPECT_EQ(Json(tuple, Seen(1, 2, 3, 0, 3), {.wire = true, .reason = true}),
            R"({"rrname":"a.org.","rrtype":"TXT","rdata":"\"hi\"","time_first":1,"time_last":2,)"
            R"("count":3,"bailiwick":".","rdata_wire":"026869",)"
            R"("reason":"off_chain,out_of_bailiwick"})");
  EXPECT_EQ(Json(MakeTuple("a.org", RrType::kTxt, ""), Seen(1, 2, 3), {.wire = true}),
            R"({"rrname":"a.org.","rrtype":"TXT","rdata":"\\# 0","time_first":1,"time_last":2,)"
            R"("count":3,"bailiwick":".","rdata_wire":""})");
}

TEST(JsonLines, NoBailiwickWhereItIsNotKnown) {
  record::History history = Seen(1, 2, 3);
  history.bailiwick = record::Bailiwick();
  EXPECT_EQ(Json(MakeTuple("a.org", RrType::kA, "abcd"), history),
            R"({"rrname":"a.org.","rrtype":"A","rdata":"97.98.99.100","time_first":1,)"
            R"("time_last":2,"count":3})");
}

TEST(JsonLines, SensorsByTheirNames) {
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kA, "abcd");
  record::History history = Seen(1, 2, 3);
  const auto end = [&](record::SensorSet sensors, std::vector<std::string> names) {
    history.sensors = sensors;
    const std::string json = Json(tuple, history, {.sensors = std::move(names)});
    return json.substr(json.find(R"("bailiwick":".")") + 15);
  };
  EXPECT_EQ(end(1, {}), "}");
  EXPECT_EQ(end(1, {""}), "}");
  EXPECT_EQ(end(1, {"ns1"}), R"(,"sensor_id":"ns1"})");
  EXPECT_EQ(end(6, {"", "ns1", "ns2,\"3\""}), R"(,"sensor_id":"ns1,ns2\\x2c\"3\""})");
  EXPECT_EQ(end(8, {"ns1"}), R"(,"sensor_id":"other"})");
  const std::string longest(record::kMaxSensorName, '\xff');
  EXPECT_EQ(end(1, {longest}).size(), std::string_view(R"(,"sensor_id":""})").size() + 5 * 255);
}

TEST(JsonLines, DaysOnRequest) {
  const std::string json =
      Json(MakeTuple("a.org", RrType::kA, "abcd"), SeenOn({{20779, 20781}, {20787, 20787}}),
           {.wire = true, .days = true});
  EXPECT_NE(json.find(R"("bailiwick":".","days_active":4,)"
                      R"("days":[["2026-11-22","2026-11-24"],["2026-11-30","2026-11-30"]],)"
                      R"("rdata_wire":)"),
            std::string::npos)
      << json;
}

TEST(JsonLines, WhatIsNewAboutARowOfTheJournal) {
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kA, "abcd");
  const query::NewMark mark{41, At(1795372900), store::NewKind::kName};
  const query::Hit fresh{tuple.view(), Seen(1, 2, 3), nullptr, {}, {}, mark};
  EXPECT_TRUE(Line(fresh, {.fresh = true})
                  .ends_with(R"(".","seq":41,"time_committed":1795372900,"new":"rrname"})"));
  EXPECT_TRUE(Line(fresh, {}).ends_with(R"("bailiwick":"."})"));
  EXPECT_TRUE(Json(tuple, Seen(1, 2, 3), {.fresh = true}).ends_with(R"("bailiwick":"."})"));
}

TEST(JsonLines, UnknownTypesAndTheRoot) {
  EXPECT_EQ(Json(MakeTuple(".", static_cast<RrType>(65280), "x"), Seen(0, 0, 1)),
            R"({"rrname":".","rrtype":"TYPE65280","rdata":"\\# 1 78","time_first":0,)"
            R"("time_last":0,"count":1,"bailiwick":"."})");
}

TEST(JsonLines, TheLargestNumbers) {
  const std::string json =
      Json(MakeTuple("a.org", RrType::kA, "abcd"), Seen(0, 253402300799, record::kMaxCount, 1));
  EXPECT_NE(json.find("\"time_last\":253402300799,"), std::string::npos);
  EXPECT_NE(json.find("\"count\":9223372036854775807,"), std::string::npos);
}

TEST(JsonLines, HostileBytesStayInert) {
  std::string all;
  for (int byte = 1; byte < 64; ++byte) all.push_back(static_cast<char>(byte));
  std::string rdata;
  for (int byte = 0; byte < 256; ++byte) rdata.push_back(static_cast<char>(byte));
  const std::string label("\x1b]0;\a\"\\\n</script>\0\xff", 17);
  for (const RrType type : {RrType::kTxt, RrType::kNs, static_cast<RrType>(257),
                            static_cast<RrType>(65280), RrType::kHttps}) {
    const OwnedTuple tuple{
        record::Name::FromWire(AsBytes(Labels({label, all}))).value_or(record::Name()), type,
        rdata};
    const std::string json = Json(tuple, Seen(1, 2, 3, 1), {.wire = true, .reason = true});
    EXPECT_TRUE(std::all_of(json.begin(), json.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
        << json;
  }
}

}  // namespace
}  // namespace pdns::render
