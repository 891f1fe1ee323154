#include "render/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "unit/render/formatted.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;

constexpr std::array<std::string_view, 7> kKinds{"table", "json",  "csv",   "tsv",
                                                 "dig",   "names", "values"};

bool Allowed(std::string_view kind, char c) {
  if (c == '\r') return kind == "csv";
  if (c == '\t') return kind == "tsv";
  return c == '\n' || (c >= 0x20 && c <= 0x7e);
}

// Of 299 types with three rdata each, all of one owner.
void CheckLines(std::string_view kind, const std::vector<std::string>& lines) {
  constexpr std::size_t kRows = std::size_t{299} * 3;
  const bool csv = kind == "csv";
  const bool tsv = kind == "tsv";
  if (kind == "json" || kind == "names") {
    EXPECT_EQ(lines.size(), kRows);
  } else if (csv || tsv || kind == "dig") {
    EXPECT_EQ(lines.size(), kRows + 1);
  }
  for (const std::string& line : lines) {
    if (csv) {
      ASSERT_EQ(CsvFields(line).size(), 16U) << line;
    } else if (tsv) {
      ASSERT_EQ(std::count(line.begin(), line.end(), '\t'), 15) << line;
    }
  }
}

TEST(Formats, ByTheirNames) {
  for (const Format& format : Formats()) EXPECT_EQ(FindFormat(format.name), &format);
  for (const char* text : {"", "JSON", "json ", "xml"})
    EXPECT_EQ(FindFormat(text), nullptr) << text;
  EXPECT_EQ(FormatNames(" "), "table json csv tsv dig names values");
  EXPECT_EQ(FormatNames(", ", &Format::days), "table, json, csv, tsv");
  EXPECT_EQ(FormatNames(" or ", &Format::spreadsheet), "csv or tsv");
  EXPECT_EQ(Formats().front().name, "table");
}

// Each shows everything that an answer may be, if only as text for a person.
TEST(Formats, EachShowsAllThatIsShownInPlaceOfRows) {
  for (const Format& format : Formats()) {
    const auto shown = [&format](const auto& show) {
      Formatted page(format.name);
      show(page.writer());
      return page.text();
    };
    const std::string_view json = format.name == "json" ? "{" : "";
    const std::string summary = shown([](Writer& writer) { writer.Summary({}); });
    EXPECT_TRUE(summary.starts_with(json) && summary.ends_with('\n')) << format.name;
    const std::string totals = shown([](Writer& writer) { writer.Statistics({}, true); });
    EXPECT_TRUE(totals.starts_with(json) && totals.ends_with('\n')) << format.name;
    EXPECT_EQ(shown([](Writer& writer) { writer.Count(3); }), "3\n");
    std::vector<query::PivotNode> nodes(2);
    nodes[0].text = "a.org.";
    nodes[1].text = "b.org.";
    const std::vector<query::PivotEdge> edges{{0, 1, RrType::kCname}};
    const std::string graph = shown([&](Writer& writer) { writer.Graph(nodes, edges); });
    EXPECT_TRUE(graph.starts_with("digraph")) << format.name;
    EXPECT_NE(graph.find("CNAME"), std::string::npos) << format.name;
  }
}

// Every byte in name, rdata, what was asked, the path and sensors' names; the same row for each
// type, so that a format that takes something for its own shows by a line more or less.
TEST(Formats, HostileBytesStayInertInEveryFormat) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const std::string mean = "\x1b]0;\a\",\";\r\n\t$INCLUDE /etc/passwd\n\\";
  const query::Asked asked{all, 7};
  const std::vector<std::string> path{all, mean};
  const std::string owner = testing::Labels({mean, all.substr(0, 63), all.substr(200)});
  record::History history = Seen(1, 2, 3, 1, 3);
  history.sensors = record::kAllSensors;
  for (const std::string_view kind : kKinds) {
    for (const unsigned width : {0U, 80U, 200U}) {
      Formatted page(kind, {.width = width,
                            .wire = true,
                            .reason = true,
                            .asked = true,
                            .path = true,
                            .days = true,
                            .fresh = true,
                            .sensors = {mean, all.substr(0, 255), all.substr(1), ","}});
      for (unsigned type = 1; type < 300; ++type) {
        for (const std::string& rdata : {all, '\x20' + mean.substr(0, 32), std::string()}) {
          page.Add({record::Name::FromWire(AsBytes(owner)).value_or(record::Name()),
                    static_cast<RrType>(type), rdata},
                   history, &asked, path);
        }
      }
      const std::string text = page.Finish();
      EXPECT_TRUE(std::all_of(text.begin(), text.end(), [&](char c) { return Allowed(kind, c); }));
      EXPECT_TRUE(text.ends_with('\n'));
      CheckLines(kind, SplitLines(text));
    }
  }
}

TEST(Formats, NoRows) {
  EXPECT_EQ(Formatted("table").Finish(), "");
  EXPECT_EQ(Formatted("json").Finish(), "");
  EXPECT_EQ(Formatted("dig").Finish(), "");
  EXPECT_EQ(Formatted("names").Finish(), "");
  EXPECT_EQ(Formatted("csv").Finish(),
            "rrname,rrtype,rdata,time_first,time_last,count,bailiwick\r\n");
  EXPECT_EQ(Formatted("tsv").Finish(),
            "rrname\trrtype\trdata\ttime_first\ttime_last\tcount\tbailiwick\n");
}

TEST(Lists, OneFieldOfEachRow) {
  for (const auto& [kind, expected] :
       {std::pair{"names", "a.org.\na.org.\n"}, std::pair{"values", "97.98.99.100\n\"hi\"\n"}}) {
    Formatted page(kind);
    page.Add("a.org", RrType::kA, "abcd").Add("a.org", RrType::kTxt, "\2hi");
    EXPECT_EQ(page.Finish(), expected);
  }
}

}  // namespace
}  // namespace pdns::render
