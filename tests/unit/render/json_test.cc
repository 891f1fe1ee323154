#include "render/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/store/rows.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;
using store::MakeTuple;
using store::Seen;
using testing::Labels;

std::string Json(const OwnedTuple& tuple, const record::Sighting& sighting,
                 const FormatOptions& options = {}) {
  return HitToJson({tuple.view(), sighting, nullptr, {}}, options);
}

TEST(HitToJson, HasTheFieldsOfTheCommonOutputFormat) {
  const OwnedTuple tuple = MakeTuple("www.blah.org", RrType::kA, "\xcd\x96\x96\x8c");
  EXPECT_EQ(
      Json(tuple, Seen(1795372876, 1795372931, 10, 2)),
      R"({"rrname":"www.blah.org.","rrtype":"A","rdata":"205.150.150.140",)"
      R"("time_first":1795372876,"time_last":1795372931,"count":10,"bailiwick":"blah.org."})");
}

TEST(HitToJson, WireAndReasonOnRequest) {
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kTxt, "\2hi");
  EXPECT_EQ(Json(tuple, Seen(1, 2, 3, 0, 3), {.wire = true, .reason = true}),
            R"({"rrname":"a.org.","rrtype":"TXT","rdata":"\"hi\"","time_first":1,"time_last":2,)"
            R"("count":3,"bailiwick":".","rdata_wire":"026869",)"
            R"("reason":"off_chain,out_of_bailiwick"})");
  EXPECT_EQ(Json(MakeTuple("a.org", RrType::kTxt, ""), Seen(1, 2, 3), {.wire = true}),
            R"({"rrname":"a.org.","rrtype":"TXT","rdata":"\\# 0","time_first":1,"time_last":2,)"
            R"("count":3,"bailiwick":".","rdata_wire":""})");
}

TEST(HitToJson, UnknownTypesAndTheRoot) {
  EXPECT_EQ(Json(MakeTuple(".", static_cast<RrType>(65280), "x"), Seen(0, 0, 1)),
            R"({"rrname":".","rrtype":"TYPE65280","rdata":"\\# 1 78","time_first":0,)"
            R"("time_last":0,"count":1,"bailiwick":"."})");
}

TEST(HitToJson, TheLargestNumbers) {
  const std::string json =
      Json(MakeTuple("a.org", RrType::kA, "abcd"), Seen(0, 253402300799, record::kMaxCount, 1));
  EXPECT_NE(json.find("\"time_last\":253402300799,"), std::string::npos);
  EXPECT_NE(json.find("\"count\":9223372036854775807,"), std::string::npos);
}

TEST(HitToJson, HostileBytesStayInert) {
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
