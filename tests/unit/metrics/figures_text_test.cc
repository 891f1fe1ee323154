#include "metrics/figures_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace pdns::metrics {
namespace {

using Kind = Figure::Kind;

TEST(FiguresText, FamiliesInTheirOrderEachWithItsHead) {
  EXPECT_EQ(FiguresText({{"pdns_frames_total", "Frames taken.", Kind::kCounter, {}, 7},
                         {"pdns_memory_bytes", "Memory held.", Kind::kGauge, {}, 0.5}}),
            "# HELP pdns_frames_total Frames taken.\n"
            "# TYPE pdns_frames_total counter\n"
            "pdns_frames_total 7\n"
            "# HELP pdns_memory_bytes Memory held.\n"
            "# TYPE pdns_memory_bytes gauge\n"
            "pdns_memory_bytes 0.5\n");
}

TEST(FiguresText, FiguresOfOneNameAreOneFamilyWhereverTheyStand) {
  EXPECT_EQ(
      FiguresText({{"a_total", "A.", Kind::kCounter, {{"outcome", "used"}}, 1},
                   {"b", "B.", Kind::kGauge, {}, 2},
                   {"a_total", "A.", Kind::kCounter, {{"outcome", "skipped"}, {"x", "y"}}, 3}}),
      "# HELP a_total A.\n"
      "# TYPE a_total counter\n"
      "a_total{outcome=\"used\"} 1\n"
      "a_total{outcome=\"skipped\",x=\"y\"} 3\n"
      "# HELP b B.\n"
      "# TYPE b gauge\n"
      "b 2\n");
}

TEST(FiguresText, ValuesOfForeignOriginCannotBreakOut) {
  const std::string text = FiguresText({{"a", "A.", Kind::kGauge, {{"path", "x\"} 9\nb 1\\"}}, 1}});
  EXPECT_NE(text.find("a{path=\"x\\\"} 9\\nb 1\\\\\"} 1\n"), std::string::npos) << text;
}

TEST(FiguresText, LargeCountersKeepTheirDigits) {
  const std::string text = FiguresText({{"a", "A.", Kind::kCounter, {}, 9007199254740991.0}});
  EXPECT_NE(text.find("a 9007199254740991\n"), std::string::npos) << text;
}

TEST(FiguresText, NoFiguresNoText) { EXPECT_EQ(FiguresText({}), ""); }

}  // namespace
}  // namespace pdns::metrics
