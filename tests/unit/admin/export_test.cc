// Lines of an export: the same as render makes, whatever is in a row.
#include "admin/export.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dns/text.h"
#include "render/json.h"
#include "source/cof_line.h"

namespace pdns::admin {
namespace {

const std::vector<std::string> kSensors{"", "ns1", "a,\"b\\"};

std::string AsRendered(const record::Tuple& tuple, const record::History& history) {
  std::string text;
  render::Look look;
  look.wire = look.days = true;
  look.reason = history.reasons != record::kTrusted;
  look.sensors = kSensors;
  render::JsonLines lines(look, [&text](std::string_view line) { text += line; });
  lines.Add({tuple, history, nullptr, {}});
  return text;
}

TEST(ExportLines, AreThoseOfPdnsQuery) {
  const std::string mean("\4\"\\\n\xff\3org\0", 10);
  const std::string plain("\1a\3org\0", 7);
  const std::vector<std::pair<record::RrType, std::string>> rdata{
      {record::RrType::kA, "\xc0\x01\x02\x03"},
      {record::RrType::kTxt, std::string("\7\"\\;\0\x1b\xff x", 9)},
      {record::RrType::kTxt, ""},
      {record::RrType::kCname, mean},
      {static_cast<record::RrType>(65280), std::string(300, '\x7f')}};
  ExportLines lines(kSensors);
  source::CofParser parser;
  std::vector<record::History> histories(4);
  histories[1].first = histories[1].last =
      std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
  histories[1].count = record::kMaxCount;
  histories[1].bailiwick = record::Bailiwick::OfLabels(0);
  histories[1].sensors = record::kAllSensors;
  histories[2] = histories[1];
  histories[2].bailiwick = record::Bailiwick::OfLabels(2);
  histories[2].reasons = record::kOffChain | record::kOutOfBailiwick;
  histories[3] = histories[1];
  histories[3].sensors = record::SensorBit(2);
  for (int days = 3; days < 12; days += 3) {
    record::History more = histories[1];
    more.first += std::chrono::days(days);
    more.last = more.first;
    Merge(histories[3], more);
  }
  for (const std::string& owner : {plain, mean}) {
    for (const auto& [type, bytes] : rdata) {
      for (record::History& history : histories) {
        if (history.count == 0) history.count = 1;
        const record::Tuple tuple{AsBytes(owner), type, AsBytes(bytes)};
        std::string line;
        lines.Append(line, tuple, history);
        EXPECT_EQ(line, AsRendered(tuple, history));
        line.pop_back();
        const source::CofRow* row = parser.Parse(line);
        ASSERT_NE(row, nullptr) << parser.why() << "\n" << line;
        ASSERT_EQ(row->rdata_count, 1U);
        EXPECT_EQ(row->rdata[0], bytes);
        EXPECT_EQ(AsText(row->owner.wire()), owner);
        EXPECT_EQ(row->reasons, history.reasons);
        EXPECT_EQ(row->bailiwick, history.bailiwick);
        const bool timed = row->time_first > 0;
        EXPECT_EQ(row->days, timed ? record::RunsOf(history) : std::vector<record::DayRun>());
      }
    }
  }
}

}  // namespace
}  // namespace pdns::admin
