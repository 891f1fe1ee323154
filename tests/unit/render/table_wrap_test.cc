// The table on a terminal of some width.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "render/table.h"
#include "unit/render/formatted.h"

namespace pdns::render {
namespace {

using record::RrType;

std::size_t Widest(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string& line : SplitLines(text)) widest = std::max(widest, line.size());
  return widest;
}

// The cells of a table of one row, put together again by where the headings stand.
std::vector<std::string> CellsOf(const std::string& text,
                                 const std::vector<std::string>& headings) {
  const auto lines = SplitLines(text);
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    const std::size_t from = lines[0].find(headings[i]);
    const std::size_t to =
        i + 1 < headings.size() ? lines[0].find(headings[i + 1]) - 2 : std::string::npos;
    std::string cell;
    for (std::size_t line = 1; line < lines.size(); ++line) {
      if (lines[line].size() <= from) continue;
      std::string piece = lines[line].substr(from, to == std::string::npos ? to : to - from);
      cell += piece;
    }
    std::erase(cell, ' ');
    cells.push_back(cell);
  }
  return cells;
}

const std::string kLongName = "one.very.long.name.with-many-labels.below.a.delegation.example.org.";
const std::string kLongText = std::string(200, 'x') + "yz";

TEST(TableOfAWidth, WrapsWithinTheColumnsAtEveryWidth) {
  const auto tuple = MakeTuple(kLongName, RrType::kTxt, '\xca' + kLongText);
  const query::Asked asked{"*.example.org", 1};
  const std::vector<std::string> path{"blah.org.", "192.0.2.1", kLongName};
  for (unsigned width = 130; width < 700; width += 7) {
    Formatted page("table", {.width = width, .reason = true, .asked = true, .path = true});
    page.Add(tuple, Seen(0, 59, 1, 2, 3), &asked, path);
    const std::string text = page.Finish();
    EXPECT_LE(Widest(text), width) << text;
    const auto cells = CellsOf(text, {"asked", "first seen", "last seen", "count", "rrname",
                                      "rrtype", "rdata", "bailiwick", "reason", "path"});
    EXPECT_EQ(cells, (std::vector<std::string>{
                         "*.example.org", "1970-01-01T00:00:00Z", "1970-01-01T00:00:59Z", "1",
                         kLongName, "TXT", '"' + kLongText + '"', "example.org.",
                         "off_chain,out_of_bailiwick", "blah.org.>192.0.2.1>" + kLongName}))
        << text;
  }
}

TEST(TableOfAWidth, EightyColumnsAreEnoughForThePlainTable) {
  const auto tuple = MakeTuple(kLongName, RrType::kTxt, '\xca' + kLongText);
  for (unsigned width = 73; width < 120; ++width) {
    Formatted page("table", {.width = width});
    page.Add(tuple, Seen(0, 59, 12345, 10));
    const std::string text = page.Finish();
    EXPECT_LE(Widest(text), width) << text;
    EXPECT_EQ(CellsOf(text, {"first seen", "last seen", "count", "rrname", "rrtype", "rdata",
                             "bailiwick"}),
              (std::vector<std::string>{"1970-01-01T00:00:00Z", "1970-01-01T00:00:59Z", "12345",
                                        kLongName, "TXT", '"' + kLongText + '"', kLongName}))
        << text;
  }
}

TEST(TableOfAWidth, LooksLikeThis) {
  const std::string text = Formatted("table", {.width = 104})
                               .Add("www.some-what-longer.org", RrType::kTxt,
                                    "\x16one two three and four", Seen(0, 59, 1, 1))
                               .Add("a.org", RrType::kA, "abcd", Seen(0, 0, 12, 2))
                               .Finish();
  // clang-format off
  EXPECT_EQ(SplitLines(text), (std::vector<std::string>{
      "first seen            last seen             count  rrname            rrtype  rdata             bailiwick",
      "1970-01-01T00:00:00Z  1970-01-01T00:00:59Z      1  www.some-what-lo  TXT     \"one two three    org.",
      "                                                   nger.org.                 and four\"",
      "1970-01-01T00:00:00Z  1970-01-01T00:00:00Z     12  a.org.            A       97.98.99.100      a.org."}));
  // clang-format on
}

