// Rows of COF as others write them, and lines that are no rows.
#include "source/cof_line.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "dns/text.h"
#include "source/line_reader.h"

namespace pdns::source {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

std::string Line(const std::string& more = "", const std::string& rdata = R"("192.0.2.1")",
                 const std::string& times = R"("time_first":1600000000,"time_last":1600000000)") {
  return R"({"rrname":"www.Example.COM.","rrtype":"A","rdata":)" + rdata + "," + times +
         R"(,"count":7)" + more + "}";
}

std::string WhyNot(const std::string& line) {
  CofParser parser;
  return parser.Parse(line) == nullptr ? parser.why() : "it is a row";
}

TEST(CofLine, AsDnsdbqWritesIt) {
  CofParser parser;
  const CofRow* row = parser.Parse(
      R"({"count":1820,"zone_time_first":1374184718,"zone_time_last":1374184720,)"
      R"("rrname":"fsi.io.","rrtype":"NS","bailiwick":"io.","x":{"y":[1.5e3,null,true]},)"
      R"("rdata":["ns5.dnsmadeeasy.com.","NS6.dnsmadeeasy.com."]})");
  ASSERT_NE(row, nullptr) << parser.why();
  EXPECT_EQ(dns::NameToText(row->owner.wire()), "fsi.io.");
  EXPECT_EQ(row->type, record::RrType::kNs);
  ASSERT_EQ(row->rdata_count, 2U);
  EXPECT_EQ(row->rdata[1], std::string("\3ns6\x0b") + "dnsmadeeasy" + std::string("\3com\0", 5));
  EXPECT_EQ(row->time_first, 1374184718U);
  EXPECT_EQ(row->time_last, 1374184720U);
  EXPECT_EQ(row->count, 1820U);
  EXPECT_EQ(row->bailiwick, record::Bailiwick::OfLabels(1));
  EXPECT_FALSE(row->sensor_id.has_value());
  EXPECT_EQ(row->reasons, record::kTrusted);
}

TEST(CofLine, WhatAnExportAdds) {
  CofParser parser;
  // 2020-09-13T12:26:40Z to 2020-09-17.
  const CofRow* row = parser.Parse(Line(
      R"(,"sensor_id":"ns1,ns2","rdata_wire":"c0000202","reason":"off_chain,out_of_bailiwick",)"
      R"("days":[["2020-09-13","2020-09-14"],["2020-09-17","2020-09-17"]])",
      R"("text for people")", R"("time_first":1600000000,"time_last":1600300900)"));
  ASSERT_NE(row, nullptr) << parser.why();
  ASSERT_EQ(row->rdata_count, 1U);
  EXPECT_EQ(row->rdata[0], std::string("\xc0\0\2\2", 4));
  EXPECT_EQ(row->reasons, record::kOffChain | record::kOutOfBailiwick);
  EXPECT_EQ(row->sensor_id, "ns1,ns2");
  const std::vector<record::DayRun> days{
      {sys_days(year(2020) / 9 / 13), sys_days(year(2020) / 9 / 14)},
      {sys_days(year(2020) / 9 / 17), sys_days(year(2020) / 9 / 17)}};
  EXPECT_EQ(row->days, days);
  // The next line has nothing of it.
  row = parser.Parse(Line());
  ASSERT_NE(row, nullptr);
  EXPECT_FALSE(row->sensor_id.has_value());
  EXPECT_EQ(row->reasons, record::kTrusted);
  EXPECT_FALSE(row->bailiwick.known());
  EXPECT_EQ(row->days.size(), 1U);
}

TEST(CofLine, OfUnknownDaysTheFirstAndTheLastAreKnown) {
  CofParser parser;
  const CofRow* row =
      parser.Parse(Line("", R"("192.0.2.1")", R"("time_first":1600000000,"time_last":1609999999)"));
  ASSERT_NE(row, nullptr);
  ASSERT_EQ(row->days.size(), 2U);
  EXPECT_EQ(row->days[0].first, row->days[0].last);
  EXPECT_EQ(row->days[1].first, row->days[1].last);
}

TEST(CofLine, TheSameWithBlanksAndEscapesAsWithout) {
  CofParser parser;
  const CofRow* row = parser.Parse(
      "{ \"rrname\" : \"\\u0077ww.example.com.\",\t\"rrtype\":\"TXT\", \"rdata\":[ "
      "\"\\\"a\\\\\\\\b\\\" c\" ], \"time_first\":1, \"time_last\":2 }");
  ASSERT_NE(row, nullptr) << parser.why();
  EXPECT_EQ(dns::NameToText(row->owner.wire()), "www.example.com.");
  ASSERT_EQ(row->rdata_count, 1U);
  EXPECT_EQ(row->rdata[0], "\3a\\b\1c");
  EXPECT_EQ(row->count, 1U);
}

TEST(CofLine, ARdataThatCannotBeReadLeavesTheOthers) {
  CofParser parser;
  const CofRow* row = parser.Parse(Line("", R"(["192.0.2.1","x\u001by","192.0.2.3"])"));
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->rdata_count, 2U);
  EXPECT_EQ(row->rdata_refused, 1U);
  EXPECT_EQ(row->refused, "x\\x1by");
}

