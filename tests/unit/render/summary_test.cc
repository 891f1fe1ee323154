#include "render/summary.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/render/rows.h"

namespace pdns::render {
namespace {

using record::RrType;

void Add(query::Summary& summary, RrType type, const record::History& history) {
  const auto tuple = MakeTuple("a.org", type, "abcd");
  summary.Add({tuple.view(), history, nullptr, {}});
}

TEST(Summary, Empty) {
  EXPECT_EQ(SummaryJson({}), R"({"num_results":0,"count":0,"types":{}})");
  EXPECT_EQ(SummaryText({}, false), "no rows\n");
}

TEST(Summary, ByTypeInTheOrderOfTheirNumbers) {
  query::Summary summary;
  Add(summary, RrType::kAaaa, Seen(100, 200, 7));
  Add(summary, RrType::kA, Seen(50, 60, 1));
  Add(summary, RrType::kA, Seen(40, 55, 1000));
  Add(summary, static_cast<RrType>(65280), Seen(300, 300, 1));
  EXPECT_EQ(SummaryJson(summary),
            R"({"num_results":4,"time_first":40,"time_last":300,"count":1009,"types":{)"
            R"("A":{"num_results":2,"time_first":40,"time_last":60,"count":1001},)"
            R"("AAAA":{"num_results":1,"time_first":100,"time_last":200,"count":7},)"
            R"("TYPE65280":{"num_results":1,"time_first":300,"time_last":300,"count":1}}})");
  EXPECT_EQ(SummaryText(summary, false),
            "rrtype     rows  first seen            last seen             count\n"
            "A             2  1970-01-01T00:00:40Z  1970-01-01T00:01:00Z   1001\n"
            "AAAA          1  1970-01-01T00:01:40Z  1970-01-01T00:03:20Z      7\n"
            "TYPE65280     1  1970-01-01T00:05:00Z  1970-01-01T00:05:00Z      1\n"
            "total         4  1970-01-01T00:00:40Z  1970-01-01T00:05:00Z   1009\n");
}

TEST(Summary, OfOneTypeNoTotal) {
  query::Summary summary;
  Add(summary, RrType::kA, Seen(0, 59, 3));
  EXPECT_EQ(SummaryText(summary, false),
            "rrtype  rows  first seen            last seen             count\n"
            "A          1  1970-01-01T00:00:00Z  1970-01-01T00:00:59Z      3\n");
}

TEST(Summary, CountsSaturate) {
  query::Summary summary;
  Add(summary, RrType::kA, Seen(1, 2, record::kMaxCount));
  Add(summary, RrType::kA, Seen(1, 2, record::kMaxCount));
  Add(summary, RrType::kNs, Seen(1, 2, 1));
  EXPECT_EQ(SummaryJson(summary),
            R"({"num_results":3,"time_first":1,"time_last":2,"count":9223372036854775807,"types":{)"
            R"("A":{"num_results":2,"time_first":1,"time_last":2,"count":9223372036854775807},)"
            R"("NS":{"num_results":1,"time_first":1,"time_last":2,"count":1}}})");
}

}  // namespace
}  // namespace pdns::render
