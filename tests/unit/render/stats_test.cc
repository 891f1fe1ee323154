#include "render/stats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "record/observation.h"
#include "unit/render/rows.h"

namespace pdns::render {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;
using record::RrType;
using record::Statistics;

Statistics Some() {
  Statistics some;
  some.tuples = 1207;
  some.rrnames = 340;
  some.addresses = 1024;
  some.types = {{RrType::kA, 1000}, {RrType::kAaaa, 200}, {static_cast<RrType>(65280), 7}};
  some.first = At(1795372876);
  some.last = At(1795372937);
  some.quarantined = {{record::kOffChain, 1}, {record::kOutOfBailiwick, 2}, {3, 4}};
  some.captures = 2;
  some.capture_frames = 3986;
  some.capture_bytes = 1348626;
  for (int i = 0; i < 3; ++i) some.counters.Count(FrameOutcome::kUsed);
  some.counters.Count(FrameOutcome::kRcode);
  some.counters.Count(FrameOutcome::kMalformedDns);
  some.counters.Count(FrameOutcome::kSkipped);
  ++some.counters.skipped[5];
  for (int i = 0; i < 12; ++i) some.counters.Count(RecordOutcome::kStored);
  some.counters.Count(RecordOutcome::kDuplicate);
  some.counters.Count(RecordOutcome::kOffChain);
  some.sensors = {"", "ns1", "a,b"};
  some.expired = {{"A older than 90d", {{"2026-05", 20}, {"2026-06", 3}}},
                  {"older than 400d", {{"2025-09", 1}}}};
  some.parts = {{"default", 100}, {"fwd", 3000}, {"rev", 2000}, {"quarantine", 0}};
  some.disk_bytes = 5300;
  return some;
}

TEST(StatsText, HasItAllAndTheTypesLast) {
  EXPECT_EQ(StatsText(Some(), false),
            "tuples                                        1207\n"
            "rrnames                                        340\n"
            "addresses                                     1024\n"
            "first seen                    2026-11-22T18:41:16Z\n"
            "last seen                     2026-11-22T18:42:17Z\n"
            "quarantined tuples                               7\n"
            "  off_chain                                      1\n"
            "  out_of_bailiwick                               2\n"
            "  off_chain,out_of_bailiwick                     4\n"
            "expired rows                                    24\n"
            "  A older than 90d, 2026-05                     20\n"
            "  A older than 90d, 2026-06                      3\n"
            "  older than 400d, 2025-09                       1\n"
            "captures taken                                   2\n"
            "  frames                                      3986\n"
            "  bytes                                    1348626\n"
            "frames counted                                   6\n"
            "  used                                           3\n"
            "  skipped.CLIENT_QUERY                           1\n"
            "  malformed.dns                                  1\n"
            "  refused.rcode                                  1\n"
            "records stored                                  12\n"
            "  record.duplicate                               1\n"
            "  quarantine.off_chain                           1\n"
            "bytes on disk                                 5300\n"
            "  default                                      100\n"
            "  fwd                                         3000\n"
            "  rev                                         2000\n"
            "  logs                                         200\n"
            "sensors                                          3\n"
            "  (frames without an identity)\n"
            "  ns1\n"
            "  a\\x2cb\n"
            "rrtypes                                          3\n"
            "  A                                           1000\n"
            "  AAAA                                         200\n"
            "  TYPE65280                                      7\n");
}

TEST(StatsText, EstimatesAreMarked) {
  Statistics some = Some();
  some.estimated = true;
  const std::string text = StatsText(some, false);
  EXPECT_NE(text.find("rrnames                                        340\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("addresses                               about 1024\n"), std::string::npos);
  EXPECT_NE(StatsJson(some, true).find(R"("addresses":1024,"estimated":true,)"), std::string::npos);
}

TEST(StatsText, HostileNamesStayInertAndDoNotWiden) {
  Statistics some = Some();
  const std::size_t line = StatsText(some, false).find('\n');
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  some.sensors = {all, all.substr(1)};
  some.expired = {{"\x1b[2J\"", {{"2026-11", 1}}}};
  const std::string text = StatsText(some, false);
  EXPECT_EQ(text.find('\n'), line);
  EXPECT_NE(text.find("\n  \\x1b[2J\", 2026-11 "), std::string::npos) << text;
  for (const std::string& told : {text, StatsJson(some, true)}) {
    EXPECT_TRUE(std::all_of(told.begin(), told.end(),
                            [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\n'; }));
  }
}

// Every rrtype there can be: as many lines as a screen or two have, as wide as ever, nothing
// uncounted.
TEST(StatsText, OfEveryRrtype) {
  Statistics some = Some();
  some.types.clear();
  some.tuples = 0;
  for (unsigned type = 0; type < 65'536; ++type) {
    some.types[static_cast<RrType>(type)] = type == 16 ? 99 : 1;
    some.tuples += type == 16 ? 99 : 1;
  }
  const std::string text = StatsText(some, false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 34 + 100 + 1);
  EXPECT_EQ(text.find('\n'), StatsText(Some(), false).find('\n'));
  EXPECT_NE(text.find("rrtypes                                      65536\n"
                      "  TXT                                           99\n"
                      "  TYPE0                                          1\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("  65436 more                                 65436\n")) << text;
  const std::string json = StatsJson(some, true);
  EXPECT_NE(json.find(R"("TYPE65535":1)"), std::string::npos);
  EXPECT_LT(json.size(), 2'000'000U);
}

TEST(StatsText, OfNothing) {
  const Statistics nothing;
  EXPECT_EQ(StatsText(nothing, false),
            "tuples              0\n"
            "rrnames             0\n"
            "addresses           0\n"
            "quarantined tuples  0\n"
            "expired rows        0\n"
            "captures taken      0\n"
            "frames counted      0\n"
            "records stored      0\n"
            "bytes on disk       0\n"
            "sensors             0\n"
            "rrtypes             0\n");
}

TEST(StatsJson, IsTheContract) {
  EXPECT_EQ(StatsJson(Some(), true),
            R"({"complete":true,"tuples":1207,"rrnames":340,"addresses":1024,"estimated":false,)"
            R"("time_first":1795372876,"time_last":1795372937,)"
            R"("types":{"A":1000,"AAAA":200,"TYPE65280":7},)"
            R"("quarantined":{"tuples":7,"reasons":)"
            R"({"off_chain":1,"out_of_bailiwick":2,"off_chain,out_of_bailiwick":4}},)"
            R"("expired":{"rows":24,"rules":{"A older than 90d":{"2026-05":20,"2026-06":3},)"
            R"("older than 400d":{"2025-09":1}}},"sensors":["","ns1","a\\x2cb"],)"
            R"("captures":{"taken":2,"frames":3986,"bytes":1348626},)"
            R"("counters":{"frames":6,"used":3,"skipped":{"CLIENT_QUERY":1},)"
            R"("malformed":{"dns":1},"refused":{"rcode":1},"record":{"duplicate":1},)"
            R"("quarantine":{"off_chain":1},"stored":12},)"
            R"("disk":{"bytes":5300,"families":)"
            R"({"default":100,"fwd":3000,"rev":2000,"quarantine":0}}})");
}

TEST(StatsJson, OfNothing) {
  const Statistics nothing;
  EXPECT_EQ(
      StatsJson(nothing, false),
      R"({"complete":false,"tuples":0,"rrnames":0,"addresses":0,"estimated":false,"types":{},)"
      R"("quarantined":{"tuples":0,"reasons":{}},)"
      R"("expired":{"rows":0,"rules":{}},"sensors":[],)"
      R"("captures":{"taken":0,"frames":0,"bytes":0},)"
      R"("counters":{"frames":0,"used":0,"skipped":{},"malformed":{},"refused":{},)"
      R"("record":{},"quarantine":{},"stored":0},"disk":{"bytes":0,"families":{}}})");
}

}  // namespace
}  // namespace pdns::render