TEST(CofLine, WhatIsNoRowIsTold) {
  const std::string times = R"("time_first":1600000000,"time_last":1600300900)";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"[]", "no JSON object"},
      {"7", "no JSON object"},
      {Line().substr(0, 40), "no JSON: byte 40"},
      {Line() + std::string(1, '\0'), "no JSON: byte"},
      {Line(",\"x\":\"\xff\""), "not UTF-8"},
      {R"({"rrname":"a."})", "rrtype is missing"},
      {R"({"rrname":"a.","rrtype":"A"})", "rdata is missing"},
      {Line(R"(,"rrname":"b.")"), "rrname twice"},
      {Line(R"(,"bailiwick":"org.")"), "rrname is not at or under bailiwick"},
      {Line(R"(,"bailiwick":"a..b")"), "bailiwick is no name: a..b"},
      {Line(R"(,"bailiwick":null)"), "bailiwick is null"},
      {Line(R"(,"sensor_id":7)"), "sensor_id is no text"},
      {Line(R"(,"sensor_id":[])"), "sensor_id is a list"},
      {Line(R"(,"reason":"")"), "reason is empty"},
      {Line(R"(,"reason":"off_chain,x")"), "reason is unknown: x"},
      {Line(R"(,"rdata_wire":"c00002")"), "it is a row"},  // and none of its rdata is
      {Line(R"(,"rdata_wire":"xyz")"), "rdata_wire is not hex"},
      {Line("", "[]"), "rdata is empty"},
      {Line("", R"([["192.0.2.1"]])"), "rdata is nested otherwise"},
      {Line("", R"("192.0.2.1")", R"("time_first":-1,"time_last":2)"), "time_first is no whole"},
      {Line("", R"("192.0.2.1")", R"("time_first":1.5,"time_last":2)"), "time_first is no whole"},
      {Line("", R"("192.0.2.1")", R"("time_first":"1","time_last":2)"), "time_first is no number"},
      {Line("", R"("192.0.2.1")", R"("time_first":1,"time_last":18446744073709551616)"),
       "time_last is no whole"},
      {Line("", R"("192.0.2.1")", R"("time_first":1,"time_last":9223372036854775808)"),
       "time_last is no whole"},
      {Line("", R"("192.0.2.1")", R"("time_first":2,"time_last":1)"),
       "time_last is before time_first"},
      {R"({"rrname":"a.","rrtype":"A","rdata":"1.2.3.4","count":0})", "count is 0"},
      {R"({"rrname":"a.","rrtype":"BLAH","rdata":"1.2.3.4"})", "rrtype is unknown: BLAH"},
      {R"({"rrname":"a..b","rrtype":"A","rdata":"1.2.3.4"})", "rrname is no name: a..b"},
      {Line(R"(,"days":[["2020-09-13"]])"), "days is not pairs of days"},
      {Line(R"(,"days":"2020-09-13")"), "days is nested otherwise"},
      {Line(R"(,"days":[["2020-09-13","2020-09-31"]])"), "days are no runs of days"},
      {Line(R"(,"days":[["2020-09-13","2020-09-12"]])"), "days are no runs of days"},
      {Line(R"(,"days":[["2020-09-14","2020-09-14"]])"), "days do not begin"},
      {Line(R"(,"days":[])"), "days do not begin"},
      {Line(R"(,"days":[["2020-09-13","2020-09-14"],["2020-09-15","2020-09-17"]])",
            R"("192.0.2.1")", times),
       "days are not in order"},
      {Line(R"(,"days":[["2020-09-13","2020-09-13"]])", R"(["192.0.2.1","192.0.2.2"])"),
       "days of several rdata"},
  };
  for (const auto& [line, why] : cases)
    EXPECT_TRUE(WhyNot(line).starts_with(why)) << line << "\n" << WhyNot(line);
}

TEST(CofLine, WhatIsTooMuchIsRefused) {
  std::string many = "[";
  for (std::size_t i = 0; i <= CofParser::kMostRdata; ++i) many += "\"1.2.3.4\",";
  many.back() = ']';
  EXPECT_EQ(WhyNot(Line("", many)), "more than 8192 rdata");
  std::string values = "[";
  for (std::size_t i = 0; i < CofParser::kMostValues; ++i) values += "1,";
  values.back() = ']';
  EXPECT_EQ(WhyNot(Line(",\"x\":" + values)), "too many values");
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "[";
  EXPECT_EQ(WhyNot(Line(",\"x\":" + deep)), "JSON nested too deep");
  // 700 runs of rdata that has 60,000 bytes.
  std::string days = "[";
  const sys_days start(year(2020) / 9 / 13);
  for (int i = 0; i < 700; ++i) {
    const std::chrono::year_month_day day(start + std::chrono::days(2 * i));
    char text[64];
    std::snprintf(text, sizeof text, "[\"%04d-%02u-%02u\",\"%04d-%02u-%02u\"],",
                  static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                  static_cast<unsigned>(day.day()), static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    days += text;
  }
  days.back() = ']';
  const std::string last = std::to_string(1600000000 + 2 * 699 * 86400);
  const std::string line = R"({"rrname":"a.","rrtype":"TYPE65280","rdata_wire":")" +
                           std::string(120000, 'a') + R"(","time_first":1600000000,"time_last":)" +
                           last + ",\"days\":" + days + "}";
  ASSERT_LT(line.size(), kLongestLine);
  EXPECT_EQ(WhyNot(line), "too many days for rdata so long");
}

}  // namespace
}  // namespace pdns::source
