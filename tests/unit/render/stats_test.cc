#include "render/stats.h"

#include <gtest/gtest.h>

#include <string>

#include "record/observation.h"

namespace pdns::render {
namespace {

using record::FrameFate;
using record::RecordFate;
using record::RrType;
using record::Statistics;

std::chrono::sys_seconds At(std::int64_t time) {
  return std::chrono::sys_seconds(std::chrono::seconds(time));
}

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
  for (int i = 0; i < 3; ++i) some.counters.Count(FrameFate::kUsed);
  some.counters.Count(FrameFate::kRcode);
  some.counters.Count(FrameFate::kMalformedDns);
  some.counters.Count(FrameFate::kSkipped);
  ++some.counters.skipped[5];
  for (int i = 0; i < 12; ++i) some.counters.Count(RecordFate::kStored);
  some.counters.Count(RecordFate::kDuplicate);
  some.counters.Count(RecordFate::kOffChain);
  some.counting = true;
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
            "rrtypes                                          3\n"
            "  A                                           1000\n"
            "  AAAA                                         200\n"
            "  TYPE65280                                      7\n");
}

TEST(StatsText, TellsWhatWasNotCounted) {
  Statistics some = Some();
  EXPECT_EQ(StatsText(some, false).find("counted since"), std::string::npos);
  EXPECT_EQ(StatsText(some, false).find("counted now"), std::string::npos);
  some.counted_since = At(1795372876);
  EXPECT_NE(StatsText(some, false).find("  counted since               2026-11-22T18:41:16Z\n"),
            std::string::npos);
  some.counting = false;
  EXPECT_NE(
      StatsText(some, false).find("  counted now                 no, an older pdns wrote last\n"),
      std::string::npos)
      << StatsText(some, false);
}

TEST(StatsText, OfNothing) {
  Statistics nothing;
  nothing.counting = true;
  EXPECT_EQ(StatsText(nothing, false),
            "tuples              0\n"
            "rrnames             0\n"
            "addresses           0\n"
            "quarantined tuples  0\n"
            "captures taken      0\n"
            "frames counted      0\n"
            "records stored      0\n"
            "bytes on disk       0\n"
            "rrtypes             0\n");
}

TEST(StatsJson, IsTheContract) {
  EXPECT_EQ(StatsJson(Some(), true),
            R"({"complete":true,"tuples":1207,"rrnames":340,"addresses":1024,)"
            R"("time_first":1795372876,"time_last":1795372937,)"
            R"("types":{"A":1000,"AAAA":200,"TYPE65280":7},)"
            R"("quarantined":{"tuples":7,"reasons":)"
            R"({"off_chain":1,"out_of_bailiwick":2,"off_chain,out_of_bailiwick":4}},)"
            R"("captures":{"taken":2,"frames":3986,"bytes":1348626},)"
            R"("counting":true,"counters":{"frames":6,"used":3,"skipped":{"CLIENT_QUERY":1},)"
            R"("malformed":{"dns":1},"refused":{"rcode":1},"record":{"duplicate":1},)"
            R"("quarantine":{"off_chain":1},"stored":12},)"
            R"("disk":{"bytes":5300,"families":)"
            R"({"default":100,"fwd":3000,"rev":2000,"quarantine":0}}})");
}

TEST(StatsJson, OfNothingAndOfOldPrograms) {
  Statistics nothing;
  EXPECT_EQ(StatsJson(nothing, false),
            R"({"complete":false,"tuples":0,"rrnames":0,"addresses":0,"types":{},)"
            R"("quarantined":{"tuples":0,"reasons":{}},)"
            R"("captures":{"taken":0,"frames":0,"bytes":0},"counting":false,)"
            R"("counters":{"frames":0,"used":0,"skipped":{},"malformed":{},"refused":{},)"
            R"("record":{},"quarantine":{},"stored":0},"disk":{"bytes":0,"families":{}}})");
  nothing.counted_since = At(5);
  EXPECT_NE(StatsJson(nothing, true).find(R"("counting":false,"counted_since":5,"counters")"),
            std::string::npos);
}

}  // namespace
}  // namespace pdns::render
