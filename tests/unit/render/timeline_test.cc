#include "render/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "unit/render/formatted.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::RrType;

// Rows, drawn as often as one likes.
class Chart {
 public:
  void Add(const record::OwnedTuple& tuple, const record::History& history) {
    rows_.emplace_back(tuple, history);
  }
  std::string Text(unsigned width, bool colour, bool local) const {
    Formatted page("timeline", {.colour = colour, .width = width, .local = local});
    for (const auto& [tuple, history] : rows_) page.Add(tuple, history);
    return page.Finish();
  }

 private:
  std::vector<std::pair<record::OwnedTuple, record::History>> rows_;
};

void Add(Chart& chart, std::string_view owner, RrType type, std::string_view rdata,
         std::int64_t first, std::int64_t last) {
  chart.Add(MakeTuple(owner, type, rdata), Seen(first, last, 1));
}

TEST(Timeline, WithoutRowsThereIsNothing) { EXPECT_EQ(Chart().Text(80, true, false), ""); }

TEST(Timeline, BarsOnOneAxis) {
  Chart timeline;
  Add(timeline, "a.org", RrType::kA, "abcd", 0, 86400);
  Add(timeline, "www.a.org", RrType::kAaaa, std::string(16, '\1'), 0, 20000);
  Add(timeline, "b.org", RrType::kA, "abcd", 43200, 43200);
  Add(timeline, "b.org", RrType::kA, "abce", 86399, 86400);
  const auto blanks = [](std::size_t n) { return std::string(n, ' '); };
  EXPECT_EQ(SplitLines(timeline.Text(0, false, false)),
            (std::vector<std::string>{
                blanks(51) + "1970-01-01T00:00:00Z" + blanks(22) + "1970-01-02T00:00:00Z",
                "a.org.      A     97.98.99.100                     |" + std::string(60, '=') + "|",
                "www.a.org.  AAAA  101:101:101:101:101:101:101:101  |" + std::string(15, '=') +
                    blanks(45) + "|",
                "b.org.      A     97.98.99.100                     |" + blanks(30) + "*" +
                    blanks(29) + "|",
                "b.org.      A     97.98.99.101                     |" + blanks(59) + "=|"}));
}

TEST(Timeline, FitsTheTerminal) {
  Chart timeline;
  Add(timeline, "one.very.long.name.with-many-labels.below.a.delegation.example.org", RrType::kTxt,
      '\xca' + std::string(202, 'x'), 0, 1795372876);
  Add(timeline, "a.org", RrType::kNsec3param, std::string("\1\0\0\0\0", 5), 1795372876, 1795372876);
  for (unsigned width = 60; width < 400; width += 3) {
    for (const std::string& line : SplitLines(timeline.Text(width, false, true))) {
      EXPECT_LE(line.size(), width) << line;
    }
  }
}

TEST(Timeline, OneInstantForAll) {
  Chart timeline;
  Add(timeline, "a.org", RrType::kA, "abcd", 7, 7);
  const auto lines = SplitLines(timeline.Text(0, false, false));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1], "a.org.  A  97.98.99.100  |*" + std::string(59, ' ') + "|");
}

TEST(Timeline, ColourIsAroundOurOwnTextOnly) {
  Chart timeline;
  Add(timeline, "a.org", RrType::kA, "abcd", 7, 8);
  const std::string text = timeline.Text(0, true, false);
  EXPECT_NE(text.find("a.org.  \x1b[36mA\x1b[0m  97.98.99.100  |\x1b[32m="), std::string::npos)
      << text;
}

TEST(Timeline, KeepsABoundedNumberOfRows) {
  Chart timeline;
  for (int i = 0; i < 10003; ++i) Add(timeline, "a.org", RrType::kA, "abcd", 0, 1);
  const auto lines = SplitLines(timeline.Text(80, false, false));
  EXPECT_EQ(lines.size(), 10002U);
  EXPECT_EQ(lines.back(), "rows that are not drawn: 3");
}

TEST(Timeline, HostileBytesStayInertAndExtremeTimesInside) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  Chart timeline;
  const std::string owner = testing::Labels({all.substr(0, 63), all.substr(193)});
  for (unsigned type = 1; type < 300; ++type) {
    const record::OwnedTuple tuple{record::Name::FromWire(AsBytes(owner)).value_or(record::Name()),
                                   static_cast<RrType>(type), all};
    record::History history = Seen(0, 1, 1);
    if (type == 3) history.first = std::chrono::sys_seconds::min();
    if (type == 4) history.last = std::chrono::sys_seconds::max();
    timeline.Add(tuple, history);
  }
  const std::string text = timeline.Text(100, false, false);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                          [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n'; }));
  for (const std::string& line : SplitLines(text)) EXPECT_LE(line.size(), 100U);
}

}  // namespace
}  // namespace pdns::render