// Most rows would wrap: the times do, where that is enough.
TEST(TableOfAWidth, NamesAreWrappedAfterTimes) {
  const std::string text = Formatted("table", {.width = 98})
                               .Add("www.some-what-longer.org", RrType::kA, "abcd", Seen(0, 59, 1))
                               .Add("ftp.some-what-longer.org", RrType::kA, "abcd", Seen(0, 0, 1))
                               .Add("a.org", RrType::kA, "abcd", Seen(0, 0, 1))
                               .Finish();
  const auto lines = SplitLines(text);
  ASSERT_EQ(lines.size(), 7U) << text;
  EXPECT_TRUE(lines[1].starts_with("1970-01-01T  1970-01-01T")) << text;
  EXPECT_EQ(lines[2], "00:00:00Z    00:00:59Z");
  EXPECT_NE(lines[1].find(" www.some-what-longer.org. "), std::string::npos) << text;
}

TEST(TableOfAWidth, LeavesAloneWhatFits) {
  const auto rows = [](unsigned width) {
    return Formatted("table", {.width = width})
        .Add("a.org", RrType::kA, "abcd")
        .Add("www.b.org", RrType::kTxt, "\2hi")
        .Finish();
  };
  EXPECT_EQ(rows(300), rows(0));
}

TEST(TableOfAWidth, ATickReleasesAndLeavesRoomForWiderRows) {
  Formatted page("table", {.width = 140});
  page.Tick();
  EXPECT_EQ(page.text(), "");
  page.Add("a.org", RrType::kA, "abcd").Tick();
  EXPECT_EQ(SplitLines(page.text()).size(), 2U);
  page.Add("www.a-longer-name.org", RrType::kNsec3param, std::string("\1\0\0\0\0", 5),
           Seen(0, 0, 12345678));
  page.Add("a.org", RrType::kTxt, '\xca' + kLongText, Seen(0, 0, record::kMaxCount));
  const std::string text = page.Finish();
  EXPECT_LE(Widest(text), 140U) << text;
  EXPECT_EQ(SplitLines(text)[2].find("NSEC3PARAM"), SplitLines(text)[0].find("rrtype") + 3) << text;
}

TEST(TableOfAWidth, ColoursDoNotCountAndStandOnEveryLine) {
  const auto rows = [](bool colour) {
    return Formatted("table", {.colour = colour, .width = 80})
        .Add(kLongName, RrType::kTxt, '\xca' + kLongText)
        .Finish();
  };
  std::string plain = rows(true);
  for (const char* code : {"\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"}) {
    for (std::size_t at = plain.find(code); at != std::string::npos; at = plain.find(code)) {
      plain.erase(at, std::string_view(code).size());
    }
  }
  EXPECT_EQ(plain, rows(false));
  for (const std::string& line : SplitLines(rows(true))) {  // no colour crosses a line's end
    const std::size_t last = line.rfind("\x1b[");
    EXPECT_TRUE(last == std::string::npos || line.substr(last, 4) == "\x1b[0m") << line;
  }
}

TEST(TableOfAWidth, LocalTimesWrapBetweenDateAndTime) {
  const std::string text = Formatted("table", {.width = 80, .local = true})
                               .Add(kLongName, RrType::kTxt, '\xca' + kLongText)
                               .Finish();
  EXPECT_LE(Widest(text), 83U) << text;  // an offset is five wider than Z
  EXPECT_TRUE(SplitLines(text)[1].starts_with("1970-01-01T ")) << text;
}

// With a long name each fits a terminal of 100 columns.
TEST(TableOfAWidth, DaysOrNewsFit100Columns) {
  const auto history = SeenOn({{20779, 20781}, {20787, 20788}, {20790, 20790}, {20800, 20801}});
  for (const bool days : {false, true}) {
    Formatted page("table", {.width = 100, .days = days, .fresh = !days});
    for (std::uint64_t i = 0; i < 3; ++i) {
      page.AddNew(MakeTuple(kLongName, RrType::kAaaa, std::string(16, '\x20')), history,
                  {99'999 + i, At(1795372900), store::NewKind::kRdata});
    }
    EXPECT_LE(Widest(page.Finish()), 100U) << page.text();
  }
}

TEST(TableOfAWidth, DaysWrapBehindABlank) {
  Formatted page("table", {.width = 100, .days = true});
  page.Add("www.blah.org", RrType::kA, "abcd", SeenOn({{20779, 20781}, {20787, 20788}}));
  const auto cells = CellsOf(page.Finish(), {"first seen", "last seen", "count", "rrname", "rrtype",
                                             "rdata", "bailiwick", "days"});
  EXPECT_EQ(cells.at(7), "5:11-22..11-24,11-30..12-01") << page.text();
}

}  // namespace
}  // namespace pdns::render
